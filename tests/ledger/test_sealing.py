"""What tells something about a person is stored sealed under that person's own key, and nowhere else in the clear."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec
import psycopg
import pytest

from adapters.keys.people import People
from adapters.keys.rotation import RotationUnderWay, rewrap, rotate_file
from adapters.keys.subject_keys import PostgresSubjectKeys
from adapters.keys.wrapping import ListedKeys, keys_in_file, new_line
from adapters.nats.messages import from_message, to_message
from adapters.postgres.connection import parameters
from adapters.postgres.ledger import PostgresLedger
from application.ports.ledger import NewEvent
from application.ports.subject_keys import KeyRefused, SubjectErased
from domain import kernel
from domain.checkups.events import PatientErased, PatientRegistered, erasure_stream, patient_stream
from domain.checkups.personal import Personal
from domain.kernel import Closed
from projections import named_sql
from tests.support.people import PEOPLE

AT = datetime(2026, 11, 3, 9, tzinfo=UTC)
NAME = "Hong Gildong 홍길동"


def registered(patient: str, *, name: str = NAME, version: int = 1) -> NewEvent:
    event = PatientRegistered(patient_id=patient, at=AT, personal=Personal(name=name, phone="010-1234-5678"))
    return NewEvent(patient_stream(patient), version, event, "admin", str(uuid4()))


def stored(url: str, stream: str) -> list[str]:
    with psycopg.connect(url, autocommit=True) as db:
        return [
            row[0]
            for row in db.execute("SELECT state FROM ledger.events WHERE originator_id = %s", [stream]).fetchall()
        ]


def name_of(ledger: PostgresLedger, stream: str) -> str:
    event = ledger.read_stream(stream)[0].event
    assert isinstance(event, PatientRegistered)
    return event.personal.name


def test_a_sealed_event_reads_back_and_is_stored_unreadable(ledger: Any, database: Any) -> None:
    ledger.append([registered("p1")])
    assert name_of(ledger, "patient:p1") == NAME
    assert ledger.read(0, 10)[0].event.personal.name == NAME
    (state,) = stored(database.url, "patient:p1")
    assert list(msgspec.json.decode(state)) == ["sealed"]
    assert not any(part in state for part in ("Gildong", "홍길동", "1234-5678"))


def test_without_keys_it_stays_closed_and_nothing_personal_can_be_recorded(ledger: Any, database: Any) -> None:
    ledger.append([registered("p1")])
    keyless = PostgresLedger(database.url, application_name="keyless")
    event = keyless.read_stream("patient:p1")[0]
    assert isinstance(event.event, Closed)
    assert event.type == "checkups.patient-registered"
    with pytest.raises(RuntimeError, match="no keys"):
        keyless.append([registered("p2")])
    assert keyless.head() == 1
    keyless.close()


def test_an_append_whose_answer_was_lost_is_found_again(ledger: Any) -> None:
    event = registered("p1")
    assert ledger.append([event]) == ledger.append([event]) == 1


def test_the_library_stores_and_reads_through_the_same_keys(ledger: Any, database: Any) -> None:
    new = registered("p1")
    ledger.put([new])
    assert "Gildong" not in stored(database.url, "patient:p1")[0]
    assert next(iter(ledger.get("patient:p1"))).event == new.event


def test_a_payload_opens_only_where_it_was_stored(ledger: Any, database: Any) -> None:
    ledger.append([registered("p1", name="Before")])
    ledger.append([registered("p1", name="After", version=2)])
    with psycopg.connect(database.owner_url, autocommit=True) as db:
        db.execute("ALTER TABLE ledger.events DISABLE TRIGGER events_never_change")
        db.execute(
            "UPDATE ledger.events SET state = (SELECT state FROM ledger.events WHERE originator_version = 1) "
            "WHERE originator_version = 2"
        )
    with pytest.raises(KeyRefused, match="altered"):
        ledger.read_stream("patient:p1")


def test_plain_text_in_the_place_of_a_sealed_payload_is_poison() -> None:
    with pytest.raises(msgspec.DecodeError):
        kernel.decode("checkups.patient-registered", 1, b'{"patient_id":"p1"}')


def test_a_destroyed_key_closes_the_record_for_ever(ledger: Any) -> None:
    ledger.append([registered("p1"), registered("p2")])
    ledger.keys.destroy(["p1"])
    assert isinstance(ledger.read_stream("patient:p1")[0].event, Closed)
    assert name_of(ledger, "patient:p2") == NAME
    with pytest.raises(SubjectErased):
        ledger.append([registered("p1", version=2)])
    ledger.keys.destroy(["p1", "never-seen"])
    with pytest.raises(SubjectErased):
        ledger.append([registered("never-seen")])


async def test_one_erased_subject_does_not_refuse_what_others_append(ledger: Any) -> None:
    import asyncio

    from application.writer import LedgerWriter

    ledger.append([registered("gone")])
    ledger.keys.destroy(["gone"])
    writer = LedgerWriter(ledger)
    appends = [writer.append([registered(f"p{n}")]) for n in range(20)]
    appends.insert(7, writer.append([registered("gone", version=2)]))
    answers = await asyncio.gather(*appends, return_exceptions=True)
    writer.close()
    assert [type(answer).__name__ for answer in answers].count("SubjectErased") == 1
    assert sum(isinstance(answer, int) for answer in answers) == 20


def test_two_processes_that_make_a_subjects_first_key_agree_on_one(ledger: Any, database: Any) -> None:
    other = PostgresLedger(database.url, application_name="other", wrapping=PEOPLE.wrapping)
    barrier, found = threading.Barrier(2), []

    def make(keys: PostgresSubjectKeys) -> None:
        for n in range(25):
            barrier.wait()
            found.append((n, keys.make([f"s{n}"])[f"s{n}"].seal_row(b"x", b"y")))

    threads = [threading.Thread(target=make, args=[one.keys]) for one in (ledger, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert len(found) == 50
    assert len(set(found)) == 25


def test_what_is_published_is_as_sealed_as_what_is_stored(ledger: Any, database: Any) -> None:
    ledger.append([registered("p1")])
    queries = named_sql.load("adapters.postgres", "ledger.sql")
    with psycopg.connect(database.url) as db:
        row = db.execute(queries["read"], [0, 10]).fetchone()
    assert row is not None
    message = to_message("ledger", row)
    assert b"Gildong" not in message.body
    assert isinstance(from_message(message.headers, message.body).event, Closed)


def test_the_projector_folds_sealed_events_and_parks_an_altered_one(ledger: Any, database: Any, projector: Any) -> None:
    ledger.append([registered("p1"), registered("p2")])
    with psycopg.connect(database.owner_url, autocommit=True) as db:
        db.execute("ALTER TABLE ledger.events DISABLE TRIGGER events_never_change")
        db.execute(
            "UPDATE ledger.events SET state = (SELECT state FROM ledger.events WHERE originator_id = 'patient:p1') "
            "WHERE originator_id = 'patient:p2'"
        )
    assert projector.catch_up() == 2
    with psycopg.connect(database.url) as db:
        parked = db.execute("SELECT DISTINCT stream, error FROM projections.dead_letters").fetchall()
    assert [stream for stream, _ in parked] == ["patient:p2"]
    assert "altered" in parked[0][1]


def test_the_projector_finishes_an_erasure_whose_process_died(ledger: Any, projector: Any) -> None:
    ledger.append([registered("p1")])
    erased = PatientErased(
        patient_id="p1", at=AT, requested_by="a", requested_at=AT, confirmed_by="b", ground="subject-request"
    )
    ledger.append([NewEvent(erasure_stream("p1"), 1, erased, "b", str(uuid4()))])
    assert ledger.read_stream("patient:p1")[0].type == "checkups.patient-registered"
    assert not isinstance(ledger.read_stream("patient:p1")[0].event, Closed)
    projector.catch_up()
    assert isinstance(ledger.read_stream("patient:p1")[0].event, Closed)


def test_the_wrong_key_encryption_key_stops_the_projector_and_parks_nothing(ledger: Any, database: Any) -> None:
    from adapters.postgres.projector import Projector
    from application.ports.ledger import LedgerUnavailable

    ledger.append([registered("p1")])
    projector = Projector(database.url, people=People(ListedKeys(lambda: "00" * 32), PEOPLE.blind))
    projector.start()
    with pytest.raises(LedgerUnavailable, match="VITALOG_KEK_FILE"):
        projector.catch_up()
    projector.close()
    with psycopg.connect(database.url) as db:
        assert db.execute("SELECT count(*) FROM projections.dead_letters").fetchone() == (0,)


def test_a_process_with_an_outdated_key_encryption_key_may_read_but_makes_no_key(ledger: Any, database: Any) -> None:
    ledger.append([registered("p1")])
    fresh = ListedKeys(lambda: "11" * 32 + "\n" + "5a" * 32)
    with psycopg.connect(**parameters(database.url, application_name="rotate"), autocommit=True) as db:
        assert rewrap(lambda: _lend(db), fresh) == 1
    with pytest.raises(KeyRefused, match="not among the keys"):
        ledger.read_stream("patient:p1")
    with pytest.raises(KeyRefused, match="not this installation's current one"):
        ledger.append([registered("p2")])


def _lend(db: Any) -> Any:
    from contextlib import nullcontext

    return nullcontext(db)


def test_keys_are_rotated_under_load_without_touching_events(ledger: Any, database: Any, tmp_path: Any) -> None:
    path = tmp_path / "kek"
    path.write_text(new_line())
    ledgers = [
        PostgresLedger(database.url, application_name=f"load {n}", wrapping=keys_in_file(path)) for n in range(3)
    ]
    stop, faults, counts = threading.Event(), [], [0, 0, 0]

    def load(n: int) -> None:
        try:
            while not stop.is_set() or counts[n] < 5:
                subject = f"w{n}-{counts[n]}"
                ledgers[n].append([registered(subject)])
                assert name_of(ledgers[n], f"patient:{subject}") == NAME
                assert name_of(ledgers[n], f"patient:w{n}-{counts[n] // 2}") == NAME
                counts[n] += 1
        except Exception as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=load, args=[n]) for n in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(6):
        rotate_file(path, ledgers[0].datastore.get_connection)
    stop.set()
    for thread in threads:
        thread.join()
    assert faults == []
    with psycopg.connect(database.url) as db:
        assert db.execute("SELECT count(DISTINCT wrapping_key) FROM vault.data_keys").fetchone() == (1,)
    survivor = PostgresLedger(database.url, application_name="survivor", wrapping=keys_in_file(path))
    for n, count in enumerate(counts):
        for m in range(count):
            assert name_of(survivor, f"patient:w{n}-{m}") == NAME
    for one in (*ledgers, survivor):
        one.close()


def test_one_rotation_at_a_time_and_an_interrupted_one_reads_everything(
    ledger: Any, database: Any, tmp_path: Any
) -> None:
    path = tmp_path / "kek"
    path.write_text("5a" * 32 + "\n")
    ledger.append([registered("p1")])
    with psycopg.connect(**parameters(database.url, application_name="rotating"), autocommit=True) as db:
        db.execute("SELECT pg_advisory_lock(hashtextextended('vitalog.rotate-keys', 0))")
        with pytest.raises(RotationUnderWay):
            rotate_file(path, ledger.datastore.get_connection)
        # Closing the connection would release it too, but some time after.
        db.execute("SELECT pg_advisory_unlock(hashtextextended('vitalog.rotate-keys', 0))")

    def die(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate_file(path, ledger.datastore.get_connection, progress=die)
    assert len(path.read_text().split()) == 2
    reader = PostgresLedger(database.url, application_name="reader", wrapping=keys_in_file(path))
    assert name_of(reader, "patient:p1") == NAME
    rotate_file(path, ledger.datastore.get_connection)
    assert len(path.read_text().split()) == 1
    assert name_of(reader, "patient:p1") == NAME
    reader.close()


def test_an_old_copy_of_an_erased_key_is_worthless_after_a_rotation(ledger: Any, database: Any, tmp_path: Any) -> None:
    path = tmp_path / "kek"
    path.write_text("5a" * 32 + "\n")
    ledger.append([registered("p1")])
    copy = "SELECT subject, wrapping_key, wrapped FROM vault.data_keys"
    with psycopg.connect(database.owner_url, autocommit=True) as db:
        backup = db.execute(copy).fetchone()
        ledger.keys.destroy(["p1"])
        rotate_file(path, ledger.datastore.get_connection)
        db.execute("DELETE FROM vault.data_keys")
        db.execute("INSERT INTO vault.data_keys (subject, wrapping_key, wrapped) VALUES (%s, %s, %s)", backup)
    restored = PostgresLedger(database.url, application_name="restored", wrapping=keys_in_file(path))
    with pytest.raises(KeyRefused, match="not among the keys"):
        restored.read_stream("patient:p1")
    restored.close()


@pytest.mark.parametrize("text", ["", "abc", "zz" * 32, "11" * 31])
def test_a_key_encryption_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(KeyRefused, match="32 random bytes"):
        ListedKeys(lambda: text)
