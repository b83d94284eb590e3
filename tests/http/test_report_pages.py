"""The report over HTTP, as HTML and as PDF: what it says, in both languages, whatever people are called."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from html.parser import HTMLParser
from uuid import uuid4

import pytest
import pytest_asyncio

from api.reports.html import STYLE
from tests.http.clinic import FIRST, Clinic, open_clinic, record, register
from tests.http.support import Product

PDF = {"format": "pdf", "purpose": "patient-request"}


@pytest_asyncio.fixture
async def clinic(product: Product) -> Clinic:
    return await open_clinic(product.http)


class Text(HTMLParser):
    """The words of a page, and every tag and attribute that could load or run something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] != ["style"] or data.strip() != STYLE:
            self.words.append(data)

    def __str__(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


async def html(clinic: Clinic, patient: str | None = None, **query: str) -> Text:
    path = f"/api/v1/patients/{patient or clinic.patient}/report"
    answer = await clinic.http.get(path, params={"format": "html", "to": "2026-11-21", **query})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return Text(answer.text)


async def pdf(clinic: Clinic, patient: str | None = None, **query: str) -> bytes:
    path = f"/api/v1/patients/{patient or clinic.patient}/report"
    answer = await clinic.http.get(path, params={**PDF, "to": "2026-11-21", **query})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    return answer.content


async def test_results_stand_beside_bands_classes_and_last_time(clinic: Clinic) -> None:
    text = str(await html(clinic, lang="en"))
    for part in (
        "정하늘", "17 May 1971 (age 55)", "chart A-1001", "12 Nov 2026", "서울의원",
        "Weight 70.1 kg 72.5 −2.4", "Blood pressure 126/80 mmHg &lt;120 / &lt;80",
        "by BMI (WHO TRS 894) from Height 162 cm, Weight 70.1 kg", "Ledger position", clinic.patient, clinic.second,
        "This report is not a diagnosis.",
    ):  # fmt: skip
        assert part.replace("&lt;", "<") in text, part


async def test_it_speaks_korean_too(clinic: Clinic) -> None:
    answer = await clinic.http.get(
        f"/api/v1/patients/{clinic.patient}/report?to=2026-11-21", headers={"Accept-Language": "ko"}
    )
    assert answer.headers["Content-Language"] == "ko"
    text = str(Text(answer.text))
    for part in (
        "건강검진 결과 보고서",
        "1971년 5월 17일 (만 55세)",
        "체중 70.1 kg 72.5 −2.4",
        "정상B(경계)",
        "진단이 아닙니다",
    ):
        assert part in text, part
    assert re.search(r"[A-Za-z]{3,} (checkup|value)", text) is None


async def test_a_corrected_value_is_marked_with_what_it_was(clinic: Clinic) -> None:
    await clinic.amend(clinic.second, "29463-7", 70.9, "kg", "read from the wrong line")
    text = str(await html(clinic, lang="en"))
    assert "Weight 70.9 kg *1" in text
    assert "70.1 kg 70.9 kg read from the wrong line" in text


async def test_a_voided_checkup_counts_nowhere_and_is_mentioned(clinic: Clinic) -> None:
    await clinic.void(clinic.second, "of her sister")
    text = str(await html(clinic, lang="en"))
    assert "12 Nov 2026 (National general checkup) was entered in error and is left out: of her sister" in text
    assert "70.1" not in text
    assert "Weight 72.5 kg" in text


async def test_a_report_as_of_a_position_says_what_was_known_then(product: Product, clinic: Clinic) -> None:
    then = await product.services.events.head()
    await clinic.amend(clinic.second, "29463-7", 70.9, "kg")
    assert "Weight 70.9 kg" in str(await html(clinic, lang="en"))
    assert "Weight 70.1 kg" in str(await html(clinic, lang="en", as_of=str(then)))


async def test_the_period_chooses_the_checkups(clinic: Clinic) -> None:
    text = str(await html(clinic, lang="en", **{"from": "2026-01-01", "to": "2026-06-30"}))
    assert "Weight 72.5 kg" in text
    assert "70.1" not in text
    assert "There is no checkup in this period." in str(await html(clinic, lang="en", **{"from": "2026-11-20"}))


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"from": "2026-11-22", "to": "2026-11-21"}, "?from"),
        ({"from": "20261121"}, "?from"),
        ({"to": "2026-02-30"}, "?to"),
        ({"tz": "Seoul"}, "?tz"),
        ({"format": "docx"}, "?format"),
        ({"lang": "fr"}, "?lang"),
    ],
)
async def test_what_cannot_be_asked_for_is_refused(clinic: Clinic, query: dict[str, str], pointer: str) -> None:
    answer = await clinic.http.get(f"/api/v1/patients/{clinic.patient}/report", params=query)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_an_unknown_patient_has_no_report(clinic: Clinic) -> None:
    for patient in (str(uuid4()), "nobody"):
        answer = await clinic.http.get(f"/api/v1/patients/{patient}/report")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-patient")


