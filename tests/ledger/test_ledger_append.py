"""What an append promises: all or nothing, in order, once, for ever."""

from __future__ import annotations

import msgspec
import psycopg
import pytest
from eventsourcing.application import LocalNotificationLog

from adapters.postgres.connection import parameters
from adapters.postgres.ledger import PostgresLedger
from application.ports.ledger import LedgerUnavailable, VersionConflict


def test_an_appended_event_comes_back_as_it_was(ledger, new_events):
    new = msgspec.structs.replace(
        new_events("monitor:é한글")[0], causation_id="probe-log:x@3", trace_id="4bf92f3577b34da6a3ce929d0e0e4736"
    )

    position = ledger.append([new])

    (found,) = ledger.read_stream("monitor:é한글")
    assert found.position == position == ledger.head() == 1
    assert (found.stream, found.version, found.event, found.type) == (
        new.stream,
        1,
        new.event,
        "monitoring.monitor-paused",
    )
    assert (found.actor, found.correlation_id) == (new.actor, new.correlation_id)
    assert (found.causation_id, found.trace_id) == (new.causation_id, new.trace_id)
    assert found.recorded_at.utcoffset().total_seconds() == 0


def test_positions_have_no_gaps_even_after_a_refused_append(ledger, new_events):
    ledger.append(new_events("a", 1, 3))
    with pytest.raises(VersionConflict):
        ledger.append([*new_events("b"), *new_events("a", 3)])
    ledger.append(new_events("a", 4, 2))

    assert [found.position for found in ledger.read(0, 100)] == [1, 2, 3, 4, 5]
    assert ledger.read_stream("b") == [], "a refused append must store nothing at all"


def test_an_append_whose_answer_was_lost_is_found_again_when_repeated(ledger, new_events):
    events = [*new_events("a", 1, 2), *new_events("b")]
    first = ledger.append(events)

    assert ledger.append(events) == first
    assert ledger.head() == 3


def test_a_repeated_append_mixed_with_a_new_event_is_refused_whole(ledger, new_events):
    old, new = new_events("a"), new_events("b")
    ledger.append(old)

    with pytest.raises(VersionConflict):
        ledger.append([*new, *old])
    assert ledger.read_stream("b") == []


def test_reading_pages_by_position_type_stream_and_log(ledger, new_events):
    for day in ("2026-11-18", "2026-11-19", "2026-11-20"):
        ledger.append(new_events(f"probe-log:m:{day}", 1, 2))
    ledger.append(new_events("probe-log:m2:2026-11-20"))

    assert [e.position for e in ledger.read(2, 3)] == [3, 4, 5]
    assert ledger.read(0, 10, types=["monitoring.monitor-resumed"]) == []
    assert len(ledger.read(0, 10, types={"monitoring.monitor-paused"})) == 7
    newest = ledger.read_log("probe-log:m", limit=3)
    assert [(e.stream[-2:], e.version) for e in newest] == [("20", 2), ("20", 1), ("19", 2)]
    older = ledger.read_log("probe-log:m", limit=10, before=(newest[-1].stream, newest[-1].version))
    assert [(e.stream[-2:], e.version) for e in older] == [("19", 1), ("18", 2), ("18", 1)]
    assert [e.version for e in ledger.read_stream("probe-log:m:2026-11-20", newest_first=True, limit=1)] == [2]


@pytest.mark.parametrize(
    "statement", ["UPDATE ledger.events SET actor = 'x'", "DELETE FROM ledger.events", "TRUNCATE ledger.events"]
)
@pytest.mark.parametrize("who", ["process", "owner", "owner as a replica"])
def test_nobody_can_change_events(database, ledger, new_events, statement, who):
    ledger.append(new_events("a"))
    settings = (
        parameters(database.url, application_name="test") if who == "process" else {"conninfo": database.owner_url}
    )
    with psycopg.connect(**settings, autocommit=True) as connection:
        if who == "owner as a replica":
            connection.execute("SET session_replication_role = replica")
        expected = psycopg.errors.InsufficientPrivilege if who == "process" else psycopg.errors.RestrictViolation
        with pytest.raises(expected):
            connection.execute(statement)
    assert len(ledger.read(0, 10)) == 1


def test_processes_cannot_insert_around_the_append_function(database):
    with (
        psycopg.connect(**parameters(database.url, application_name="test")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("INSERT INTO ledger.events SELECT * FROM ledger.events")


def test_an_owners_connection_gives_up_its_rights(database):
    with psycopg.connect(**parameters(database.owner_url, application_name="test")) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("vitalog",)


def test_the_library_s_store_and_notification_log_work_on_it(ledger, new_events):
    recordings = ledger.put(new_events("a", 1, 3))

    assert [recording.notification.id for recording in recordings] == [1, 2, 3]
    assert [event.version for event in ledger.get("a", gt=1)] == [2, 3]
    log = LocalNotificationLog(ledger.ledger_recorder, section_size=2)
    assert [notification.id for notification in log.select(start=2, limit=2)] == [2, 3]


def test_an_unreachable_server_is_said_to_be_unavailable(tmp_path, new_events):
    away = PostgresLedger(f"postgresql://vitalog@/vitalog?host={tmp_path}", application_name="test")
    with pytest.raises(LedgerUnavailable):
        away.append(new_events("a"))
    away.close()
