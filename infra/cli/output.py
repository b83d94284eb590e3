"""What commands print: results on stdout, everything else on stderr; times in the terminal's zone."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.words import t

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

OK, PROBLEM, USAGE, RUNNING, NOT_FOUND, UNAVAILABLE, REFUSED = range(7)
"""Exit codes; their meaning is in ``vitalog --help``."""

Json = Annotated[bool, typer.Option("--json", help=t("Print JSON and nothing else."))]

COLOURS = {
    "up": "green",
    "pass": "green",
    "degraded": "yellow",
    "slow": "yellow",
    "down": "bold red",
    "fail": "red",
    "unknown": "magenta",
    "error": "magenta",
    "paused": "blue",
}
_WIDE = 200
_STEERING = re.compile(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def console() -> Console:
    """Standard output; as wide as its content needs when it is not a terminal."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)


def side_console() -> Console:
    """Standard error: progress, hints, warnings."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def say(message: str) -> None:
    """A line for the person, beside the result."""
    print(plain(message), file=sys.stderr, flush=True)


def emit(value: Any) -> None:
    """The result as JSON that a program can read."""
    print(_harmless(json.dumps(value, ensure_ascii=False, indent=2)), flush=True)


def emit_line(value: Any) -> None:
    """One of many results as a line of JSON."""
    print(_harmless(json.dumps(value, ensure_ascii=False, separators=(",", ":"))), flush=True)


def _harmless(text: str) -> str:
    """The same JSON, with what json.dumps leaves as it is and a terminal or an eye may obey written as an escape."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def plain(text: object) -> str:
    """Text from elsewhere, without the characters that could steer a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in str(text))


def one_line(text: object) -> str:
    """As ``plain``, and without line breaks: what somebody wrote must not look like a line of ours."""
    return plain(text).replace("\n", " ⏎ ")


def coloured(word: str, shown: str | None = None) -> Text:
    """A status or verdict in its colour."""
    from rich.text import Text

    return Text(plain(shown or word), style=COLOURS.get(word, ""))


def status_of(monitor: Mapping[str, Any]) -> str:
    """What to show for a monitor: ``paused`` overlays its status."""
    return "paused" if monitor.get("paused") else str(monitor.get("status", "unknown"))


def status_word(status: str) -> str:
    """A status or verdict in the user's language."""
    words = {
        "up": t("up"),
        "degraded": t("degraded"),
        "down": t("down"),
        "unknown": t("unknown"),
        "paused": t("paused"),
        "pass": t("pass"),
        "slow": t("slow"),
        "fail": t("fail"),
        "error": t("error"),
        "open": t("open"),
        "acknowledged": t("acknowledged"),
        "resolved": t("resolved"),
    }
    return words.get(status, status)


def moment(at: str | None) -> datetime | None:
    """An RFC 3339 time of the API, in the terminal's zone; None for anything else."""
    try:
        return datetime.fromisoformat(at or "").astimezone()
    except ValueError:
        return None


def clock(at: str | None) -> str:
    """``2026-11-20 13:05:09`` in the terminal's zone."""
    local = moment(at)
    return f"{local:%Y-%m-%d %H:%M:%S}" if local else "–"


def ago(at: str | None) -> str:
    """How long ago that was: ``3 min``."""
    local = moment(at)
    return span((datetime.now(UTC) - local).total_seconds()) if local else "–"


def span(seconds: float) -> str:
    """A length of time in its one or two largest units."""
    whole = max(0, round(seconds))
    if whole < 60:
        return t("{n} s", n=whole)
    if whole < 3600:
        return t("{n} min", n=whole // 60)
    if whole < 86_400:
        hours, rest = divmod(whole // 60, 60)
        return t("{n} h", n=hours) + (" " + t("{n} min", n=rest) if rest else "")
    days, rest = divmod(whole // 3600, 24)
    return t("{n} d", n=days) + (" " + t("{n} h", n=rest) if rest else "")


def every(seconds: float) -> str:
    """An interval exactly: ``30 s``, ``1.5 s``, ``5 min``."""
    exact = float(seconds)
    return span(exact) if exact == round(exact) and (exact < 60 or exact % 60 == 0) else t("{n} s", n=f"{exact:g}")


def milliseconds(value: float | None) -> str:
    """``12.3 ms``, ``1.24 s``; a dash when nothing was measured."""
    if value is None:
        return "–"
    return f"{value:.1f} ms" if value < 1000 else t("{n} s", n=f"{value / 1000:.2f}")


def percent(value: float | None) -> str:
    """As the API gives it, rounded down already; a dash when nothing was observed."""
    return "–" if value is None else f"{value:.4f}".rstrip("0").rstrip(".") + " %"
