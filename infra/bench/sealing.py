"""Sealing: events about people, encrypted under each one's own key, against events of the same content in the clear.

A checkup of twenty values each, 200 patients with new streams in every round, 200 events a transaction, flushed to
disk.
The baseline appends an event of the same bytes that tells nothing about anybody. Then all are read back, which for
the sealed ones means fetching, unwrapping and opening. Rounds alternate.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from adapters.ids import new_id
from adapters.keys.wrapping import ListedKeys, new_line
from adapters.postgres.ledger import PostgresLedger
from application.ports.ledger import NewEvent
from domain.checkups.events import CheckupRecorded, checkup_stream
from domain.checkups.results import Measurement, Results
from domain.kernel import Event, encode
from domain.monitoring.events import IncidentNoted
from infra.bench.report import report
from infra.bench.servers import Bench

PATIENTS = 200
EACH = 10
ROUNDS = 5


def run(bench: Bench) -> None:
    """Print the rates and their ratios."""
    kek = new_line()
    with bench.database() as database:
        ledger = PostgresLedger(database.url, application_name="bench", wrapping=ListedKeys(lambda: kek))
        rates: dict[str, list[float]] = {"sealed": [], "clear": [], "read sealed": [], "read clear": []}
        for number in range(ROUNDS + 1):
            for name, events in (("sealed", _checkups), ("clear", _notes)):
                before = ledger.head()
                appended = _rate(ledger, events)
                read = _read(ledger, before)
                if number:
                    rates[name].append(appended)
                    rates[f"read {name}"].append(read)
        ledger.close()
    for name in ("", "read "):
        report(
            f"sealing: {name or 'append '}".rstrip(),
            events_per_s=round(statistics.median(rates[f"{name}sealed"])),
            baseline_events_per_s=round(statistics.median(rates[f"{name}clear"])),
            ratio=statistics.median(
                ours / theirs for ours, theirs in zip(rates[f"{name}sealed"], rates[f"{name}clear"], strict=True)
            ),
            at_least=0.2,
        )


def _rate(ledger: PostgresLedger, events: Callable[[str, int], tuple[str, Event]]) -> float:
    subjects = [new_id() for _ in range(PATIENTS)]
    batches = [list(_batch(subjects, number, events)) for number in range(EACH)]
    begun = time.perf_counter()
    for batch in batches:
        ledger.append(batch)
    return PATIENTS * EACH / (time.perf_counter() - begun)


def _batch(subjects: list[str], number: int, events: Callable[[str, int], tuple[str, Event]]) -> Iterator[NewEvent]:
    for subject in subjects:
        stream, event = events(subject, number)
        yield NewEvent(stream, 1, event, "bench", new_id())


def _read(ledger: PostgresLedger, after: int) -> float:
    begun, count = time.perf_counter(), 0
    while events := ledger.read(after, 500):
        after, count = events[-1].position, count + len(events)
    return count / (time.perf_counter() - begun)


def _checkups(subject: str, number: int) -> tuple[str, Event]:
    measured = tuple(
        Measurement(id=f"{code}-0", code=f"{code}-0", given=Decimal("12.3"), value=Decimal("12.3"), unit="mg/dL")
        for code in range(1000, 1020)
    )
    event = CheckupRecorded(
        checkup_id=new_id(),
        patient_id=subject,
        at=datetime(2026, 11, 20, tzinfo=UTC),
        kind="national-general",
        date=date(2026, 11, 1 + number),
        results=Results(measurements=measured),
    )
    return checkup_stream(subject, event.checkup_id), event


def _notes(subject: str, number: int) -> tuple[str, Event]:
    _, same = _checkups(subject, number)
    note = encode(same).decode()
    at = datetime(2026, 11, 20, tzinfo=UTC)
    return f"incident:{new_id()}", IncidentNoted(incident_id=subject, at=at, by="bench", note=note)
