"""Append: outcomes through the application path against the same rows inserted raw.

The application path is what the prober does with an outcome: the domain decides, events are encoded, versions drawn,
and
``ledger.append`` stores them with the ordering lock, the index probe and the notification. The baseline sends the same
columns, encoded beforehand, in binary arrays straight into an ``INSERT … SELECT FROM unnest``. Both flush to disk at
every commit of 1,000 rows. Rounds alternate; the ratio is the median of the
rounds' ratios.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from adapters.ids import new_id
from adapters.postgres.ledger import PostgresLedger
from adapters.spool import FileSpool
from application.monitoring.record_outcomes import MAX_GROUPS, Group, OutcomeRecorder
from domain import kernel
from domain.monitoring import health as healths
from domain.monitoring.events import ProbeRecorded
from domain.monitoring.health import Health, Thresholds
from domain.monitoring.outcome import Outcome, Phases
from infra.bench.report import report
from infra.bench.servers import Bench
from projections import arrays

BATCH = 1_000
BATCHES = 20
ROUNDS = 7
MONITORS = 1_000

_RAW = """
INSERT INTO bench_raw
SELECT p, s, v, t, sv, clock_timestamp(), a, c, ca, tr, st
FROM unnest(%b::bigint[], %b::text[], %b::bigint[], %b::text[], %b::smallint[], %b::text[], %b::uuid[], %b::text[],
            %b::text[], %b::text[]) AS e(p, s, v, t, sv, a, c, ca, tr, st)
"""


def run(bench: Bench) -> None:
    """Print the rates and their ratio."""
    with bench.database() as database, TemporaryDirectory() as spool:
        ledger = PostgresLedger(database.url, application_name="bench")
        recorder = OutcomeRecorder(ledger, FileSpool(Path(spool)), actor="prober:local")
        with psycopg.connect(database.owner_url, autocommit=True) as raw:
            arrays.register(raw)
            raw.execute("CREATE TABLE bench_raw (LIKE ledger.events INCLUDING ALL)")
            ours: list[float] = []
            theirs: list[float] = []
            for number in range(ROUNDS + 1):
                rates = _application(recorder, number), _raw(raw, number)
                if number:  # the first round warms caches and grows files
                    ours.append(rates[0])
                    theirs.append(rates[1])
        recorder.close()
        ledger.close()
    report(
        "append",
        outcomes_per_s=round(statistics.median(ours)),
        baseline_rows_per_s=round(statistics.median(theirs)),
        ratio=statistics.median(our / their for our, their in zip(ours, theirs, strict=True)),
        at_least=0.5,
        batch=BATCH,
    )


def _application(recorder: OutcomeRecorder, number: int) -> float:
    known = {f"{m:08d}-0000-4000-8000-000000000000": Health(status="up") for m in range(MONITORS)}
    thresholds = Thresholds()
    begun = time.perf_counter()
    for batch in range(BATCHES):
        groups: list[Group] = []
        for outcome in _outcomes(known, number, batch):
            events, known[outcome.monitor_id] = healths.decide(known[outcome.monitor_id], thresholds, outcome)
            groups.append(Group(tuple(events), new_id()))
        assert len(groups) <= MAX_GROUPS
        recorder.store(groups)
    return BATCH * BATCHES / (time.perf_counter() - begun)


def _raw(connection: psycopg.Connection, number: int) -> float:
    known = [f"{m:08d}-0000-4000-8000-000000000000" for m in range(MONITORS)]
    batches = [_columns(list(_outcomes(known, number, batch)), number, batch) for batch in range(BATCHES)]
    begun = time.perf_counter()
    for columns in batches:
        connection.execute(_RAW, columns, prepare=True)
    return BATCH * BATCHES / (time.perf_counter() - begun)


def _outcomes(monitors: Iterable[str], number: int, batch: int) -> Iterator[Outcome]:
    at = datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=30 * (number * BATCHES + batch))
    phases = Phases(dns_ms=0.3, connect_ms=1.1, first_byte_ms=10.4)
    for monitor_id in monitors:
        yield ProbeRecorded(
            monitor_id=monitor_id,
            verdict="pass",
            scheduled_at=at,
            started_at=at,
            total_ms=12.3,
            phases=phases,
            status_code=200,
            vouches_ms=45_000,
            prober="local",
        )


def _columns(outcomes: list[Outcome], number: int, batch: int) -> tuple[object, ...]:
    first = (number * BATCHES + batch) * BATCH
    count = len(outcomes)
    events = [healths.as_recorded(outcome) for outcome in outcomes]
    return (
        arrays.longs(range(first + 1, first + count + 1)),
        arrays.texts([f"probe-log:{o.monitor_id}:{o.scheduled_at:%Y-%m-%d}" for o in outcomes]),
        arrays.longs([number * BATCHES + batch + 1] * count),
        arrays.texts([ProbeRecorded.type] * count),
        arrays.shorts([1] * count),
        arrays.texts(["prober:local"] * count),
        arrays.uuids([new_id() for _ in range(count)]),
        arrays.texts([None] * count),
        arrays.texts([None] * count),
        arrays.encoded_texts([kernel.encode(event) for event in events]),
    )
