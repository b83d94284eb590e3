"""Search parameters of R4: dates with prefixes and precision, tokens, and what is unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from api.fhir.codes import Resource
from api.problems import FieldError, Problem

_PREFIX = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.+)", re.DOTALL)
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+ -]\d\d:\d\d)?)?)?)?", re.ASCII
)
_CONTROL = {"_format", "_pretty", "purpose", "_cursor"}
"""About the answer, not about what is looked for."""


class Span(NamedTuple):
    """What a date of some precision stands for: from ``start`` up to but not including ``end``."""

    start: datetime
    end: datetime


def bad(name: str, detail: str) -> Problem:
    """400 for one parameter; said as an OperationOutcome."""
    return Problem("bad-search", detail=detail, errors=[FieldError(f"?{name}", detail)])


def span_of(text: str) -> Span | None:
    """A FHIR date, dateTime or instant as the time it covers; without an offset it is taken as UTC."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        start = datetime.fromisoformat(
            f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}"
            # In a query string an unescaped + arrives as a blank.
            f"{(zone or 'Z').replace(' ', '+')}"
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    try:
        return Span(*_stretch(start, month, day, hour, second, fraction))
    except (ValueError, OverflowError):
        # Up to the end of time, as le9999-12-31 says where no end is meant.
        return Span(start, datetime.max.replace(tzinfo=UTC))


def _stretch(
    start: datetime, month: str | None, day: str | None, hour: str | None, second: str | None, fraction: str | None
) -> tuple[datetime, datetime]:
    if fraction is not None:
        start += timedelta(microseconds=int(f"{fraction:0<6}"[:6]))
        return start, start + timedelta(microseconds=max(1, 10 ** max(0, 6 - len(fraction))))
    if second is not None:
        return start, start + timedelta(seconds=1)
    if hour is not None:
        return start, start + timedelta(minutes=1)
    if day is not None:
        return start, start + timedelta(days=1)
    if month is not None:
        return start, (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    return start, start.replace(year=start.year + 1)


def choices(wanted: str) -> list[str]:
    """The values of a list: commas mean "or", those after a backslash belong to a value (R4 search, 3.1.1.4)."""
    parts = (part.strip() for part in re.split(r"(?<!\\),", wanted))
    return [re.sub(r"\\([,$|\\])", r"\1", part) for part in parts if part]


def date_matches(name: str, wanted: str, of: Span) -> bool:
    """Whether a date search such as ``ge2026-03`` finds a resource that is of that time (R4 search, 3.1.1.4.5).

    Commas mean "or".

    Raises:
        Problem: the value cannot be understood.
    """
    # All of them are looked at, so that the second one's fault is told whatever the first one finds.
    found = [_one_date(name, part, of) for part in wanted.split(",")]
    return any(found)


def _one_date(name: str, wanted: str, of: Span) -> bool:
    prefix, asked = prefixed(name, wanted)
    return _COMPARED[prefix](asked, of)


def prefixed(name: str, wanted: str) -> tuple[str, Span]:
    """The prefix (``eq`` where there is none) and the time of one date of a search.

    Raises:
        Problem: it cannot be understood.
    """
    found = _PREFIX.fullmatch(wanted.strip())
    asked = span_of(found[2]) if found else None
    if found is None or asked is None:
        raise bad(name, f"{name} takes a date such as 2026, 2026-03 or ge2026-03-02.")
    return found[1] or "eq", asked


def _within(asked: Span, of: Span) -> bool:
    return asked.start <= of.start and of.end <= asked.end


_COMPARED: dict[str, Callable[[Span, Span], bool]] = {
    "eq": _within,
    "ne": lambda asked, of: not _within(asked, of),
    "gt": lambda asked, of: of.end > asked.end,
    "lt": lambda asked, of: of.start < asked.start,
    "ge": lambda asked, of: of.end > asked.end or _within(asked, of),
    "le": lambda asked, of: of.start < asked.start or _within(asked, of),
    "sa": lambda asked, of: of.start >= asked.end,
    "eb": lambda asked, of: of.end <= asked.start,
    "ap": lambda asked, of: of.start < asked.end and asked.start < of.end,
}


def token_matches(wanted: str, concepts: Iterable[Resource]) -> bool:
    """Whether ``code``, ``system|code``, ``|code`` or ``system|`` names one of the codings; commas mean "or"."""
    codings: list[Mapping[str, Any]] = [coding for one in concepts for coding in one.get("coding", [])]
    return any(_token(part, coding) for part in choices(wanted) for coding in codings)


def _token(wanted: str, coding: Mapping[str, Any]) -> bool:
    system, bar, code = wanted.rpartition("|")
    if code and coding.get("code") != code:
        return False
    return not bar or coding.get("system", "") == system


def reference_id(name: str, kind: str, given: str) -> str:
    """The id in a reference parameter: ``{id}``, ``Patient/{id}`` or an address that ends so.

    Raises:
        Problem: it refers to something else.
    """
    type_, slash, found = given.rpartition("/")
    if not found or "," in found or (slash and type_.rpartition("/")[2] != kind):
        raise bad(name, f"{name} takes one {kind}, such as {kind}/123.")
    return found


def unknown(asked: Iterable[str], known: Sequence[str]) -> list[str]:
    """Parameters that mean nothing here, those with a modifier included."""
    return [name for name in asked if name not in known and name not in _CONTROL]
