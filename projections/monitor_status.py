"""Read model ``monitor_status``: what is watched, and what is known about it now.

Nothing here knows the time: a status lapses when ``vouched_until`` passes, and that is for the query to compare.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from domain.kernel import Event
from domain.monitoring import monitor as monitors
from domain.monitoring.events import (
    STATUS_AFTER,
    IncidentResolved,
    MonitorDegraded,
    MonitorEvent,
    MonitorPaused,
    MonitorRegistered,
    MonitorResumed,
    MonitorRetired,
    MonitorRevised,
    MonitorWentDown,
    MonitorWentUp,
    ProbeRecorded,
)
from domain.monitoring.monitor import Monitor
from domain.monitoring.outcome import Phases, Status, Verdict
from domain.times import micros
from projections.arrays import flags, texts, times
from projections.base import Batch, Database, Fold, Projection, Recorded, keep_recent

CACHED = 20_000
"""How many monitors are kept in memory."""


class LastOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """The newest observation of a monitor, and where in the ledger it is."""

    verdict: Verdict
    scheduled_at: datetime
    started_at: datetime
    total_ms: float | None
    phases: Phases | None
    status_code: int | None
    reason: str | None
    detail: str | None
    prober: str
    region: str
    attempt: int
    position: int


class _State:
    """One monitor. Times are microseconds since 1970 UTC."""

    __slots__ = (
        "incident_id",
        "last",
        "listens_from",
        "monitor",
        "redefined",
        "retired_at",
        "seen",
        "since",
        "status",
        "vouched_until",
    )

    def __init__(self, monitor: Monitor) -> None:
        self.monitor = monitor
        self.redefined = True
        self.status: Status = "unknown"
        self.since = micros(monitor.registered_at)
        self.seen: int | None = None
        self.vouched_until: int | None = None
        self.listens_from: int | None = self.since
        self.retired_at: int | None = None
        self.incident_id: str | None = None
        self.last: Recorded | str | None = None

    def unknown_since(self, at: int) -> None:
        self.status = "unknown"
        self.since = at
        self.vouched_until = None


class MonitorStatus(Projection):
    """Schema ``monitor_status``."""

    name = "monitor_status"

    def __init__(self, schema: str | None = None) -> None:
        super().__init__(schema)
        self._states: dict[str, _State] = {}
        self._changed: set[str] = set()

    def folds(self) -> Mapping[type[Event], Fold]:
        """As ``Projection.folds``."""
        definitions = (MonitorRegistered, MonitorRevised, MonitorPaused, MonitorResumed, MonitorRetired)
        return {
            **dict.fromkeys(definitions, self._define),
            **dict.fromkeys((MonitorWentUp, MonitorDegraded, MonitorWentDown), self._transition),
            IncidentResolved: self._resolve,
        }

    def load(self, db: Database, batch: Batch) -> None:
        """As ``Projection.load``."""
        keep_recent(self._states, batch.monitors, CACHED)
        missing = list(batch.monitors - self._states.keys())
        if missing:
            for row in db.execute(self.sql["load"], [missing], prepare=True).fetchall():
                state = _State(msgspec.json.decode(row[1], type=Monitor))
                state.redefined = False
                state.status = row[2]
                state.since = micros(row[3])
                state.seen, state.vouched_until, state.listens_from, state.retired_at = map(_micros, row[4:8])
                state.incident_id, state.last = row[8:]
                self._states[row[0]] = state

    def observe(self, record: Recorded, outcome: ProbeRecorded, started: int, /) -> None:
        """As ``Projection.observe``. An outcome from before the last resumption does not speak for the monitor."""
        state = self._states.get(outcome.monitor_id)
        if state is None:
            return
        self._changed.add(outcome.monitor_id)
        state.last = record
        if outcome.verdict != "error":
            seen = state.seen = started if state.seen is None else max(started, state.seen)
            if state.listens_from is not None and seen >= state.listens_from:
                state.vouched_until = max(seen + outcome.vouches_ms * 1000, state.vouched_until or 0)

    def flush(self, db: Database) -> None:
        """As ``Projection.flush``."""
        changed = sorted(self._changed)
        states = [self._states[key] for key in changed]
        redefined = [state.monitor for state in states if state.redefined]
        if redefined:
            values = [
                texts(monitor.id for monitor in redefined),
                texts(monitor.name for monitor in redefined),
                texts(monitor.target for monitor in redefined),
                texts(msgspec.json.encode(monitor.tags).decode() for monitor in redefined),
                flags(monitor.paused for monitor in redefined),
                flags(monitor.retired for monitor in redefined),
                texts(msgspec.json.encode(monitor, order="deterministic").decode() for monitor in redefined),
            ]
            db.execute(self.sql["save_monitors"], values, prepare=True)
        if states:
            columns = [
                texts(changed),
                texts(state.status for state in states),
                times(state.since for state in states),
                times(state.seen for state in states),
                times(state.vouched_until for state in states),
                times(state.listens_from for state in states),
                times(state.retired_at for state in states),
                texts(state.incident_id for state in states),
                texts(_last(state.last) for state in states),
            ]
            db.execute(self.sql["save_states"], columns, prepare=True)
        for state in states:
            state.redefined = False
        self._changed = set()

    def forget(self) -> None:
        """As ``Projection.forget``."""
        self._states = {}
        self._changed = set()

    def _define(self, _: Recorded, event: MonitorEvent) -> None:
        state = self._states.get(event.monitor_id)
        monitor = monitors.evolve(state.monitor if state else None, event)
        if monitor is None:
            return
        if state is None:
            state = self._states[event.monitor_id] = _State(monitor)
        # A revision's values are plain JSON (30 for 30.0): take the form in which the row would be read back.
        state.monitor = msgspec.json.decode(msgspec.json.encode(monitor), type=Monitor)
        state.redefined = True
        self._changed.add(event.monitor_id)
        match event:
            case MonitorPaused():
                state.unknown_since(micros(event.at))
                state.listens_from = None
            case MonitorResumed():
                state.unknown_since(micros(event.at))
                state.listens_from = state.since
            case MonitorRetired():
                state.unknown_since(micros(event.at))
                state.listens_from = None
                state.retired_at = state.since
            case _:
                pass

    def _transition(self, _: Recorded, event: MonitorWentUp | MonitorDegraded | MonitorWentDown) -> None:
        state = self._states.get(event.monitor_id)
        if state is not None:
            if state.listens_from is not None:
                # An outcome in flight at a pause may confirm one after it: it says nothing about the time since.
                state.status = STATUS_AFTER[type(event)]
                state.since = max(micros(event.since), state.listens_from)
            state.incident_id = event.incident_id if isinstance(event, MonitorWentDown) else None
            self._changed.add(event.monitor_id)

    def _resolve(self, _: Recorded, event: IncidentResolved) -> None:
        state = self._states.get(event.monitor_id)
        if state is not None and state.incident_id == event.incident_id:
            state.incident_id = None
            self._changed.add(event.monitor_id)


def _last(last: Recorded | str | None) -> str | None:
    if last is None or isinstance(last, str):
        return last
    event = last.event
    assert isinstance(event, ProbeRecorded)
    outcome = LastOutcome(
        verdict=event.verdict,
        scheduled_at=event.scheduled_at,
        started_at=event.started_at,
        total_ms=event.total_ms,
        phases=event.phases,
        status_code=event.status_code,
        reason=event.reason,
        detail=event.detail,
        prober=event.prober,
        region=event.region,
        attempt=event.attempt,
        position=last.position,
    )
    return msgspec.json.encode(outcome).decode()


def _micros(at: datetime | None) -> int | None:
    return None if at is None else micros(at)
