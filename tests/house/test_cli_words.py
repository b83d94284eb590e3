"""The terminal speaks two languages."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import typer.main

from infra.cli.program import app
from infra.korean import KOREAN

_INFRA = Path("infra")


def _sentences() -> set[str]:
    """Every text given to ``t()``, and the help of every command."""
    given = {
        text
        for path in _INFRA.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t"
        for text in [node.args[0].value if isinstance(node.args[0], ast.Constant) else None]
        if isinstance(text, str)
    }
    return given | {helped for helped in _helps(typer.main.get_command(app)) if helped}


def _helps(group: Any) -> Iterator[str | None]:
    yield group.help
    for command in getattr(group, "commands", {}).values():
        yield from _helps(command)


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


@pytest.mark.parametrize(
    "arguments",
    [
        ["monitor", "show"],
        ["monitor", "ad"],
        ["monitor", "add", "https://example.org", "--evry", "3s"],
        ["monitor", "add", "https://example.org", "--every"],
        ["status", "superfluous"],
        ["status", "--once=3"],
        ["events", "tail", "--from", "x"],
        ["events", "tail", "--from", "0"],
    ],
)
def test_a_command_line_that_makes_no_sense_is_refused_in_korean_too(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "infra", *arguments],
        env=os.environ | {"VITALOG_LANG": "ko"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert re.search("[가-힣]", done.stderr.splitlines()[0])
