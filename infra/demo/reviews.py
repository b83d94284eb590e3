"""An invented review: the auditor signed the month before last. The last one waits, with something to find in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from application.ports.ledger import Ledger
from domain.identity.events import MonthReviewed, review_stream
from infra.demo import reads
from infra.demo.plan import Part, Plan, Writing
from infra.demo.staff import AUDITOR


def parts(plan: Plan, ledger: Ledger) -> Iterator[Part]:
    """At most one. It covers the ledger as it is now: everything of that month is in it."""
    last = month_before(plan.until)
    reviewed = month_before(last)
    if datetime.combine(reviewed, time(), UTC) < plan.begin:
        return
    month = f"{reviewed:%Y-%m}"
    shown = sum(
        one.event.at.strftime("%Y-%m") == month
        for part in reads.parts(plan)
        for one in part.events
        if isinstance(one.event, reads.PersonalDataRead)
    )
    event = MonthReviewed(
        at=datetime.combine(last + timedelta(days=4), time(1, 30), UTC),
        month=month,
        until_position=ledger.head(),
        reads=shown,
        flagged=0,
        conclusion="nothing-found",
    )
    writing = Writing(plan, f"review/{month}")
    writing.add(review_stream(month), event, AUDITOR.actor(plan))
    yield writing.part()


def month_before(day: date) -> date:
    """The first day of it."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
