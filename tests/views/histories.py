"""Histories of monitors as the application would write them: decisions of the domain, appended stream by stream."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from application.ports.ledger import NewEvent
from domain.kernel import Event
from domain.monitoring import events as e
from domain.monitoring import health as h
from domain.monitoring import incident as i
from domain.monitoring import monitor as m
from domain.monitoring.outcome import Outcome, Phases

START = datetime(2026, 3, 7, 22, 0, tzinfo=UTC)


class History:
    """Writes events of monitors with a clock and dice of its own; ``written`` is what is to be appended."""

    def __init__(self, seed: int = 1) -> None:
        self.dice = random.Random(seed)
        self.now = START
        self.versions: dict[str, int] = {}
        self.monitors: dict[str, m.Monitor] = {}
        self.health: dict[str, h.Health] = {}
        self.incidents: dict[str, i.Incident] = {}
        self.written: list[NewEvent] = []

    def uuid(self) -> str:
        return str(UUID(int=self.dice.getrandbits(128), version=4))

    def take(self) -> list[NewEvent]:
        """What was written since the last time."""
        written, self.written = self.written, []
        return written

    def write(self, stream: str, event: Event, actor: str = "tester") -> None:
        version = self.versions[stream] = self.versions.get(stream, 0) + 1
        self.written.append(NewEvent(stream, version, event, actor, self.uuid()))

    def register(self, name: str = "shop", **settings: object) -> str:
        monitor_id = self.uuid()
        made = m.Settings(name=name, kind="http", target="https://shop.example/", **settings)
        event = m.register(monitor_id, made, self.now)
        self.write(e.monitor_stream(monitor_id), event)
        monitor = m.evolve(None, event)
        assert monitor is not None
        self.monitors[monitor_id] = monitor
        self.health[monitor_id] = h.Health()
        return monitor_id

    def change(self, monitor_id: str, decided: Sequence[Event]) -> None:
        for event in decided:
            self.write(e.monitor_stream(monitor_id), event)
            monitor = m.evolve(self.monitors[monitor_id], event)
            assert monitor is not None
            self.monitors[monitor_id] = monitor
            if isinstance(event, e.MonitorPaused | e.MonitorResumed):
                self.health[monitor_id] = h.forget_status(self.health[monitor_id])

    def pause(self, monitor_id: str) -> None:
        self.change(monitor_id, m.pause(self.monitors[monitor_id], self.now))

    def resume(self, monitor_id: str) -> None:
        self.change(monitor_id, m.resume(self.monitors[monitor_id], self.now))

    def retire(self, monitor_id: str) -> None:
        self.change(monitor_id, m.retire(self.monitors[monitor_id], self.now))

    def observe(
        self, monitor_id: str, verdict: str = "pass", *, total_ms: float | None = None, at: datetime | None = None
    ) -> None:
        monitor = self.monitors[monitor_id]
        took = round(self.dice.lognormvariate(4, 0.7), 1) if total_ms is None else total_ms
        outcome = Outcome(
            monitor_id=monitor_id,
            verdict=verdict,
            scheduled_at=at or self.now,
            started_at=at or self.now + timedelta(microseconds=self.dice.randrange(900_000)),
            total_ms=took,
            phases=Phases(dns_ms=0.4, connect_ms=1.2, first_byte_ms=took) if self.dice.random() < 0.8 else None,
            status_code=200 if verdict == "pass" else 503,
            reason=None if verdict == "pass" else "status_unexpected",
            vouches_ms=monitor.vouches_ms,
            prober="prober-1",
        )
        decided, self.health[monitor_id] = h.decide(self.health[monitor_id], monitor.thresholds, outcome)
        for event in decided:
            if isinstance(event, e.ProbeRecorded):
                self.write(e.probe_log_stream(monitor_id, event.scheduled_at), event, "prober")
            elif isinstance(event, e.IncidentOpened | e.IncidentResolved):
                if isinstance(event, e.IncidentResolved) and self.incidents[event.incident_id].state == "resolved":
                    continue
                self.incident(event.incident_id, event)
            else:
                self.write(e.health_stream(monitor_id), event, "prober")

    def incident(self, incident_id: str, *decided: Event, actor: str = "prober") -> None:
        for event in decided:
            self.write(e.incident_stream(incident_id), event, actor)
            incident = i.evolve(self.incidents.get(incident_id), event)
            assert incident is not None
            self.incidents[incident_id] = incident

    def look_after(self, incident_id: str) -> None:
        incident = self.incidents[incident_id]
        if incident.state == "open":
            decided = i.acknowledge(incident, by="ann", at=self.now, note="looking")
        elif incident.state == "acknowledged" and self.dice.random() < 0.3:
            decided = i.resolve(incident, at=self.now, resolution="manual", by="ann")
        else:
            decided = i.add_note(incident, by="bob", at=self.now, note="still at it")
        self.incident(incident_id, *decided, actor="ann")


def eventful(seed: int, *, monitors: int = 6, ticks: int = 120) -> list[NewEvent]:
    """Everything that can happen: slow and failing spells, our own faults, pauses, revisions, gaps, clock steps."""
    history = History(seed)
    dice = history.dice
    often = {"interval_s": 30.0, "retry_interval_s": 10.0}
    ids = [history.register(f"shop {n}", tags=("a", f"t{n % 2}"), **often) for n in range(monitors)]
    mood = dict.fromkeys(ids, "pass")
    for _ in range(ticks):
        history.now += timedelta(seconds=dice.choice((10, 30, 30, 30, 200, -20)))
        for monitor_id in ids:
            if dice.random() < 0.08:
                mood[monitor_id] = dice.choice(("pass", "pass", "slow", "fail", "error"))
            if dice.random() < 0.9 and not history.monitors[monitor_id].retired:
                history.observe(monitor_id, mood[monitor_id])
        chosen = dice.choice(ids)
        match dice.randrange(14) if not history.monitors[chosen].retired else 13:
            case 0:
                history.pause(chosen)
            case 1 | 2:
                history.resume(chosen)
            case 3:
                changes = {"interval_s": dice.choice((20, 60)), "name": f"renamed {dice.randrange(9)}", "tags": ["b"]}
                history.change(chosen, m.revise(history.monitors[chosen], changes, history.now))
            case 4 | 5 | 6 if history.incidents:
                history.look_after(dice.choice(sorted(history.incidents)))
            case 7 if dice.random() < 0.2:
                history.retire(chosen)
            case _:
                pass
    calm(history, ids)
    return history.take()


def calm(history: History, ids: Sequence[str]) -> None:
    """Passes on a steady grid: every batch of them only moves the end of what is known."""
    for _ in range(12):
        history.now += timedelta(seconds=30)
        for monitor_id in ids:
            history.observe(monitor_id)
