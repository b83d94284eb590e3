"""Latency: from the commit of an event to that of the read models that show it, through relay, NATS and projector.

Real processes, one event at a time, on an otherwise idle system: what a person waits for after a command.
"""

from __future__ import annotations

import json
import statistics
import time
from datetime import UTC, datetime

import psycopg

from adapters.ids import new_id
from adapters.postgres.ledger import PostgresLedger
from application.ports.ledger import NewEvent
from domain.monitoring import monitor as monitors
from domain.monitoring.events import ProbeRecorded, monitor_stream, probe_log_stream
from domain.monitoring.monitor import Settings
from infra.bench.processes import running
from infra.bench.report import report
from infra.bench.servers import Bench

EVENTS = 300
WARM_UP = 50
_PATIENCE_S = 30.0


def run(bench: Bench) -> None:
    """Print p50 and p99 in milliseconds."""
    with (
        bench.database() as database,
        running(("relay", "projector"), database_url=database.url, nats_url=bench.nats_url),
        psycopg.connect(database.owner_url, autocommit=True) as watcher,
    ):
        watcher.execute("LISTEN projections")
        ledger = PostgresLedger(database.url, application_name="bench")
        at = datetime(2026, 11, 20, tzinfo=UTC)
        monitor = monitors.register(new_id(), Settings(name="m", kind="tcp", target="a:1"), at)
        position = ledger.append([NewEvent(monitor_stream(monitor.monitor_id), 1, monitor, "bench", new_id())])
        _shown(watcher, position)
        waits: list[float] = []
        for version in range(1, WARM_UP + EVENTS + 1):
            outcome = ProbeRecorded(
                monitor_id=monitor.monitor_id, verdict="pass", scheduled_at=at, started_at=at, vouches_ms=1, prober="b"
            )
            stream = probe_log_stream(monitor.monitor_id, at)
            position = ledger.append([NewEvent(stream, version, outcome, "bench", new_id())])
            committed = time.perf_counter()
            _shown(watcher, position)
            if version > WARM_UP:
                waits.append((time.perf_counter() - committed) * 1000)
        ledger.close()
    percentiles = statistics.quantiles(waits, n=100)
    report(
        "latency",
        p50_ms=round(percentiles[49], 2),
        p99_ms=round(percentiles[98], 2),
        max_ms=round(max(waits), 2),
        n=len(waits),
    )


def _shown(watcher: psycopg.Connection, position: int) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        for notice in watcher.notifies(timeout=_PATIENCE_S, stop_after=1):
            if json.loads(notice.payload)["position"] >= position:
                return
    raise TimeoutError(f"Position {position} did not reach the read models within {_PATIENCE_S:.0f} s.")
