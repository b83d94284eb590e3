"""What people type: durations, targets, headers. Each refusal says what to type instead."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import typer

from infra.words import t

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
_HOST_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/?#@]+):(\d+)")
KINDS = ("http", "tcp", "postgres", "push")


def duration(text: str) -> float:
    """Seconds of ``30s``, ``5m``, ``1h30m``, ``500ms``, or of a bare number.

    Raises:
        typer.BadParameter: it is none of these, or not positive.
    """
    compact = text.strip().lower().replace(" ", "")
    if re.fullmatch(r"\d+(\.\d+)?", compact):
        seconds = float(compact)
    elif compact and not _PART.sub("", compact):
        seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(compact))
    else:
        seconds = 0.0
    if seconds <= 0:
        raise typer.BadParameter(t("{text!r} is not a duration. Write 30s, 5m, 1h30m or 1d.", text=text))
    return round(seconds, 3)


def kind_of(target: str) -> str:
    """The probe kind that a target asks for.

    Raises:
        typer.BadParameter: it could be several, or none.
    """
    scheme = target.partition("://")[0].lower() if "://" in target else None
    match scheme:
        case "http" | "https":
            return "http"
        case "postgres" | "postgresql":
            return "postgres"
        case "tcp":
            return "tcp"
        case None if _HOST_PORT.fullmatch(target):
            return "tcp"
        case None:
            raise typer.BadParameter(
                t(
                    "How should {target!r} be probed? Write https://{target} for HTTP, or {target}:443 for a TCP port.",
                    target=target,
                )
            )
        case _:
            raise typer.BadParameter(
                t("There is no probe for {scheme}://. Use http, https, tcp or postgresql.", scheme=scheme)
            )


def name_of(kind: str, target: str) -> str:
    """A name for a monitor that was given none: where it points, without credentials, query and the usual ports."""
    if kind == "tcp":
        return target.rpartition("://")[2].rpartition("@")[2]
    parts = urlsplit(target)
    host = parts.netloc.rpartition("@")[2]
    return (host + parts.path.rstrip("/"))[:200] or kind


def header(text: str) -> tuple[str, str]:
    """``Name: value`` in two.

    Raises:
        typer.BadParameter: there is no colon. The text is not repeated: it may be a secret.
    """
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise typer.BadParameter(t("Write a header as 'Name: value'."))
    return name.strip(), value.strip()


def content(text: str) -> str:
    """The text itself, or what the file holds when it is ``@FILE`` (``@-``: standard input).

    Raises:
        typer.BadParameter: the file cannot be read.
    """
    if not text.startswith("@"):
        return text
    try:
        return sys.stdin.read() if text == "@-" else Path(text[1:]).read_text()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else t("it is not UTF-8 text")
        raise typer.BadParameter(t("{file} cannot be read: {why}.", file=text[1:], why=why)) from None


def json_value(text: str) -> Any:
    """What the text says as JSON (``true``, ``3``, ``"3"``); the text itself when it is no JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return text
