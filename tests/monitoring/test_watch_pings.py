"""Pings of the real ledger become outcomes, also over restarts of the prober."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest

from adapters.spool import FileSpool
from application.monitoring.record_outcomes import OutcomeRecorder
from application.monitoring.watch_pings import SETTLE, PingWatcher
from application.ports.ledger import NewEvent
from domain.monitoring.events import ListeningGapRecorded, PingReceived, ProbeRecorded, listener_stream, ping_stream
from domain.monitoring.monitor import Settings, evolve, register

T0 = datetime(2026, 11, 20, 20, tzinfo=UTC)


def minutes(n: float) -> datetime:
    return T0 + timedelta(minutes=n)


@pytest.fixture
def monitor():
    settings = Settings(name="backup", kind="push", interval_s=3600, failures_to_down=1, expect={"grace_s": 300})
    monitor = evolve(None, register(str(uuid4()), settings, T0))
    assert monitor is not None
    return monitor


class World:
    """A prober that can be restarted, and a job that pings."""

    def __init__(self, ledger, monitor, spool) -> None:
        self.ledger, self.monitor, self.spool = ledger, monitor, spool
        self.recorder = None
        self.restart()

    def restart(self) -> None:
        self.stop()
        self.recorder = OutcomeRecorder(self.ledger, FileSpool(self.spool), actor="prober:test")
        self.recorder.start()
        self.watcher = PingWatcher(self.ledger, self.recorder.record, prober="test", region="local")
        self.watcher.load_gaps()
        self.watcher.set(self.watcher.look_up(self.monitor))

    def stop(self) -> None:
        if self.recorder is not None:
            self.recorder.close()

    def ping(self, minute: float, signal="success", *, seen=True) -> None:
        stream = ping_stream(self.monitor.id, minutes(minute))
        version = len(self.ledger.read_stream(stream)) + 1
        ping = PingReceived(monitor_id=self.monitor.id, at=minutes(minute), signal=signal)
        self.ledger.append([NewEvent(stream, version, ping, "ping", str(uuid4()))])
        if seen:
            self.watcher.on_ping(self.ledger.read_stream(stream)[-1])

    def sweep(self, minute: float) -> None:
        self.watcher.sweep(minutes(minute) + SETTLE)

    def outcomes(self) -> list[tuple[float, str]]:
        assert self.recorder is not None
        self.recorder.flush()
        found = self.ledger.read(0, 1000, types=[ProbeRecorded.type])
        return [((e.event.scheduled_at - T0) / timedelta(minutes=1), e.event.verdict) for e in found]


@pytest.fixture
def world(ledger, monitor, tmp_path):
    world = World(ledger, monitor, tmp_path)
    yield world
    world.stop()


def test_pings_pass_and_silence_fails(world):
    world.ping(30)
    world.sweep(94.9)
    world.sweep(95.1)
    world.ping(100)
    assert world.outcomes() == [(30, "pass"), (95, "fail"), (100, "pass")]


def test_a_deadline_that_passed_while_the_prober_was_down_is_dated_to_itself(world):
    world.ping(30)
    world.restart()
    world.sweep(230)
    assert world.outcomes() == [(30, "pass"), (95, "fail"), (155, "fail"), (215, "fail")]


def test_pings_that_came_while_the_prober_was_down_count_in_their_order(world):
    world.ping(30)
    world.ping(60, seen=False)
    world.ping(250, seen=False)
    world.restart()
    assert world.outcomes() == [(30, "pass"), (60, "pass"), (125, "fail"), (185, "fail"), (245, "fail"), (250, "pass")]


@pytest.mark.parametrize("restarts", [1, 3])
def test_restarts_repeat_and_move_nothing(world, restarts):
    world.ping(30)
    world.sweep(100)
    world.ping(110, "start")
    world.sweep(116)
    for _ in range(restarts):
        world.restart()
    world.sweep(154.9)
    assert world.outcomes() == [(30, "pass"), (95, "fail"), (115, "fail")]
    world.sweep(155.1)
    assert world.outcomes() == [(30, "pass"), (95, "fail"), (115, "fail"), (155, "fail")]


def test_a_ping_that_is_delivered_twice_counts_once(world):
    world.ping(30)
    stream = ping_stream(world.monitor.id, minutes(30))
    world.watcher.on_ping(world.ledger.read_stream(stream)[0])
    assert world.outcomes() == [(30, "pass")]


def test_a_gap_in_listening_makes_a_missed_ping_no_data(world):
    gap = ListeningGapRecorded(region="local", from_at=minutes(40), to_at=minutes(62))
    world.ledger.append([NewEvent(listener_stream("local"), 1, gap, "api", str(uuid4()))])
    world.restart()
    world.sweep(66)
    assert world.outcomes() == [(65, "error")]


def test_a_very_long_absence_is_caught_up_with_in_bounded_work(ledger, monitor, tmp_path):
    every_second = msgspec.structs.replace(monitor, interval_s=1.0, expect={"grace_s": 1})
    world = World(ledger, every_second, tmp_path)
    world.sweep(60 * 24)
    outcomes = world.outcomes()
    world.stop()
    assert len(outcomes) == 1000
    assert outcomes[0][0] * 60 == pytest.approx(2), "the first missed deadline is never lost"
    assert outcomes[-1][0] > 60 * 24 - 1
