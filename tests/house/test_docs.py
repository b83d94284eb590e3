"""What the documents say is true of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.problem_texts import PROBLEMS
from infra.settings import NAMES

_ROOT = Path(__file__).resolve().parents[2]
_DOCUMENTS = sorted([*_ROOT.glob("*.md"), *(_ROOT / "docs").glob("*.md"), *(_ROOT / "docs" / "decisions").glob("*.md")])
_PATH = re.compile(r"`((?:domain|application|projections|adapters|api|infra|tests|docs|requirements)/[\w./-]+)`")
_LINK = re.compile(r"\]\(((?!https?:)[^)#]+)(?:#[^)]*)?\)")
_CODE = re.compile(r"^```sh\n.*?^```", re.MULTILINE | re.DOTALL)


def _name(document: Path) -> str:
    return str(document.relative_to(_ROOT))


@pytest.mark.parametrize("document", _DOCUMENTS, ids=_name)
def test_every_path_and_link_in_a_document_leads_somewhere(document: Path) -> None:
    text = document.read_text()
    missing = [path for path in _PATH.findall(text) if not (_ROOT / path).exists()]
    missing += [link for link in _LINK.findall(text) if not (document.parent / link).exists()]
    assert missing == []


def test_both_readmes_say_the_same_in_their_languages() -> None:
    english, korean = (_ROOT / "README.md").read_text(), (_ROOT / "README.ko.md").read_text()
    assert _CODE.findall(english) == _CODE.findall(korean)
    assert _PATH.findall(english) == _PATH.findall(korean)
    assert [len(line.split("|")) for line in english.splitlines() if line.startswith("|")] == [
        len(line.split("|")) for line in korean.splitlines() if line.startswith("|")
    ]
    assert len(re.findall("^#+ ", english, re.MULTILINE)) == len(re.findall("^#+ ", korean, re.MULTILINE))


@pytest.mark.parametrize("readme", ["README.md", "README.ko.md"])
def test_the_readme_leads_to_every_document(readme: str) -> None:
    text = (_ROOT / readme).read_text()
    assert [path.name for path in (_ROOT / "docs").glob("*.md") if f"](docs/{path.name})" not in text] == []


@pytest.mark.parametrize("readme", ["README.md", "README.ko.md"])
def test_the_readme_names_every_setting_and_no_other(readme: str) -> None:
    named = set(re.findall(r"^\| `VITALOG_(\w+)` \|", (_ROOT / readme).read_text(), re.MULTILINE))
    assert named == set(NAMES)


def test_the_api_document_names_every_problem_with_its_status() -> None:
    rows = re.findall(r"^\| (`[a-z`, -]+`) \| (\d{3}) \|", (_ROOT / "docs" / "api.md").read_text(), re.MULTILINE)
    named = {code: int(status) for codes, status in rows for code in re.findall(r"`([a-z-]+)`", codes)}
    assert named == {code: text.status for code, text in PROBLEMS.items()}
