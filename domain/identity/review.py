"""The monthly review of who saw whose data: a person looks through it and signs."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple, get_args

from domain.identity.events import MonthReviewed
from domain.refusal import Refused, passage

Conclusion = Literal["nothing-found", "followed-up", "escalated"]
CONCLUSIONS: tuple[Conclusion, ...] = get_args(Conclusion)
LONGEST_NOTE = 2_000
WITHIN_DAYS = 31
"""How long after its end a month may wait for its review before it is overdue."""
_MONTH = re.compile(r"(2[01]\d\d)-(0[1-9]|1[0-2])", re.ASCII)


class Span(NamedTuple):
    """A month of a time zone: ``start <= at < end``."""

    start: datetime
    end: datetime


def span_of(month: str, zone: tzinfo) -> Span:
    """Raises ``Refused``: it is no month, such as 2026-11."""
    first = _first(month)
    return Span(_midnight(first, zone), _midnight(_next(first), zone))


def is_over(month: str, now: datetime, zone: tzinfo) -> bool:
    """Whether nothing more can happen in it."""
    return now >= span_of(month, zone).end


def due(month: str, zone: tzinfo) -> datetime:
    """Until when it should be reviewed."""
    return span_of(month, zone).end + timedelta(days=WITHIN_DAYS)


def sign(
    month: str,
    *,
    now: datetime,
    zone: tzinfo,
    until_position: int,
    reads: int,
    flagged: int,
    conclusion: Conclusion,
    note: str | None,
    seen: int | None = None,
    signed: bool = False,
) -> MonthReviewed:
    """Sign for a month. There is one signature under a month, and it stands.

    ``seen``: how many unusual accesses the reviewer was shown; None: not said. ``signed``: somebody has signed already.

    Raises:
        Refused: it is no month, not over yet, or signed for; something else is unusual by now than what was seen;
            something was followed up, and nothing said about it.
    """
    if not is_over(month, now, zone):
        raise Refused(f"The month {month} is not over yet: review it from {_next(_first(month))} on.", "month")
    if signed:
        raise Refused(f"The month {month} is signed for already: a signature stands.")
    if seen is not None and seen != flagged:
        raise Refused(f"You have seen {seen} unusual accesses, and there are {flagged}: look at them again.", "flagged")
    if note is not None:
        note = passage(note, "note", LONGEST_NOTE)
    if conclusion != "nothing-found" and note is None:
        raise Refused("Say in note what was followed up or escalated, without names: it is kept for ever.", "note")
    return MonthReviewed(
        at=now,
        month=month,
        until_position=until_position,
        reads=reads,
        flagged=flagged,
        conclusion=conclusion,
        note=note,
    )


def _first(month: str) -> date:
    found = _MONTH.fullmatch(month)
    if found is None:
        raise Refused("month must be a month such as 2026-11.", "month")
    return date(int(found[1]), int(found[2]), 1)


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
