"""The terminal speaks two languages."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from string import Formatter

import pytest

from infra.korean import KOREAN

_INFRA = Path("infra")


def _sentences() -> set[str]:
    """Every text given to ``t()``, and every docstring that ``command`` makes into help."""
    found: set[str] = set()
    for path in _INFRA.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Name("t"), args=[ast.Constant(str(text)), *_]):
                    found.add(text)
                case ast.FunctionDef(decorator_list=decorators) if any(_is_command(d) for d in decorators):
                    found.add(ast.get_docstring(node) or "")
                case _:
                    pass
    return found


def _is_command(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "command"


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_sentence_has_its_korean() -> None:
    sentences = _sentences()
    assert len(sentences) > 100
    assert sorted(sentences - KOREAN.keys()) == []


@pytest.mark.parametrize("english", sorted(KOREAN))
def test_a_translation_keeps_the_placeholders(english: str) -> None:
    assert _placeholders(KOREAN[english]) <= _placeholders(english)
    assert KOREAN[english].strip() != ""


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "VITALOG_LANG": "en"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_language_follows_the_environment(environment: dict[str, str], language: str) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LANG", "LC_", "VITALOG_"))}
    code = "from infra.words import language; print(language())"
    done = subprocess.run(
        [sys.executable, "-c", code], env=kept | environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == language