async def test_a_pdf_is_an_export_and_needs_a_purpose(product: Product, clinic: Clinic) -> None:
    path = f"/api/v1/patients/{clinic.patient}/report"
    refused = await clinic.http.get(path, headers={"Accept": "application/pdf"})
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/purpose-required")
    before = await product.services.events.head()
    answer = await clinic.http.get(path, headers={"Accept": "application/pdf", "X-Purpose": "patient-request"})
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "정하늘" not in answer.headers["Content-Disposition"]
    events = await product.http.get(f"/api/v1/events?after={before}&type=identity.personal-data-read")
    (read,) = [item["data"] for item in events.json()["items"]]
    assert (read["subjects"], read["purpose"], read["export"]) == ([clinic.patient], "patient-request", True)


async def test_accept_chooses_between_html_and_pdf(clinic: Clinic) -> None:
    path = f"/api/v1/patients/{clinic.patient}/report?purpose=treatment"
    for accept, kind in (
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ("application/pdf", "application/pdf"),
        ("*/*", "text/html; charset=utf-8"),
    ):
        assert (await clinic.http.get(path, headers={"Accept": accept})).headers["Content-Type"] == kind
    assert (await clinic.http.get(path, headers={"Accept": "image/png"})).status_code == 406


async def test_the_page_loads_and_runs_nothing(clinic: Clinic) -> None:
    answer = await clinic.http.get(f"/api/v1/patients/{clinic.patient}/report")
    page = Text(answer.text)
    assert set(page.tags).isdisjoint({"script", "link", "img", "iframe", "object", "form", "base"})
    assert not [name for name, _ in page.attributes if name in {"src", "style"} or name.startswith("on")]
    assert [value for name, value in page.attributes if name == "href" and not str(value).startswith("#")] == []
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"


NASTY = [
    '#import "x"',
    "$x$ `code` *bold* _it_ @ref <label> // comment",
    "</script></style></title><script>alert(1)</script>",
    "{{ 7 * 7 }} {% if %}",
    '"}) #panic("x")',
    "👩‍⚕️" * 50,
    "가" * 200,
    "A" * 200,
    "\\u{41} \\n #sys.inputs",
]


@pytest.mark.parametrize("name", NASTY)
async def test_a_name_is_printed_as_it_is_whatever_it_looks_like(clinic: Clinic, name: str) -> None:
    patient = await register(clinic.http, name=name, identifiers=[{"system": name[:60], "value": name[:60]}])
    await record(
        clinic.http, patient, [*FIRST, {"code": "5778-6", "text": name[:60], "display": name[:60]}], "2026-11-01",
        place=name, clinician=name, note=name,
    )  # fmt: skip
    page = await html(clinic, patient, lang="en")
    assert "".join(page.words).count(name) >= 5
    assert "script" not in page.tags
    made = await pdf(clinic, patient, lang="ko")
    words = await printed(made)
    if words is not None and name.isascii():
        assert squeezed(name) in squeezed(words)


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_the_pdf_says_what_the_page_says(clinic: Clinic, language: str) -> None:
    await clinic.amend(clinic.second, "29463-7", 70.9, "kg", "read from the wrong line")
    words = await printed(await pdf(clinic, lang=language))
    if words is None:
        pytest.skip("pdftotext is not installed")
    for part in ("정하늘", "70.9", "70.1", "126/80", "read from the wrong line", clinic.patient):
        assert squeezed(part) in squeezed(words), part


async def test_many_pdfs_at_once_are_all_made(clinic: Clinic) -> None:
    made = await asyncio.gather(*(pdf(clinic, lang=language) for language in ("en", "ko") * 4))
    assert len(made) == 8


async def printed(made: bytes) -> str | None:
    """The words of a PDF; None where no tool can tell them."""
    tool = shutil.which("pdftotext")
    if tool is None:
        return None
    found = await asyncio.to_thread(subprocess.run, [tool, "-", "-"], input=made, capture_output=True, check=True)
    return found.stdout.decode()


def squeezed(text: str) -> str:
    """Without blanks and soft breaks, which the layout is free to put anywhere."""
    return re.sub(r"[\s\u200b]+", "", text)
