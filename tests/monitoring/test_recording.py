"""Outcomes are stored with what they confirm, in order, once, whatever happens to PostgreSQL or the process."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import uuid4

import pytest

from adapters.postgres.ledger import PostgresLedger
from adapters.spool import FileSpool
from application.monitoring.record_outcomes import OutcomeRecorder
from application.monitoring.restore_health import restore_health
from application.ports.ledger import LedgerUnavailable, NewEvent
from domain.monitoring.events import IncidentAcknowledged, IncidentResolved, MonitorRegistered, monitor_stream
from domain.monitoring.monitor import Settings, evolve, register
from domain.monitoring.outcome import Outcome, Verdict

T0 = datetime(2026, 11, 20, 23, 59, 50, tzinfo=UTC)


class Switchable:
    """The real ledger, with PostgreSQL away at will: before it stores, or after it stored but before it could say so.

    Stands in for ``Ledger`` by delegation.
    """

    def __init__(self, ledger: PostgresLedger) -> None:
        self._ledger, self.away, self.lose_answer = ledger, False, False

    def __getattr__(self, name):
        if self.away:
            raise LedgerUnavailable("away")
        return getattr(self._ledger, name)

    def append(self, events):
        if self.away:
            raise LedgerUnavailable("away")
        position = self._ledger.append(events)
        if self.lose_answer:
            self.away, self.lose_answer = True, False
            raise LedgerUnavailable("the connection broke before the answer came")
        return position


@pytest.fixture
def ledger(ledger):
    return Switchable(ledger)


@pytest.fixture
def monitor(ledger):
    event = register(str(uuid4()), Settings(name="a", kind="http", target="http://x/"), T0)
    ledger.append([NewEvent(monitor_stream(event.monitor_id), 1, event, "tester", str(uuid4()))])
    assert isinstance(event, MonitorRegistered)
    return evolve(None, event)


@pytest.fixture
def start(ledger, tmp_path, monitor):
    """``start()``: a recorder as a new process would make it."""
    running = []

    def start() -> OutcomeRecorder:
        recorder = OutcomeRecorder(ledger, FileSpool(tmp_path / "spool"), actor="prober:test")
        if not ledger.away:
            recorder.drain_spool()
            recorder.set_health(monitor.id, restore_health(ledger, monitor))
        recorder.start()
        running.append(recorder)
        return recorder

    yield start
    ledger.away = False
    for recorder in running:
        recorder.close()


def outcome(monitor, n: int, verdict: str = "pass") -> Outcome:
    at = T0 + timedelta(seconds=5 * n)
    return Outcome(
        monitor_id=monitor.id,
        verdict=cast("Verdict", verdict),
        scheduled_at=at,
        started_at=at,
        reason=None if verdict == "pass" else "timeout",
        vouches_ms=10_000,
        prober="test",
    )


def story(ledger) -> list[tuple[str, object]]:
    """Every event after the registration: its name, and when it began."""
    return [
        (e.type.split(".")[1], getattr(e.event, "started_at", getattr(e.event, "since", getattr(e.event, "at", None))))
        for e in ledger.read(1, 1000)
    ]


def at(n: int) -> datetime:
    return T0 + timedelta(seconds=5 * n)


def test_an_outcome_and_what_it_confirms_are_stored_together_over_midnight(ledger, monitor, start):
    recorder = start()
    for n, verdict in enumerate(["pass", "fail", "fail", "pass"]):
        recorder.record(monitor, outcome(monitor, n, verdict), str(uuid4()))
    recorder.flush()

    assert story(ledger) == [
        ("probe-recorded", at(0)),
        ("monitor-went-up", at(0)),
        ("probe-recorded", at(1)),
        ("probe-recorded", at(2)),
        ("monitor-went-down", at(1)),
        ("incident-opened", at(1)),
        ("probe-recorded", at(3)),
        ("monitor-went-up", at(3)),
        ("incident-resolved", at(3)),
    ]
    down = ledger.read(1, 100)[4]
    assert down.causation_id == f"probe-log:{monitor.id}:2026-11-21@1", (
        "the transition names the outcome that confirmed it"
    )
    streams = {e.stream for e in ledger.read(1, 100)}
    assert {f"probe-log:{monitor.id}:2026-11-20", f"probe-log:{monitor.id}:2026-11-21"} <= streams


def test_a_restart_in_the_middle_of_a_down_confirmation_forgets_nothing(ledger, monitor, start):
    first = start()
    for n, verdict in enumerate(["pass", "fail"]):
        first.record(monitor, outcome(monitor, n, verdict), str(uuid4()))
    first.flush()

    second = start()
    assert second.health(monitor.id).unconfirmed
    second.record(monitor, outcome(monitor, 2, "fail"), str(uuid4()))
    second.flush()

    assert ("monitor-went-down", at(1)) in story(ledger), "back-dated to the failure the first process saw"


def test_outcomes_wait_while_postgresql_is_away_and_arrive_in_order_once(ledger, monitor, start):
    recorder = start()
    recorder.record(monitor, outcome(monitor, 0), str(uuid4()))
    recorder.flush()
    ledger.away = True
    for n in range(1, 6):
        recorder.record(monitor, outcome(monitor, n, "fail" if n > 1 else "pass"), str(uuid4()))
    recorder.flush()
    assert len(recorder._spool) == 5
    ledger.away = False
    recorder.record(monitor, outcome(monitor, 6), str(uuid4()))
    recorder.flush()

    outcomes = [began for name, began in story(ledger) if name == "probe-recorded"]
    assert outcomes == [at(n) for n in range(7)]
    assert ("monitor-went-down", at(2)) in story(ledger)
    assert story(ledger)[-1] == ("incident-resolved", at(6))


def test_what_waits_survives_the_process_and_comes_before_anything_new(ledger, monitor, start):
    recorder = start()
    ledger.away = True
    for n, verdict in enumerate(["pass", "fail"]):
        recorder.record(monitor, outcome(monitor, n, verdict), str(uuid4()))
    recorder.close()
    ledger.away = False

    again = start()
    again.record(monitor, outcome(monitor, 2, "fail"), str(uuid4()))
    again.flush()

    outcomes = [began for name, began in story(ledger) if name == "probe-recorded"]
    assert outcomes == [at(0), at(1), at(2)]
    assert ("monitor-went-down", at(1)) in story(ledger)


@pytest.mark.parametrize("restart", [False, True])
def test_an_append_whose_answer_was_lost_is_not_stored_twice(ledger, monitor, start, restart):
    recorder = start()
    ledger.lose_answer = True
    recorder.record(monitor, outcome(monitor, 0), str(uuid4()))
    recorder.flush()
    assert len(recorder._spool) == 1, "nobody can know yet that it was stored"
    ledger.away = False
    if restart:
        recorder.close()
        recorder = start()
    recorder.record(monitor, outcome(monitor, 1), str(uuid4()))
    recorder.flush()

    assert [began for name, began in story(ledger) if name == "probe-recorded"] == [at(0), at(1)]


def test_a_person_s_work_on_an_incident_does_not_get_in_the_way_of_its_recovery(ledger, monitor, start):
    recorder = start()
    for n in range(2):
        recorder.record(monitor, outcome(monitor, n, "fail"), str(uuid4()))
    recorder.flush()
    incident_id = recorder.health(monitor.id).incident_id
    note = IncidentAcknowledged(incident_id=incident_id, at=at(2), by="admin")
    ledger.append([NewEvent(f"incident:{incident_id}", 2, note, "admin", str(uuid4()))])
    recorder.record(monitor, outcome(monitor, 3), str(uuid4()))
    recorder.flush()

    timeline = ledger.read_stream(f"incident:{incident_id}")
    assert [e.type for e in timeline][-1] == "monitoring.incident-resolved"
    assert timeline[-1].version == 3


def test_an_incident_that_a_person_resolved_is_not_resolved_again(ledger, monitor, start):
    recorder = start()
    for n in range(2):
        recorder.record(monitor, outcome(monitor, n, "fail"), str(uuid4()))
    recorder.flush()
    incident_id = recorder.health(monitor.id).incident_id
    closed = IncidentResolved(incident_id=incident_id, monitor_id=monitor.id, at=at(2), resolution="manual", by="admin")
    ledger.append([NewEvent(f"incident:{incident_id}", 2, closed, "admin", str(uuid4()))])
    recorder.record(monitor, outcome(monitor, 3), str(uuid4()))
    recorder.flush()

    assert len(ledger.read_stream(f"incident:{incident_id}")) == 2
    assert ("monitor-went-up", at(3)) in story(ledger)


def test_a_full_spool_is_counted_not_hidden(ledger, monitor, tmp_path):
    recorder = OutcomeRecorder(ledger, FileSpool(tmp_path / "small", max_bytes=1000), actor="prober:test")
    recorder.start()
    ledger.away = True
    for n in range(20):
        recorder.record(monitor, outcome(monitor, n), str(uuid4()))
    recorder.flush()
    kept = len(recorder._spool)
    assert 0 < kept < 20
    assert recorder.lost == 20 - kept
    ledger.away = False
    recorder.close()


def test_a_torn_last_item_of_the_spool_is_discarded_and_the_rest_kept(tmp_path):
    spool = FileSpool(tmp_path)
    spool.put([b"one", b"two", b"three"])
    spool.drop(1)
    spool.close()
    log = tmp_path / "log"
    log.write_bytes(log.read_bytes()[:-1])

    again = FileSpool(tmp_path)
    assert again.peek(10) == [b"two"]
    again.put([b"four"])
    assert again.peek(10) == [b"two", b"four"]
    again.drop(2)
    again.close()
    with closing(FileSpool(tmp_path)) as empty:
        assert len(empty) == 0
