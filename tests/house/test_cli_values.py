"""What people type on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from infra.cli import output, values


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("5m", 300),
        ("1h", 3600),
        ("1d", 86_400),
        ("1h30m", 5400),
        ("500ms", 0.5),
        ("1.5h", 5400),
        ("90", 90),
        (" 2 H ", 7200),
    ],
)
def test_a_duration_is_read_as_seconds(text: str, seconds: float) -> None:
    assert values.duration(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "5x", "-5s", "0", "0s", "five minutes", "5s6", "1e3"])
def test_what_is_no_positive_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="30s, 5m"):
        values.duration(text)


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("https://example.org/health", "http"),
        ("HTTP://example.org", "http"),
        ("postgresql://u@db/app", "postgres"),
        ("postgres://db", "postgres"),
        ("tcp://example.org:22", "tcp"),
        ("example.org:22", "tcp"),
        ("10.0.0.1:5432", "tcp"),
        ("[::1]:443", "tcp"),
    ],
)
def test_the_kind_follows_from_the_target(target: str, kind: str) -> None:
    assert values.kind_of(target) == kind


@pytest.mark.parametrize("target", ["example.org", "example.org/health", "ftp://example.org", "example.org:port", ""])
def test_a_target_that_tells_no_kind_is_refused(target: str) -> None:
    with pytest.raises(typer.BadParameter):
        values.kind_of(target)


@pytest.mark.parametrize(
    ("kind", "target", "name"),
    [
        ("http", "https://user:secret@example.org:8443/health/?token=abc", "example.org:8443/health"),
        ("http", "https://example.org", "example.org"),
        ("postgres", "postgresql://app:secret@db.example.org:5432/shop", "db.example.org:5432/shop"),
        ("tcp", "tcp://example.org:22", "example.org:22"),
    ],
)
def test_a_name_taken_from_the_target_holds_no_secret_of_it(kind: str, target: str, name: str) -> None:
    assert values.name_of(kind, target) == name


def test_a_header_is_split_at_its_first_colon() -> None:
    assert values.header("Authorization: Basic a:b") == ("Authorization", "Basic a:b")


def test_a_header_without_a_colon_is_refused_without_repeating_it() -> None:
    with pytest.raises(typer.BadParameter) as refusal:
        values.header("Bearer hunter2")
    assert "hunter2" not in str(refusal.value)


def test_content_comes_from_the_file_it_names(tmp_path: Path) -> None:
    file = tmp_path / "header"
    file.write_text("X-Key: secret\n")
    assert values.content(f"@{file}") == "X-Key: secret\n"
    with pytest.raises(typer.BadParameter, match="cannot be read"):
        values.content(f"@{tmp_path}/missing")


@pytest.mark.parametrize(("text", "value"), [("true", True), ("3", 3), ('"3"', "3"), ("ok", "ok"), ("null", None)])
def test_an_expected_value_is_json_or_else_text(text: str, value: Any) -> None:
    assert values.json_value(text) == value


@pytest.mark.parametrize("emit", [output.emit, output.emit_line])
def test_json_cannot_steer_the_terminal_it_is_printed_on(emit: Any, capsys: pytest.CaptureFixture[str]) -> None:
    value = {"name": "\x1b[2J\x9b31m\x7f\u202e\u2066한국 é 👨‍👩‍👧"}
    emit(value)
    printed = capsys.readouterr().out
    assert json.loads(printed) == value
    assert not any(letter in printed for letter in "\x1b\x9b\x7f\u202e\u2066")
    assert "한국 é 👨‍👩‍👧" in printed
