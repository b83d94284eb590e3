"""What is known of people is the same after a replay, and after an erasure a replay makes exactly what is left."""

from __future__ import annotations

import random

import pytest

from adapters.postgres.ledger import PostgresLedger
from application.ports.ledger import RecordedEvent
from domain.checkups.events import PatientErased
from domain.identity.events import UserErased
from domain.kernel import Closed
from tests.support.read_models import dump, replayed
from tests.views.people import NAMES, eventful_people

TRAIL = {"activity.entries", "activity.subjects"}
"""That there was somebody stays; every other table is emptied of a patient who is erased."""
PERSONAL = TRAIL | {
    "checkup_index.checkups",
    "measurements.checkups",
    "measurements.grades",
    "measurements.people",
    "measurements.readings",
    "namesakes.people",
    "patients.patients",
    "users.api_keys",
    "users.sessions",
    "users.users",
}
IN_PLAIN = (
    "Seoul clinic",
    "Dr. Ahn",
    "without breakfast",
    "wrong line",
    "010-",
    "@example",
    "misspelt",
    "come back",
    "192.0.2.7",
)


@pytest.mark.parametrize("seed", range(6))
def test_a_replay_after_an_erasure_gives_the_bytes_that_the_erasure_left(seed, database, ledger, projector) -> None:
    written, doomed = eventful_people(seed)
    erased = next(number for number, new in enumerate(written) if isinstance(new.event, PatientErased))
    ledger.append(written[:erased])
    dice, events = random.Random(seed), _as_the_feed_has_them(database.url)
    while events:
        size = dice.choice((1, 2, 7, 30))
        projector.apply(events[:size])
        if dice.random() < 0.1:
            projector.start()
        events = events[size:]
    projector.close()
    alive = dump(database.url)
    assert _tables_of(doomed, alive) == PERSONAL
    expected = replayed(database.url)
    for table, rows in expected.items():
        assert alive[table] == rows, table

    ledger.keys.destroy(doomed)
    ledger.append(written[erased:])
    projector.start()
    projector.catch_up()
    projector.close()
    left = dump(database.url)
    assert _tables_of(doomed, left) == TRAIL
    expected = replayed(database.url)
    for table, rows in expected.items():
        assert left[table] == rows, table


def _as_the_feed_has_them(url: str) -> list[RecordedEvent]:
    ledger = PostgresLedger(url, application_name="without keys")
    events = ledger.read(0, 10_000)
    ledger.close()
    assert any(isinstance(record.event, Closed) for record in events)
    return events


def _tables_of(patients: list[str], tables: dict[str, list[str]]) -> set[str]:
    return {name for name, rows in tables.items() if any(patient in row for row in rows for patient in patients)}


def test_no_read_model_holds_in_plain_what_is_personal(database, ledger, projector) -> None:
    written, _ = eventful_people(3)
    ledger.append([new for new in written if not isinstance(new.event, PatientErased | UserErased)])
    projector.catch_up()
    whole = "\n".join(row for rows in dump(database.url).values() for row in rows)
    assert "checkups.patient-registered" in whole
    for word in (*NAMES, *IN_PLAIN):
        assert word not in whole, word
        assert word.encode().hex() not in whole, word
