"""The invented year: the same for the same seed, added once, and such as the domain would have it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from adapters.postgres.ledger import PostgresLedger
from adapters.postgres.projector import Projector
from application.ports.ledger import NewEvent
from domain import kernel
from domain.checkups import checkup as checkups
from domain.checkups.checkup import Checkup
from domain.checkups.events import PatientRegistered
from domain.kernel import Closed
from infra.demo import filling, monitors, people, reads, records, staff
from infra.demo.plan import Plan
from tests.support.databases import Database
from tests.support.people import PEOPLE

PLAN = Plan(seed=7, patients=12, months=4, until=date(2026, 11, 20))


def _fingerprint(kind: str, text: str) -> str:
    return PEOPLE.blind.fingerprint(kind, text)


def _events(plan: Plan) -> list[NewEvent]:
    made = [
        *staff.parts(plan, _fingerprint),
        *monitors.parts(plan, "user:operator"),
        *records.parts(plan, ("user:clinician",), _fingerprint),
        *reads.parts(plan),
    ]
    return [event for part in made for event in part.events]


def _stored(event: NewEvent) -> tuple[str, int, str, bytes, str]:
    return event.stream, event.version, event.event.type, kernel.encode(event.event), event.actor


def test_the_same_seed_invents_the_same_events_byte_for_byte() -> None:
    first, second = (list(map(_stored, _events(PLAN))) for _ in range(2))
    assert first == second
    assert len(first) > 40_000
    other = list(map(_stored, _events(Plan(8, PLAN.patients, PLAN.months, PLAN.until))))
    assert first != other
    assert not {stream for stream, *_ in first} & {stream for stream, *_ in other}


def test_one_patient_more_changes_nothing_about_the_others() -> None:
    fewer, more = (Plan(7, patients, 4, PLAN.until) for patients in (12, 15))
    kept = [people.person(fewer, number) for number in range(10)]  # the last two are animals, whoever they are
    assert kept == [people.person(more, number) for number in range(10)]


def test_everything_it_tells_lies_in_the_past_it_was_asked_for() -> None:
    latest = PLAN.end + timedelta(days=1)  # a correction, the day after
    for new in _events(PLAN):
        at = getattr(new.event, "at", None)
        assert at is None or PLAN.begin - timedelta(days=1) <= at <= latest, new


def test_there_is_everything_worth_looking_at() -> None:
    plan = Plan(seed=7, patients=40, months=12, until=PLAN.until)
    made = list(records.parts(plan, ("user:clinician",), _fingerprint))
    kinds = Counter(event.event.type for part in made for event in part.events)
    for name in ("measurement-amended", "checkup-details-amended", "checkup-voided", "addendum-added",
                 "legal-hold-placed", "patient-revised"):  # fmt: skip
        assert kinds[f"checkups.{name}"] >= 1, name
    everybody = [people.person(plan, number) for number in range(40)]
    assert {who.age for who in everybody} == {"child", "adult", "elder", "animal"}
    assert sum(who.personal.species is not None for who in everybody) == 2
    assert {who.korean for who in everybody} == {True, False}
    assert {member.role for member in staff.STAFF} == {"admin", "operator", "clinician", "auditor", "viewer", "patient"}
    judged = [judgement for checkup in _checkups(made) for judgement in checkup.results.judgements]
    assert {"normal", "borderline", "suspected"} <= {judgement.grade for judgement in judged}


def _checkups(made: list[Any]) -> list[Checkup]:
    found: dict[str, Checkup | None] = {}
    for new in (event for part in made for event in part.events if event.stream.startswith("checkup:")):
        found[new.stream] = checkups.evolve(found.get(new.stream), new.event)
    return [checkup for checkup in found.values() if checkup is not None]


def test_filling_twice_adds_nothing_whatever_day_it_is(ledger: PostgresLedger) -> None:
    plan = Plan(seed=3, patients=5, months=1, until=date(2026, 11, 20))
    filled = filling.fill(ledger, plan, _fingerprint, lambda *_: None)
    head = ledger.head()
    assert filled.events == head
    assert len(filled.users) == len(staff.STAFF)
    later = Plan(3, 5, 1, filling.day_of(ledger, Plan(3, 5, 1, date(2027, 2, 3))))
    assert later == plan
    again = filling.fill(ledger, later, _fingerprint, lambda *_: None)
    assert (again.events, again.users, ledger.head()) == (0, [], head)


def test_an_interrupted_filling_is_gone_on_with(ledger: PostgresLedger) -> None:
    plan = Plan(seed=3, patients=5, months=1, until=date(2026, 11, 20))

    def interrupt(kind: str, number: int, total: int) -> None:
        if (kind, number) == ("patients", 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        filling.fill(ledger, plan, _fingerprint, interrupt)
    assert 0 < ledger.head() < len(_events(plan))
    assert filling.day_of(ledger, Plan(3, 5, 1, date(2027, 2, 3))) == plan.until
    filling.fill(ledger, plan, _fingerprint, lambda *_: None)
    stored = {(one.stream, one.version) for one in ledger.read(0, 100_000)}
    assert {(new.stream, new.version) for new in _events(plan)} <= stored


def test_real_patients_are_counted_and_invented_ones_are_not(ledger: PostgresLedger) -> None:
    plan = Plan(seed=3, patients=3, months=1, until=date(2026, 11, 20))
    filling.fill(ledger, plan, _fingerprint, lambda *_: None)
    assert filling.strangers(ledger) == 0
    invented = people.person(plan, 0)
    patient_id = "b7a8c1de-0000-4000-8000-000000000001"
    event = PatientRegistered(patient_id=patient_id, at=datetime.now(UTC), personal=invented.personal)
    ledger.append([NewEvent(f"patient:{patient_id}", 1, event, "admin", patient_id)])
    assert filling.strangers(ledger) == 1


def test_the_read_models_take_all_of_it(ledger: PostgresLedger, projector: Projector, database: Database) -> None:
    filling.fill(ledger, Plan(seed=7, patients=6, months=2, until=PLAN.until), _fingerprint, lambda *_: None)
    assert not any(isinstance(one.event, Closed) for one in ledger.read(0, 100_000))
    projector.catch_up()
    with psycopg.connect(database.owner_url) as db:
        row = db.execute("SELECT count(*) FROM projections.dead_letters").fetchone()
        assert row == (0,)
        row = db.execute("SELECT count(*), count(*) FILTER (WHERE paused) FROM monitor_status.monitors").fetchone()
        assert row == (len(monitors.SERVICES), len(monitors.SERVICES))
