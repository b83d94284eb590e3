"""Push monitors in the prober: pings from the ledger and deadlines from the clock become outcomes, in the order of
their times.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid5

import msgspec

from application.ports.ledger import Ledger, RecordedEvent
from domain.monitoring import push
from domain.monitoring.events import ListeningGapRecorded, PingReceived, ProbeRecorded, listener_stream
from domain.monitoring.monitor import Monitor
from domain.monitoring.outcome import Outcome, Verdict
from domain.monitoring.push import Observation, Push, Schedule

SETTLE = timedelta(seconds=2)
"""A ping that arrived before a deadline is in the ledger this long after it, at the latest."""
MAX_CATCH_UP = 1_000
"""Missed deadlines recorded of one monitor at once after a long absence: the first, and the newest ones."""
_KEPT_GAPS = 200
_MISSES = UUID("a5c3c9e4-6a0c-5c57-9a4e-2e64a0a0a3c1")

Record = Callable[[Monitor, Outcome, str, str | None], object]


class _Watched(msgspec.Struct):
    monitor: Monitor
    schedule: Schedule
    push: Push
    seen: int = 0
    """Position of the newest ping taken into account."""


class Resumption(NamedTuple):
    """Where to go on with a push monitor."""

    monitor: Monitor
    schedule: Schedule
    state: Push
    pings: list[RecordedEvent]
    """Not yet taken into account, oldest first."""


class PingWatcher:
    """Not thread-safe but for ``look_up``. ``record`` is called for each outcome, in the order of their times."""

    def __init__(self, ledger: Ledger, record: Record, *, prober: str, region: str) -> None:
        self._ledger, self._record = ledger, record
        self._prober, self._region = prober, region
        self._watched: dict[str, _Watched] = {}
        self._gaps: list[tuple[datetime, datetime]] = []

    def load_gaps(self) -> None:
        """Learn of the times in which nobody listened. Raises ``LedgerUnavailable``."""
        recent = self._ledger.read_stream(listener_stream(self._region), limit=_KEPT_GAPS, newest_first=True)
        for recorded in reversed(recent):
            if isinstance(recorded.event, ListeningGapRecorded):
                self.on_gap(recorded.event)

    def look_up(self, monitor: Monitor) -> Resumption:
        """What the ledger says of a push monitor. May run in another thread. Raises ``LedgerUnavailable``."""
        schedule = push.schedule_of(monitor)
        state, since = self._resume(monitor, schedule)
        return Resumption(monitor, schedule, state, self._pings_after(monitor, since))

    def set(self, resumption: Resumption) -> None:
        """Watch a push monitor, or go on with its new settings."""
        monitor, schedule, state, pings = resumption
        self._watched[monitor.id] = _Watched(monitor, schedule, state)
        for recorded in pings:
            self.on_ping(recorded)

    def remove(self, monitor_id: str) -> None:
        """Stop watching; unknown ids are fine."""
        self._watched.pop(monitor_id, None)

    def on_gap(self, gap: ListeningGapRecorded) -> None:
        """Nobody listened for a while."""
        self._gaps = [*self._gaps[-_KEPT_GAPS:], (gap.from_at, gap.to_at)]

    def on_ping(self, recorded: RecordedEvent) -> None:
        """Take a ``PingReceived`` of the ledger into account; repetitions are harmless."""
        ping = recorded.event
        if not isinstance(ping, PingReceived):
            return
        watched = self._watched.get(ping.monitor_id)
        if watched is None or recorded.position <= watched.seen:
            return
        watched.seen = recorded.position
        self._pass_deadlines(watched, ping.at)
        watched.push, observation = push.on_ping(watched.push, watched.schedule, ping)
        if observation is not None:
            self._observe(watched, observation, recorded.correlation_id, f"{recorded.stream}@{recorded.version}")

    def sweep(self, now: datetime) -> datetime | None:
        """Record every deadline that has passed; returns when to look again, None when nothing is watched."""
        upcoming: list[datetime] = []
        for watched in self._watched.values():
            self._pass_deadlines(watched, now - SETTLE)
            upcoming.append(push.deadline(watched.push, watched.schedule) + SETTLE)
        return min(upcoming, default=None)

    def _pass_deadlines(self, watched: _Watched, until: datetime) -> None:
        missed: list[Observation] = []
        while push.deadline(watched.push, watched.schedule) < until:
            watched.push, observation = push.on_deadline(watched.push, watched.schedule, self._gaps)
            missed.append(observation)
            if len(missed) > 2 * MAX_CATCH_UP:
                del missed[1 : MAX_CATCH_UP + 1]
        if len(missed) > MAX_CATCH_UP:
            missed = [missed[0], *missed[1 - MAX_CATCH_UP :]]
        for observation in missed:
            name = f"{watched.monitor.id}/{observation.at.isoformat()}"
            self._observe(watched, observation, str(uuid5(_MISSES, name)), None)

    def _observe(
        self, watched: _Watched, observation: Observation, correlation_id: str, causation_id: str | None
    ) -> None:
        outcome = ProbeRecorded(
            monitor_id=watched.monitor.id,
            verdict=_graded(observation, watched.monitor),
            scheduled_at=observation.at,
            started_at=observation.at,
            total_ms=observation.total_ms,
            reason=observation.reason,
            detail=observation.detail,
            vouches_ms=observation.vouches_ms,
            prober=self._prober,
            region=self._region,
        )
        self._record(watched.monitor, outcome, correlation_id, causation_id)

    def _resume(self, monitor: Monitor, schedule: Schedule) -> tuple[Push, datetime]:
        """What is awaited after the last recorded outcome, and the time from which pings are not yet accounted for."""
        since: datetime | None = None
        before: tuple[str, int] | None = None
        while page := self._ledger.read_log(f"probe-log:{monitor.id}", limit=20, before=before):
            for recorded in page:
                outcome = recorded.event
                if not isinstance(outcome, ProbeRecorded) or outcome.started_at < monitor.watched_since:
                    return push.begin(schedule, monitor.watched_since), since or monitor.watched_since
                at = outcome.scheduled_at
                since = since or at
                if outcome.reason in push.OVERRAN:
                    continue  # It left the due time as it was: an earlier outcome tells that.
                due = at - schedule.grace if outcome.reason in push.MISSED else at
                return Push(schedule.due_after(due)), since
            before = (page[-1].stream, page[-1].version)
        return push.begin(schedule, monitor.watched_since), since or monitor.watched_since

    def _pings_after(self, monitor: Monitor, since: datetime) -> list[RecordedEvent]:
        """Oldest first."""
        pings: list[RecordedEvent] = []
        before: tuple[str, int] | None = None
        while page := self._ledger.read_log(f"pings:{monitor.id}", limit=500, before=before):
            for recorded in page:
                if isinstance(recorded.event, PingReceived) and recorded.event.at <= since:
                    return pings[::-1]
                pings.append(recorded)
            before = (page[-1].stream, page[-1].version)
        return pings[::-1]


def _graded(observation: Observation, monitor: Monitor) -> Verdict:
    over = monitor.degraded_over_ms
    slow = observation.verdict == "pass" and over is not None and (observation.total_ms or 0) > over
    return "slow" if slow else observation.verdict
