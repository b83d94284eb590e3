"""``RecordOutcome``: every observation becomes an event, and with it whatever it confirms, in one transaction.

Decisions are made at once, in memory, in the order of the outcomes; storing them follows behind, many at a time, in a
thread. While PostgreSQL is away they wait in the spool and are stored afterwards in the same order, once.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Sequence

import msgspec
import structlog

from application.ports.ledger import Ledger, LedgerUnavailable, NewEvent, VersionConflict
from application.ports.spool import Spool
from domain import kernel
from domain.kernel import Event
from domain.monitoring import health as healths
from domain.monitoring import incident as incidents
from domain.monitoring.events import (
    IncidentOpened,
    IncidentResolved,
    ProbeRecorded,
    health_stream,
    incident_stream,
    probe_log_stream,
)
from domain.monitoring.health import Health
from domain.monitoring.monitor import Monitor
from domain.monitoring.outcome import Outcome

_log = structlog.get_logger(__name__)
MAX_GROUPS = 2_000
"""Outcomes stored in one transaction, at most."""
PACE_S = 0.25
"""From one transaction to the next at least: a lonely outcome is stored at once, a stream of them four times a second.
Every transaction costs a flush, a notification, and a round of the relay and the read models, whatever its size."""
_RETRY_S = 0.5
_KNOWN_STREAMS = 20_000


class Group(msgspec.Struct, frozen=True):
    """One outcome and what it confirmed: stored together or not at all."""

    events: tuple[Event, ...]
    correlation_id: str
    causation_id: str | None = None


class OutcomeRecorder:
    """One per prober process. ``record`` is called from one thread; storing happens in another."""

    def __init__(self, ledger: Ledger, spool: Spool, *, actor: str) -> None:
        self._ledger, self._spool, self._actor = ledger, spool, actor
        self._healths: dict[str, Health] = {}
        self._versions: dict[str, int] = {}
        self._queue: queue.SimpleQueue[Group | None] = queue.SimpleQueue()
        self._uncertain = len(spool) > 0
        self._stored = threading.Condition()
        self._pending = 0
        self._hurry = threading.Event()
        self._thread: threading.Thread | None = None
        self.failure: Exception | None = None
        """Why nothing is recorded any more; the process should end."""
        self.lost = 0
        """Outcomes that found neither the ledger nor room in the spool."""

    def start(self) -> None:
        """Store whatever comes from now on. Health is to be restored after ``drain_spool``, or it would miss what
        waits.
        """
        self._thread = threading.Thread(target=self._run, name="outcome-recorder", daemon=True)
        self._thread.start()

    def drain_spool(self) -> None:
        """Store everything that waits in the spool. Raises ``LedgerUnavailable``; what is left waits on."""
        while len(self._spool):
            items = self._spool.peek(MAX_GROUPS)
            groups = [_unpack(item) for item in items]
            self.store(self._not_stored(groups) if self._uncertain else groups)
            self._spool.drop(len(items))
            self._uncertain = False

    def set_health(self, monitor_id: str, health: Health) -> None:
        """Begin, or begin anew, with what is known about a monitor."""
        self._healths[monitor_id] = health

    def health(self, monitor_id: str) -> Health:
        """What is known about a monitor, including what is not stored yet."""
        return self._healths.get(monitor_id, Health())

    def record(self, monitor: Monitor, outcome: Outcome, correlation_id: str, causation_id: str | None = None) -> bool:
        """Decide, and have the events stored. Returns whether a retry would help: a failure is not confirmed yet."""
        events, health = healths.decide(self.health(monitor.id), monitor.thresholds, outcome)
        self._healths[monitor.id] = health
        with self._stored:
            self._pending += 1
        self._queue.put(Group(tuple(events), correlation_id, causation_id))
        return health.unconfirmed

    def flush(self) -> None:
        """Wait until everything recorded so far is in the ledger or in the spool."""
        self._hurry.set()
        with self._stored:
            self._stored.wait_for(lambda: self._pending == 0 or self.failure is not None)

    def close(self) -> None:
        """Store or spool everything recorded so far, then stop, and let go of the spool."""
        self._hurry.set()
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join()
        self._spool.close()

    def _run(self) -> None:
        open_, begun = True, 0.0
        while open_:
            groups, open_ = self._gather(begun + PACE_S)
            begun = time.monotonic()
            try:
                self.drain_spool()
                self.store(groups)
            except LedgerUnavailable:
                self._keep(groups)
            except Exception as error:  # noqa: BLE001  see below
                # A defect: keep what there is, and let the process end rather than observe without recording.
                self._keep(groups)
                _log.exception("recording_failed")
                open_, self.failure = False, error
            with self._stored:
                self._pending -= len(groups)
                if not self._pending:
                    self._hurry.clear()
                self._stored.notify_all()

    def _gather(self, not_before: float) -> tuple[list[Group], bool]:
        """What waits, at least one group unless the spool should be tried again; and whether more may come."""
        groups: list[Group] = []
        try:
            group = self._queue.get(timeout=_RETRY_S) if len(self._spool) else self._queue.get()
            self._hurry.wait(not_before - time.monotonic())
            while group is not None:
                groups.append(group)
                if len(groups) == MAX_GROUPS:
                    return groups, True
                group = self._queue.get_nowait()
        except queue.Empty:
            return groups, True
        return groups, False

    def _keep(self, groups: Sequence[Group]) -> None:
        self._uncertain = True
        self._versions.clear()
        if not groups:
            return
        first = not len(self._spool)
        kept = self._spool.put([_pack(group) for group in groups])
        if kept < len(groups):
            self.lost += len(groups) - kept
            _log.error("outcomes_lost", why="the spool is full", total=self.lost)
        elif first:
            _log.warning("ledger_unavailable", what="outcomes wait in the spool")

    def store(self, groups: Sequence[Group]) -> None:
        """Append at once, in the calling thread. Raises ``LedgerUnavailable``; then it may or may not be stored."""
        if not groups:
            return
        try:
            self._append(groups)
        except VersionConflict:
            # Somebody worked on an incident meanwhile, or another prober did our work: look again, one by one.
            self._versions.clear()
            for group in groups:
                self._store_alone(group)

    def _store_alone(self, group: Group) -> None:
        for _ in range(5):
            try:
                self._append([group])
            except VersionConflict:
                self._versions.clear()
            else:
                return
        _log.error("transition_refused", monitor=getattr(group.events[0], "monitor_id", None))
        self._append([Group(group.events[:1], group.correlation_id, group.causation_id)])

    def _append(self, groups: Sequence[Group]) -> None:
        if len(self._versions) > _KNOWN_STREAMS:
            self._versions.clear()
        versions = dict[str, int]()
        new: list[NewEvent] = []
        for group in groups:
            cause = group.causation_id
            for event in group.events:
                stream = _stream_of(event)
                version = self._next_version(stream, event, versions)
                if version is None:
                    continue
                new.append(NewEvent(stream, version, event, self._actor, group.correlation_id, cause))
                versions[stream] = version
                if isinstance(event, ProbeRecorded):
                    cause = f"{stream}@{version}"
        self._ledger.append(new)
        self._versions |= versions

    def _next_version(self, stream: str, event: Event, drawn: dict[str, int]) -> int | None:
        if stream in drawn:
            return drawn[stream] + 1
        if isinstance(event, IncidentResolved):
            # People write to this stream too; if one of them resolved it already there is nothing to add.
            history = self._ledger.read_stream(stream)
            state = None
            for recorded in history:
                state = incidents.evolve(state, recorded.event)
            return None if state is None or state.state == "resolved" else state.version + 1
        if isinstance(event, IncidentOpened):
            return 1
        if stream not in self._versions:
            last = self._ledger.read_stream(stream, limit=1, newest_first=True)
            self._versions[stream] = last[0].version if last else 0
        return self._versions[stream] + 1

    def _not_stored(self, groups: Sequence[Group]) -> list[Group]:
        # An append whose answer was lost is at the very end of its streams, and no longer than what waits now.
        known = {
            stream: {
                recorded.correlation_id
                for recorded in self._ledger.read_stream(stream, limit=len(groups), newest_first=True)
            }
            for stream in {_stream_of(group.events[0]) for group in groups}
        }
        return [group for group in groups if group.correlation_id not in known[_stream_of(group.events[0])]]


def _stream_of(event: Event) -> str:
    match event:
        case ProbeRecorded():
            return probe_log_stream(event.monitor_id, event.scheduled_at)
        case IncidentOpened() | IncidentResolved():
            return incident_stream(event.incident_id)
        case _:
            return health_stream(getattr(event, "monitor_id"))  # noqa: B009  only transitions are left


def _pack(group: Group) -> bytes:
    events = [(e.type, e.schema_version, msgspec.Raw(kernel.encode(e))) for e in group.events]
    return msgspec.json.encode((group.correlation_id, group.causation_id, events))


def _unpack(item: bytes) -> Group:
    correlation_id, causation_id, events = msgspec.json.decode(
        item, type=tuple[str, str | None, list[tuple[str, int, msgspec.Raw]]]
    )
    return Group(tuple(kernel.decode(t, v, bytes(raw)) for t, v, raw in events), correlation_id, causation_id)
