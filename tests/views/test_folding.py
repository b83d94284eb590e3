"""What happens when folding goes wrong, or two do it, or it dies half-way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest

from adapters.postgres.projector import Projector, Stopped
from application.ports.ledger import LedgerUnavailable, NewEvent
from domain.monitoring.events import IncidentNoted, MonitorRevised, ProbeRecorded, monitor_stream
from projections.incidents import Incidents
from projections.queries import status
from projections.registry import NAMES
from tests.support.read_models import dump, replayed
from tests.support.waiting import eventually
from tests.views.histories import START, History, eventful
from tests.views.people import People


def raw(database, stream: str, version: int, kind: str, state: str, schema_version: int = 1) -> None:
    """Append something that this program would never write."""
    with psycopg.connect(database.owner_url, autocommit=True) as db:
        db.execute(
            "SELECT ledger.append(ARRAY[%s], ARRAY[%s::bigint], ARRAY[%s], ARRAY[%s::smallint], ARRAY['x'], "
            "ARRAY[gen_random_uuid()], ARRAY[NULL], ARRAY[NULL], ARRAY[%s])",
            [stream, version, kind, schema_version, state],
        )


def dead_letters(database) -> set[tuple[str, int, bool]]:
    with psycopg.connect(database.url) as db:
        return set(db.execute("SELECT projection, position, poison FROM projections.dead_letters").fetchall())


def checkpoints(database) -> dict[str, int]:
    with psycopg.connect(database.url) as db:
        return dict(db.execute("SELECT name, position FROM projections.checkpoints").fetchall())


def test_an_event_that_cannot_be_read_parks_with_its_stream_and_the_rest_goes_on(database, ledger, projector) -> None:
    history = History()
    shop, other = history.register("shop"), history.register("other")
    history.observe(shop, at=START)
    log = f"probe-log:{shop}:2026-03-07"
    assert ledger.append(history.take()) == 4
    raw(database, log, 2, "monitoring.probe-recorded", '{"monitor_id": 7}')  # position 5
    history.versions[log] = 2
    history.observe(shop, at=START)  # position 6, waits behind it
    history.observe(other, at=START)  # positions 7 and 8
    ledger.append(history.take())
    assert projector.catch_up() == 8
    assert dead_letters(database) == {(name, 5, True) for name in NAMES} | {(name, 6, False) for name in NAMES}
    with psycopg.connect(database.url) as db:
        rows = db.execute("SELECT monitor_id, (last_outcome::json->>'position')::int FROM monitor_status.states")
        assert dict(rows.fetchall()) == {shop: 3, other: 7}
    # The stream stays parked in later batches too, and everything else keeps being folded.
    history.observe(shop, at=START)
    history.observe(other, at=START)
    ledger.append(history.take())
    assert projector.catch_up() == 10
    assert {position for _, position, _ in dead_letters(database)} == {5, 6, 9}


def test_of_a_sealed_event_that_cannot_be_folded_nothing_is_kept_in_plain(
    database, ledger, projector, monkeypatch, capfd
) -> None:
    people = People()
    people.patient("정하늘")
    people.patient("Bo Larsen")

    def fail(name: str) -> None:
        raise ValueError(f"{name} cannot be taken")

    monkeypatch.setattr("projections.namesakes.family_name", fail)
    ledger.append(people.take())
    assert projector.catch_up() == 4
    with psycopg.connect(database.url) as db:
        kept = db.execute("SELECT projection, error FROM projections.dead_letters").fetchall()
    assert {name for name, _ in kept} == {"namesakes"}
    assert all(error.startswith("ValueError; its words are not kept") for _, error in kept)
    told = "".join(capfd.readouterr())
    assert "event_parked" in told
    assert "정하늘" not in told


def test_an_event_that_one_read_model_cannot_fold_parks_there_only(database, ledger, projector) -> None:
    history = History()
    shop = history.register()
    incident = str(uuid4())
    history.write(f"incident:{incident}", IncidentNoted(incident_id=incident, at=START, by="ann", note="of what?"))
    history.observe(shop, at=START)
    ledger.append(history.take())
    assert projector.catch_up() == 4
    assert dead_letters(database) == {("incidents", 2, True)}
    assert set(checkpoints(database).values()) == {4}


def test_a_value_that_postgresql_refuses_parks_the_event(database, ledger, projector) -> None:
    history = History()
    shop = history.register()
    history.write(monitor_stream(shop), MonitorRevised(monitor_id=shop, at=START, changes={"name": "nul \0 byte"}))
    history.observe(shop, at=START)
    ledger.append(history.take())
    assert projector.catch_up() == 4
    assert ("monitor_status", 2, True) in dead_letters(database)
    with psycopg.connect(database.url) as db:
        assert db.execute("SELECT name FROM monitor_status.monitors").fetchone() == ("shop",)


def test_many_poison_events_in_one_batch_leave_the_others_folded(database, ledger, projector) -> None:
    events = eventful(4)
    ledger.append(events[:200])
    for n in range(5):
        raw(database, f"monitor:{n}", 1, "monitoring.monitor-registered", "{}")
    ledger.append(events[200:])
    projector.catch_up()
    projector.close()
    assert len(dead_letters(database)) == 5 * len(NAMES)
    found = dump(database.url)
    assert found == replayed(database.url)
    assert len(found["monitor_status.monitors"]) == 6


@pytest.mark.parametrize(("kind", "version"), [("monitoring.from-the-future", 1), ("monitoring.monitor-paused", 99)])
async def test_an_unknown_type_or_version_stops_loudly_and_nothing_is_skipped(
    kind, version, database, ledger, projector
) -> None:
    history = History()
    history.register()
    ledger.append(history.take())
    raw(database, "x:1", 1, kind, "{}", version)
    history.register("after")
    ledger.append(history.take())
    for _ in range(2):
        with pytest.raises(Stopped, match="Upgrade"):
            projector.catch_up()
    assert set(checkpoints(database).values()) == {1}
    assert dead_letters(database) == set()
    async with await psycopg.AsyncConnection.connect(database.url) as db:
        views = await status.list_projections(db)
    assert {view.state for view in views} == {"stopped"}
    assert all(view.stopped_reason and "Event 2" in view.stopped_reason for view in views)


def test_redelivered_and_overlapping_batches_change_nothing(database, ledger, projector) -> None:
    ledger.append(eventful(2))
    events = ledger.read(0, 10_000)
    projector.apply(events[:100])
    projector.apply(events[:100])
    projector.apply(events[50:300])
    projector.apply(events[10:20])
    projector.apply([])
    projector.apply(events[250:])
    assert projector.position == len(events)
    projector.close()
    assert dump(database.url) == replayed(database.url)


def test_a_gap_in_the_feed_is_healed_from_the_ledger(database, ledger, projector) -> None:
    ledger.append(eventful(2))
    events = ledger.read(0, 10_000)
    projector.apply(events[:10])
    projector.apply(events[200:210])
    assert projector.position == 210
    projector.apply(events[-1:])
    projector.close()
    assert dump(database.url) == replayed(database.url)


def test_a_second_projector_stands_by_until_the_first_ends(database, projector) -> None:
    second = Projector(database.url)
    assert second.start(wait=False) is False
    with pytest.raises(LedgerUnavailable, match="not active"):
        second.catch_up()
    started = threading.Thread(target=second.start)
    started.start()
    projector.close()
    started.join(60)
    assert not started.is_alive()
    assert second.catch_up() == 0
    second.close()


def test_what_a_projector_remembers_is_void_once_another_has_written(database, ledger, projector) -> None:
    # Two that both believe to lead (one lost its session without noticing) must not overwrite each other's rows.
    from adapters.postgres.folding import Folding
    from projections import registry

    ledger.append(eventful(5))
    events = ledger.read(0, 10_000)
    with psycopg.connect(database.url, autocommit=True) as db:
        other = Folding(db, [registry.build(name) for name in NAMES])
        for n in range(0, len(events), 40):
            (projector if n % 80 else other).apply(events[: n + 40])
    projector.close()
    assert dump(database.url) == replayed(database.url)


def test_a_read_model_that_lags_behind_catches_up_alone(database, ledger, projector) -> None:
    ledger.append(eventful(6))
    projector.catch_up()
    projector.close()
    with psycopg.connect(database.url, autocommit=True) as db:
        db.execute("DROP SCHEMA latency_trends CASCADE")
    again = Projector(database.url, batch=37)
    again.start()
    assert checkpoints(database)["latency_trends"] == 0
    again.catch_up()
    again.close()
    assert len(set(checkpoints(database).values())) == 1
    assert dump(database.url) == replayed(database.url)


def test_a_lost_connection_is_no_poison_and_nothing_is_lost(database, ledger, projector) -> None:
    ledger.append(eventful(7))
    events = ledger.read(0, 10_000)
    projector.apply(events[:100])
    with psycopg.connect(database.owner_url, autocommit=True) as db:
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'vitalog projector'"
        )
    with pytest.raises(LedgerUnavailable):
        projector.apply(events[100:])
    assert dead_letters(database) == set()
    assert eventually(lambda: projector.start(wait=False))
    projector.apply(events[100:])
    projector.close()
    assert dump(database.url) == replayed(database.url)


_CHILD = """
import sys
from adapters.postgres.projector import Projector
projector = Projector(sys.argv[1], batch=1)
projector.start()
print("started", flush=True)
while True:
    projector.catch_up()
