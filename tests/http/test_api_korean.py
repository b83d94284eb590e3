"""Every sentence that a refusal can carry exists in Korean."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from api.checkup_problems import erased
from api.field_texts import WITHOUT_NUL, sentence
from api.problem_texts import PROBLEMS
from api.refusals import in_language
from application.checkups.reading import Erased
from domain.checkups.events import ErasureGround, PatientErased

ROOT = Path(__file__).parents[2]
FILES = [
    *(ROOT / "domain").rglob("*.py"),
    *(ROOT / "application").rglob("*.py"),
    *(ROOT / "projections/queries").rglob("*.py"),
    *(ROOT / "api").rglob("*.py"),
]
SPEAKERS = {
    "Refused": 0,
    "Unusual": 0,
    "BadWindow": 0,
    "BadStep": 0,
    "bad_parameter": 1,
    "_refusal": 1,
    "FieldError": 1,
}


def sentences() -> Iterator[str]:
    """What is said, with a sample in place of each part that varies."""
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKERS:
                place = SPEAKERS[node.func.id]
                if len(node.args) > place and (said := _sample(node.args[place])):
                    yield said


def _sample(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "17" for part in node.values)
    return None


@pytest.mark.parametrize("sentence", sorted(set(sentences())))
def test_a_refusal_has_a_translation(sentence: str) -> None:
    if sentence.startswith("17 17"):  # a prefix kept in a constant: its own text is translated
        return
    assert any("가" <= letter <= "힣" for letter in in_language(sentence, "ko")), sentence
    assert in_language(sentence, "en") == sentence


def test_parts_that_vary_stay_in_the_translation() -> None:
    said = in_language("timeout_s must be between 0.05 and interval_s (5), so that probes never overlap.", "ko")
    assert "interval_s(5)" in said
    assert (
        in_language("failures_to_down must be between 1 and 20.", "ko")
        == "failures_to_down은(는) 1 이상 20 이하여야 합니다."
    )


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_a_problem_speaks_both_languages(code: str) -> None:
    text = PROBLEMS[code]
    for language in ("en", "ko"):
        korean = any("가" <= letter <= "힣" for letter in text.title[language] + text.detail[language])
        assert korean is (language == "ko")
        assert text.detail[language].endswith(".")


async def test_a_domain_refusal_and_a_type_error_arrive_in_korean(product: Any) -> None:
    for change, words in (
        ({"interval_s": 5, "timeout_s": 6}, "timeout_s는 0.05 이상"),
        ({"interval_s": "x"}, "숫자로 보내세요."),
        ({"intervall_s": 5}, "알 수 없는 항목입니다. 제거하세요."),
    ):
        answer = await product.http.post(
            "/api/v1/monitors",
            json={"name": "x", "kind": "tcp", "target": "localhost:1"} | change,
            headers={"Accept-Language": "ko"},
        )
        assert words in answer.json()["errors"][0]["detail"]
        assert words in answer.json()["detail"]


def test_the_choices_of_a_field_and_text_without_nul_are_said_in_words() -> None:
    expected = {"expected": "'html' or 'pdf'"}
    assert sentence("literal_error", expected, "", "en") == "Use one of: 'html' or 'pdf'."
    assert sentence("literal_error", expected, "", "ko") == "다음 중 하나를 쓰세요: 'html' 또는 'pdf'."
    assert sentence("string_pattern_mismatch", {"pattern": WITHOUT_NUL}, "", "en") == "Remove the NUL character."
    assert sentence("string_pattern_mismatch", {"pattern": WITHOUT_NUL}, "", "ko") == "NUL 문자를 빼고 보내세요."


@pytest.mark.parametrize("ground", get_args(ErasureGround))
def test_every_ground_of_an_erasure_is_told_in_words(ground: ErasureGround) -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    event = PatientErased(patient_id="p", at=at, requested_by="a", requested_at=at, confirmed_by="b", ground=ground)
    said = erased(Erased(event)).detail
    assert said is not None
    assert ground not in said
    assert in_language(said, "ko").startswith("2026-11-21(UTC)에 삭제된 환자입니다.")
