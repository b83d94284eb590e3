"""Invented reads: who of the staff looked at whose record, around the days of the visits.

The audit goes by when the ledger took an event, which for all of them is the moment of filling; so there is no invented
monthly review: nobody can have signed for a month in which nothing had been recorded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone

from domain.identity.events import PersonalDataRead, Purpose, reads_stream
from infra.demo.people import person
from infra.demo.plan import Part, Plan, Writing
from infra.demo.records import visits_of
from infra.demo.staff import AUDITOR, CLINICIANS, PATIENT

_SEOUL = timezone(timedelta(hours=9))
_ONE = "GET /api/v1/patients/{patient_id}"
_CHECKUP = "GET /api/v1/checkups/{checkup_id}"
_REPORT = "GET /api/v1/patients/{patient_id}/report"
_LIST = "GET /api/v1/patients"


def parts(plan: Plan) -> Iterator[Part]:
    """One for every day, in order."""
    by_day: defaultdict[date, list[tuple[str, PersonalDataRead]]] = defaultdict(list)
    for actor, read in sorted(_all(plan), key=lambda one: one[1].at):
        if plan.begin <= read.at < plan.end:
            by_day[read.at.date()].append((actor, read))
    for day in sorted(by_day):
        writing = Writing(plan, f"reads/{day}")
        for actor, read in by_day[day]:
            # The process is part of the stream's name, so that a real one never appends to it.
            writing.add(reads_stream(day, f"demo-{plan.seed}"), read, actor)
        yield writing.part()


def _all(plan: Plan) -> Iterator[tuple[str, PersonalDataRead]]:
    ids = [plan.id(f"patient/{number}") for number in range(plan.patients)]
    for number in range(plan.patients):
        who = person(plan, number)
        clinician = CLINICIANS[number % len(CLINICIANS)].actor(plan)
        dice = plan.dice(f"reads/{number}")
        for visit in visits_of(plan, who):
            if visit.brought:
                continue
            at = datetime.combine(visit.day, time(9, dice.randrange(60)), _SEOUL)
            around = tuple(dict.fromkeys((who.id, *dice.sample(ids, min(4, len(ids))))))
            yield clinician, _read(at, _LIST, around, "treatment")
            yield clinician, _read(at + timedelta(minutes=1), _ONE, (who.id,))
            yield clinician, _read(at + timedelta(minutes=4), _CHECKUP, (who.id,))
            if visit.full and dice.random() < 0.5:
                later = at + timedelta(days=1, hours=2)
                yield clinician, _read(later, _REPORT, (who.id,), "patient-request", export=True)
            if number == 0:
                yield PATIENT.actor(plan), _read(at + timedelta(days=1, hours=12), _ONE, (who.id,))
    day = datetime.combine(plan.until - timedelta(days=2), time(15, 0), _SEOUL)
    yield AUDITOR.actor(plan), _read(day, "GET /api/v1/audit", tuple(ids[:20]), "quality")


def _read(
    at: datetime, operation: str, subjects: tuple[str, ...], purpose: Purpose | None = None, *, export: bool = False
) -> PersonalDataRead:
    return PersonalDataRead(
        at=at.astimezone(UTC), operation=operation, subjects=subjects, purpose=purpose, export=export
    )
