"""Projections: events folded into all read models by one process, against the rate of a raw COPY of the same table.

The ledger holds several days of a few hundred monitors as the application writes them: outcomes in the order of time
with
phases and lognormal latencies, slow and failing spells with their transitions and incidents, pauses and revisions. What
is measured is ``Projector.catch_up`` from an empty start: reading, decoding, folding, writing rows and checkpoints.
Rounds alternate; the ratio is the median of the rounds' ratios. The rebuild of one read model is told beside it.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import psycopg

from adapters.postgres.ledger import PostgresLedger
from adapters.postgres.projector import Projector
from application.ports.ledger import NewEvent
from domain.kernel import Event
from domain.monitoring import events as e
from domain.monitoring import health as h
from domain.monitoring import monitor as m
from domain.monitoring.outcome import Outcome, Phases, Verdict
from infra.bench.report import report
from infra.bench.servers import Bench, BenchDatabase
from projections.registry import NAMES

MONITORS = 240
DAYS = 3
INTERVAL_S = 60
"""The default of a new monitor."""
ROUNDS = 3
_APPEND = 5_000


def run(bench: Bench) -> None:
    """Print the rates and their ratio."""
    with bench.database() as database:
        events = fill(database)
        ours: list[float] = []
        theirs: list[float] = []
        for number in range(ROUNDS + 1):
            rates = _fold(database), _copy(database)
            if number:  # the first round warms caches
                ours.append(rates[0])
                theirs.append(rates[1])
        report(
            "projections",
            events_per_s=round(statistics.median(ours)),
            baseline_copy_rows_per_s=round(statistics.median(theirs)),
            ratio=statistics.median(our / their for our, their in zip(ours, theirs, strict=True)),
            bar=0.1,
            at_least=0.1,
            events=events,
            monitors=MONITORS,
            days=DAYS,
        )
        for name in NAMES:
            report("rebuild", projection=name, events_per_s=round(_rebuild(database, name)))


def fill(database: BenchDatabase) -> int:
    """Write the ledger; returns how many events."""
    ledger = PostgresLedger(database.url, application_name="bench")
    life = _Life()
    head = 0
    for _ in range(DAYS * 86_400 // INTERVAL_S):
        life.tick()
        if len(life.written) >= _APPEND:
            head = ledger.append(life.take())
    head = ledger.append(life.take())
    ledger.close()
    with psycopg.connect(database.owner_url, autocommit=True) as db:
        db.execute("VACUUM (FREEZE, ANALYZE) ledger.events")
    print(f"    {head} events written", file=sys.stderr, flush=True)
    return head


def _fold(database: BenchDatabase) -> float:
    with psycopg.connect(database.owner_url, autocommit=True) as db:
        for name in NAMES:
            db.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE".encode())
    projector = Projector(database.url, application_name="bench")
    projector.start()
    begun = time.perf_counter()
    events = projector.catch_up()
    took = time.perf_counter() - begun
    projector.close()
    return events / took


def _copy(database: BenchDatabase) -> float:
    rows = 0
    with psycopg.connect(database.url) as db, db.cursor() as cursor:
        begun = time.perf_counter()
        with cursor.copy("COPY (SELECT * FROM ledger.events) TO STDOUT") as copy:
            for _ in copy:
                rows += 1
        return rows / (time.perf_counter() - begun)


def _rebuild(database: BenchDatabase, name: str) -> float:
    projector = Projector(database.url, application_name="bench")
    with psycopg.connect(database.url, autocommit=True) as db:
        db.execute("INSERT INTO projections.rebuilds (projection, requested_by) VALUES (%s, 'bench')", [name])
        begun = time.perf_counter()
        if not projector.rebuild_once():
            raise RuntimeError(f"The rebuild of {name} did not run. Is another projector at this database?")
        took = time.perf_counter() - begun
        row = db.execute("SELECT position FROM projections.checkpoints WHERE name = %s", [name]).fetchone()
    return (row[0] if row else 0) / took


class _Life:
    """Some monitors with a clock and dice of their own."""

    def __init__(self) -> None:
        self._dice = Random(7)  # noqa: S311 (the same history every time)
        self._now = datetime(2026, 11, 16, tzinfo=UTC)
        self._versions: dict[str, int] = {}
        self.written: list[NewEvent] = []
        self._monitors: dict[str, m.Monitor] = {}
        self._health: dict[str, h.Health] = {}
        self._mood: dict[str, Verdict] = {}
        for number in range(MONITORS):
            monitor_id = self._uuid()
            settings = m.Settings(
                name=f"shop {number}", kind="http", target="https://shop.example/", interval_s=INTERVAL_S
            )
            event = m.register(monitor_id, settings, self._now)
            self._write(e.monitor_stream(monitor_id), event, self._uuid())
            monitor = m.evolve(None, event)
            assert monitor is not None
            self._monitors[monitor_id] = monitor
            self._health[monitor_id] = h.Health()
            self._mood[monitor_id] = "pass"

    def take(self) -> list[NewEvent]:
        written, self.written = self.written, []
        return written

    def tick(self) -> None:
        """One interval of every monitor."""
        dice = self._dice
        for monitor_id, monitor in self._monitors.items():
            if monitor.paused:
                if dice.random() < 0.05:
                    self._change(monitor_id, m.resume(monitor, self._now))
                continue
            if dice.random() < 0.004:
                self._mood[monitor_id] = dice.choice(("pass", "pass", "pass", "slow", "fail", "error"))
            elif self._mood[monitor_id] != "pass" and dice.random() < 0.1:
                self._mood[monitor_id] = "pass"
            self._observe(monitor, self._mood[monitor_id])
            if dice.random() < 0.0003:
                self._change(monitor_id, m.pause(monitor, self._now + timedelta(seconds=30)))
        self._now += timedelta(seconds=INTERVAL_S)

    def _observe(self, monitor: m.Monitor, verdict: Verdict) -> None:
        dice = self._dice
        total = round(dice.lognormvariate(4, 0.6), 1)
        failed = verdict == "fail"
        outcome = Outcome(
            monitor_id=monitor.id,
            verdict=verdict,
            scheduled_at=self._now,
            started_at=self._now + timedelta(microseconds=dice.randrange(20_000_000)),
            total_ms=total,
            phases=Phases(dns_ms=0.4, connect_ms=round(total / 9, 1), tls_ms=round(total / 5, 1), first_byte_ms=total),
            status_code=503 if failed else 200,
            reason="status_unexpected" if failed else None,
            detail="expected 200-299, got 503" if failed else None,
            vouches_ms=monitor.vouches_ms,
            prober="prober-1",
        )
        decided, self._health[monitor.id] = h.decide(self._health[monitor.id], monitor.thresholds, outcome)
        correlation = self._uuid()
        for event in decided:
            if isinstance(event, e.ProbeRecorded):
                self._write(e.probe_log_stream(monitor.id, event.scheduled_at), event, correlation)
            elif isinstance(event, e.IncidentOpened | e.IncidentResolved):
                self._write(e.incident_stream(event.incident_id), event, correlation)
            else:
                self._write(e.health_stream(monitor.id), event, correlation)

    def _change(self, monitor_id: str, decided: list[Event]) -> None:
        for event in decided:
            self._write(e.monitor_stream(monitor_id), event, self._uuid())
            monitor = m.evolve(self._monitors[monitor_id], event)
            assert monitor is not None
            self._monitors[monitor_id] = monitor
            self._health[monitor_id] = h.forget_status(self._health[monitor_id])

    def _write(self, stream: str, event: Event, correlation: str) -> None:
        version = self._versions[stream] = self._versions.get(stream, 0) + 1
        self.written.append(NewEvent(stream, version, event, "prober:local", correlation))

    def _uuid(self) -> str:
        return str(UUID(int=self._dice.getrandbits(128), version=4))
