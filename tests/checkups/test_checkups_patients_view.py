"""Patients in PostgreSQL: found by keyed hashes, sealed at rest, gone once erased, the same after every replay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from adapters.postgres.ledger import PostgresLedger
from application.ports.ledger import NewEvent
from domain.checkups import patient as p
from domain.checkups.events import PatientErased, erasure_stream, patient_stream
from domain.checkups.personal import Guardian, Identifier, Personal
from domain.checkups.searching import name_key, phone_key
from domain.kernel import Event
from projections.queries.patients import SealedPatient, list_patients
from tests.support.people import PEOPLE
from tests.support.read_models import dump, replayed

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HONG = Personal(
    name="홍길동",
    birth_date=date(1980, 2, 29),
    sex="male",
    phone="010-1234-5678",
    identifiers=(Identifier(system="chart", value="A-17"),),
)
BORI = Personal(name="Bori", species="dog", guardian=Guardian(name="Jane Doe", phone="+82 10 9876 5432"))


class Written:
    """Patients' streams in a ledger."""

    def __init__(self, ledger: Any) -> None:
        self.ledger = ledger
        self.states: dict[str, p.Patient] = {}

    def register(self, patient_id: str, personal: Personal) -> None:
        self.append(patient_id, [p.register(patient_id, personal, AT)])

    def append(self, patient_id: str, events: Sequence[Event]) -> None:
        state = self.states.get(patient_id)
        version = state.version if state else 0
        new = [
            NewEvent(patient_stream(patient_id), version + number, event, "admin", str(uuid4()))
            for number, event in enumerate(events, 1)
        ]
        self.ledger.append(new)
        for event in events:
            state = p.evolve(state, event)
        assert state is not None
        self.states[patient_id] = state

    def erase(self, patient_id: str) -> None:
        self.append(patient_id, p.request_erasure(self.states[patient_id], "user:a", "subject-request", AT))
        confirmed, erased = p.confirm_erasure(self.states[patient_id], "user:b", AT)
        self.append(patient_id, [confirmed])
        self.ledger.append([NewEvent(erasure_stream(patient_id), 1, erased, "admin", str(uuid4()))])
        self.ledger.keys.destroy([patient_id])


@pytest.fixture
def written(ledger: Any) -> Written:
    return Written(ledger)


async def found(database: Any, **wanted: Any) -> list[SealedPatient]:
    async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as db:
        return await list_patients(db, **wanted)


def ids(patients: list[SealedPatient]) -> list[str]:
    return [one.patient_id for one in patients]


def hashed(kind: str, text: str) -> str:
    return PEOPLE.blind.fingerprint(kind, text)


async def test_patients_are_found_by_name_family_name_phone_identifier_and_guardian(
    database: Any, written: Written, projector: Any
) -> None:
    written.register("p1", HONG)
    written.register("p2", BORI)
    projector.catch_up()
    for wanted, expected in (
        ({}, ["p2", "p1"]),
        ({"name": hashed("name", name_key("홍 길동"))}, ["p1"]),
        ({"name": hashed("name", name_key("홍"))}, ["p1"]),
        ({"name": hashed("name", name_key("길동"))}, []),
        ({"name": hashed("name", name_key("DOE"))}, ["p2"]),
        ({"name": hashed("name", name_key("bori"))}, ["p2"]),
        ({"phone": hashed("phone", phone_key("+82 10 1234 5678"))}, ["p1"]),
        ({"phone": hashed("phone", phone_key("01098765432"))}, ["p2"]),
        ({"identifier": hashed("identifier", "chart|A-17")}, ["p1"]),
        ({"identifier": hashed("identifier", "chart|A-17"), "name": hashed("name", "bori")}, []),
        ({"only": "p1"}, ["p1"]),
        ({"limit": 1}, ["p2"]),
    ):
        assert ids(await found(database, **wanted)) == expected, wanted
    (newest,) = await found(database, limit=1)
    assert ids(await found(database, before=newest.position)) == ["p1"]


async def test_what_is_opened_with_the_patients_key_is_the_personal_data_as_of_the_newest_revision(
    database: Any, written: Written, projector: Any
) -> None:
    written.register("p1", HONG)
    changed = Personal(name="홍길순", sex="female", phone="02-123-4567")
    written.append("p1", p.revise(written.states["p1"], changed, "typing error", AT))
    written.append("p1", p.place_hold(written.states["p1"], date(2027, 1, 1), "court", AT))
    projector.catch_up()
    (row,) = await found(database)
    view = row.open(written.ledger.keys.of(["p1"])["p1"])
    assert (view.id, view.personal, view.version, view.registered_at) == ("p1", changed, 3, AT)
    assert await found(database, phone=hashed("phone", phone_key("010-1234-5678"))) == []
    assert await found(database, identifier=hashed("identifier", "chart|A-17")) == []


def test_no_personal_data_is_readable_in_the_table(database: Any, written: Written, projector: Any) -> None:
    written.register("p1", HONG)
    written.register("p2", BORI)
    projector.catch_up()
    rows = "\n".join(dump(database.url)["patients.patients"])
    for text in ("홍길동", "1234", "A-17", "1980", "male", "Bori", "dog", "Doe", "9876"):
        assert text not in rows
        assert text.encode().hex() not in rows


async def test_an_erased_patients_row_is_gone_at_once_and_after_a_replay(
    database: Any, written: Written, projector: Any
) -> None:
    written.register("p1", HONG)
    projector.catch_up()
    written.register("p2", BORI)
    written.erase("p1")
    projector.catch_up()
    assert ids(await found(database)) == ["p2"]
    projector.close()
    before = dump(database.url)["patients.patients"]
    assert replayed(database.url)["patients.patients"] == before


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_every_split_into_batches_gives_the_same_rows(
    database: Any, written: Written, projector: Any, size: int
) -> None:
    written.register("p1", HONG)
    written.register("p2", BORI)
    written.append("p1", p.revise(written.states["p1"], Personal(name="홍길순"), "x", AT))
    written.register("p3", HONG)
    written.erase("p2")
    written.append("p3", p.place_hold(written.states["p3"], date(2027, 1, 1), "court", AT))
    as_delivered = PostgresLedger(database.url, application_name="feed")
    events = as_delivered.read(0, 1_000)
    as_delivered.close()
    for start in range(0, len(events), size):
        projector.apply(events[start : start + size])
    projector.close()
    rows = dump(database.url)["patients.patients"]
    assert len(rows) == 2
    assert replayed(database.url)["patients.patients"] == rows


def test_what_remains_of_an_erased_patient_names_nobody(written: Written) -> None:
    written.register("p1", HONG)
    written.erase("p1")
    (remains,) = written.ledger.read_stream(erasure_stream("p1"))
    assert isinstance(remains.event, PatientErased)
    assert all(one.event.type == "closed" for one in written.ledger.read_stream(patient_stream("p1")))