"""


def test_a_projector_killed_in_the_middle_leaves_rows_and_checkpoint_that_agree(database, ledger) -> None:
    interrupted = 0
    for seed in range(4):
        history = eventful(seed)
        with subprocess.Popen([sys.executable, "-c", _CHILD, database.url], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"started\n"
            before = ledger.head()
            ledger.append(history)
            eventually(lambda before=before: min(checkpoints(database).values()) > before)
            os.kill(child.pid, signal.SIGKILL)
        interrupted += min(checkpoints(database).values()) < ledger.head()
    assert interrupted
    survivor = Projector(database.url)
    assert survivor.start()
    survivor.catch_up()
    survivor.close()
    assert dump(database.url) == replayed(database.url)


def test_outcomes_of_a_monitor_that_was_never_registered_count_for_nothing(database, ledger, projector) -> None:
    stray = ProbeRecorded(
        monitor_id="nobody",
        verdict="pass",
        scheduled_at=START,
        started_at=START,
        total_ms=1.0,
        vouches_ms=1000,
        prober="p",
    )
    ledger.append([NewEvent("probe-log:nobody:2026-03-07", 1, stray, "p", str(uuid4()))])
    assert projector.catch_up() == 1
    rows = dump(database.url)
    assert rows["status_intervals.spans"] == rows["monitor_status.states"] == []


def test_a_bug_in_a_fold_parks_only_what_it_breaks(database, ledger, monkeypatch) -> None:
    def broken(self, record, event) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(Incidents, "_fold", broken)
    projector = Projector(database.url)
    projector.start()
    history = History()
    shop = history.register()
    for _ in range(2):
        history.observe(shop, "fail", at=datetime(2026, 3, 8, tzinfo=UTC))
    ledger.append(history.take())
    projector.catch_up()
    projector.close()
    assert {(name, poison) for name, _, poison in dead_letters(database)} == {("incidents", True)}
    assert len(dump(database.url)["activity.entries"]) == 3
