"""Writing an invented year into a ledger, each part once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from application.ports.ledger import Ledger, VersionConflict
from domain.checkups.events import PatientRegistered
from domain.monitoring.events import MonitorPaused, monitor_stream
from infra.demo import monitors, reads, records, staff
from infra.demo.plan import Part, Plan

Fingerprint = Callable[[str, str], str]
_PAGE = 1_000


@dataclass(slots=True)
class Filled:
    """What was added."""

    events: int = 0
    parts: int = 0
    known: int = 0
    """Parts that were there before."""
    users: list[str] = field(default_factory=list[str])
    """Ids of the users made just now."""


def fill(ledger: Ledger, plan: Plan, fingerprint: Fingerprint, tell: Callable[[str, int, int], None]) -> Filled:
    """Store what is not there yet, each part in one transaction. ``tell`` hears which kind of part, how many of how
    many.

    Raises:
        LedgerUnavailable: what was stored before stays; filling again goes on from there.
    """
    filled = Filled()
    for kind, made, total in _kinds(plan, fingerprint):
        for number, part in enumerate(made):
            tell(kind, number, total)
            if _store(ledger, part, filled) and kind == "users":
                filled.users.append(part.stream.partition(":")[2])
        tell(kind, total, total)
    return filled


def strangers(ledger: Ledger) -> int:
    """How many patients are not invented: nobody wants invented people among them."""
    found, after = 0, 0
    while page := ledger.read(after, _PAGE, types=[PatientRegistered.type]):
        found += sum(not (recorded.causation_id or "").startswith("demo:") for recorded in page)
        after = page[-1].position
    return found


def day_of(ledger: Ledger, plan: Plan) -> date:
    """The day until which the same demo was invented before; else that of the plan. So a second run repeats the
    first one, whatever day it is.
    """
    for recorded in ledger.read_stream(monitor_stream(plan.id("monitor/0"))):
        if isinstance(recorded.event, MonitorPaused) and recorded.causation_id == f"demo:{plan.seed}":
            return recorded.event.at.date()
    for recorded in ledger.read_stream(staff.ADMIN.stream(plan)):  # the monitors come last: it was interrupted
        made_at: datetime | None = getattr(recorded.event, "at", None)
        if made_at is not None:
            return staff.until(plan, made_at)
    return plan.until


def _kinds(plan: Plan, fingerprint: Fingerprint) -> Iterator[tuple[str, Iterator[Part], int]]:
    clinicians = tuple(member.actor(plan) for member in staff.CLINICIANS)
    yield "users", staff.parts(plan, fingerprint), len(staff.STAFF)
    yield "patients", records.parts(plan, clinicians, fingerprint), plan.patients
    days = list(reads.parts(plan))
    yield "reads", iter(days), len(days)
    # Last, because they are many: read models show the people while they still fold the probes.
    yield "monitors", monitors.parts(plan, staff.OPERATOR.actor(plan)), len(monitors.SERVICES)


def _store(ledger: Ledger, part: Part, filled: Filled) -> bool:
    """Whether it was stored just now."""
    if ledger.read_stream(part.stream, limit=1):
        filled.known += 1
        return False
    try:
        ledger.append(part.events)
    except VersionConflict:
        # Another run was faster, or the seed's e-mail addresses belong to real users: theirs come first.
        filled.known += 1
        return False
    filled.events += len(part.events)
    filled.parts += 1
    return True
