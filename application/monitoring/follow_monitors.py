"""The prober's view of the ledger: which monitors there are, and everything people and jobs ask of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from application.monitoring.probing import Prober
from application.monitoring.record_outcomes import OutcomeRecorder
from application.monitoring.restore_health import restore_health
from application.monitoring.watch_pings import PingWatcher
from application.ports.ledger import Ledger, RecordedEvent
from application.ports.vault import Vault, VaultError
from domain.monitoring import monitor as monitors
from domain.monitoring.events import (
    ListeningGapRecorded,
    MonitorPaused,
    MonitorRegistered,
    MonitorResumed,
    MonitorRetired,
    MonitorRevised,
    PingReceived,
    ProbeRequested,
)
from domain.monitoring.health import forget_status
from domain.monitoring.monitor import Monitor

_log = structlog.get_logger(__name__)
_DEFINITIONS = (MonitorRegistered, MonitorRevised, MonitorPaused, MonitorResumed, MonitorRetired)
_DEFINING = {cls.type for cls in _DEFINITIONS}
_FOLLOWED = _DEFINING | {cls.type for cls in (ProbeRequested, PingReceived, ListeningGapRecorded)}
_PAGE = 5_000


class MonitorFollower:
    """Keeps the engine and the ping watcher at what the ledger says. Lives on the event loop."""

    def __init__(
        self, ledger: Ledger, vault: Vault, *, prober: Prober, pings: PingWatcher, recorder: OutcomeRecorder
    ) -> None:
        self._ledger, self._vault = ledger, vault
        self._prober, self._pings, self._recorder = prober, pings, recorder
        self._monitors: dict[str, Monitor] = {}
        self.position = 0
        """Everything up to here has been taken into account."""

    async def load(self) -> None:
        """Begin: every monitor with the health it had. Raises ``LedgerUnavailable``; may be called again then."""
        head = await asyncio.to_thread(self._ledger.head)
        await asyncio.to_thread(self._pings.load_gaps)
        after = 0
        while page := await asyncio.to_thread(self._ledger.read, after, _PAGE, types=_DEFINING):
            for recorded in page:
                self._define(recorded)
            after = page[-1].position
        for monitor in self._monitors.values():
            if not monitor.retired:
                self._recorder.set_health(monitor.id, await asyncio.to_thread(restore_health, self._ledger, monitor))
                await self._watch(monitor)
        self.position = max(head, after)

    async def advance(self) -> None:
        """Take what is new in the ledger into account. Raises ``LedgerUnavailable``."""
        while page := await asyncio.to_thread(self._ledger.read, self.position, _PAGE, types=_FOLLOWED):
            for recorded in page:
                await self._apply(recorded)
                self.position = recorded.position

    async def _apply(self, recorded: RecordedEvent) -> None:
        event = recorded.event
        match event:
            case PingReceived():
                self._pings.on_ping(recorded)
            case ListeningGapRecorded():
                self._pings.on_gap(event)
            case ProbeRequested():
                self._prober.probe_now(event.monitor_id, f"{recorded.stream}@{recorded.version}")
            case _:
                monitor = self._define(recorded)
                if monitor is None:
                    return
                if isinstance(event, MonitorPaused | MonitorResumed):
                    self._recorder.set_health(monitor.id, forget_status(self._recorder.health(monitor.id)))
                await self._watch(monitor, at_once=True)

    def _define(self, recorded: RecordedEvent) -> Monitor | None:
        monitor_id = getattr(recorded.event, "monitor_id", "")
        monitor = monitors.evolve(self._monitors.get(monitor_id), recorded.event)
        if monitor is not None:
            self._monitors[monitor_id] = monitor
        return monitor

    async def _watch(self, monitor: Monitor, *, at_once: bool = False) -> None:
        if monitor.kind != "push":
            self._prober.set(monitor, await self._secrets(monitor), at_once=at_once)
        elif monitor.paused or monitor.retired:
            self._pings.remove(monitor.id)
        else:
            self._pings.set(await asyncio.to_thread(self._pings.look_up, monitor))
        if monitor.retired:
            self._monitors.pop(monitor.id, None)

    async def _secrets(self, monitor: Monitor) -> Mapping[str, str]:
        if monitor.secret_ref is None or monitor.retired or monitor.paused:
            return {}
        try:
            return await asyncio.to_thread(self._vault.get, monitor.id, monitor.secret_ref)
        except VaultError as error:
            # Its probes will say that they are our fault, which makes it "no data" rather than down.
            _log.error("credentials_unreadable", monitor=monitor.id, error=str(error))
            return {}
