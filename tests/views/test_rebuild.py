"""A read model rebuilt while events arrive and readers read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager

import psycopg
import pytest

from adapters.postgres.projector import Projector
from projections.queries import status
from projections.registry import NAMES
from tests.support.read_models import dump, replayed
from tests.support.waiting import eventually
from tests.views.histories import START, History, eventful
from tests.views.test_folding import checkpoints, dead_letters, raw

READS = {
    "monitor_status": "SELECT count(*) FROM monitor_status.monitors m JOIN monitor_status.states ON monitor_id = m.id",
    "status_intervals": "SELECT count(*) FROM status_intervals.spans s, status_intervals.timelines",
    "latency_trends": "SELECT count(*) FROM latency_trends.hours",
    "incidents": "SELECT count(*) FROM incidents.incidents i JOIN incidents.entries e ON e.incident_id = i.id",
    "activity": "SELECT count(*) FROM activity.entries",
}


def request(database, name: str) -> int:
    with psycopg.connect(database.url, autocommit=True) as db:
        row = db.execute(
            "INSERT INTO projections.rebuilds (projection, requested_by) VALUES (%s, 'test') RETURNING id", [name]
        ).fetchone()
    assert row
    return row[0]


def state_of(database, rebuild: int) -> str:
    with psycopg.connect(database.url) as db:
        row = db.execute("SELECT state FROM projections.rebuilds WHERE id = %s", [rebuild]).fetchone()
    assert row
    return row[0]


def schemas(database) -> set[str]:
    with psycopg.connect(database.url) as db:
        return {name for (name,) in db.execute("SELECT nspname FROM pg_namespace") if name.partition("__")[0] in NAMES}


@contextmanager
def readers(database) -> Generator[list[str]]:
    """Readers of every read model, with prepared statements, until the block ends. Yields what they complain about."""
    complaints: list[str] = []
    ended = threading.Event()

    def read(name: str) -> None:
        with psycopg.connect(database.url, autocommit=True) as db:
            db.prepare_threshold = 0
            while not ended.is_set():
                try:
                    row = db.execute(READS[name].encode()).fetchone()
                    if not row or not row[0]:
                        complaints.append(f"{name} is empty")
                except psycopg.Error as error:
                    complaints.append(f"{name}: {error!r}")
                    return

    threads = [threading.Thread(target=read, args=[name]) for name in READS]
    for thread in threads:
        thread.start()
    try:
        yield complaints
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def test_rebuilds_while_events_arrive_disturb_no_reader_and_give_a_fresh_replay(database, ledger) -> None:
    ledger.append(eventful(1))
    projector = Projector(database.url)
    projector.start()
    projector.catch_up()
    ended = threading.Event()

    def serve() -> None:
        seed = 100
        while not ended.is_set():
            for chunk in range(0, len(events := eventful(seed, monitors=3, ticks=20)), 10):
                ledger.append(events[chunk : chunk + 10])
                projector.catch_up()
            seed += 1

    serving = threading.Thread(target=serve)
    serving.start()
    try:
        with readers(database) as complaints:
            for name in NAMES * 2:
                rebuild, head = request(database, name), ledger.head()
                assert Projector(database.url, batch=100).rebuild_once()
                assert state_of(database, rebuild) == "done"
                assert checkpoints(database)[name] >= head - 100
                reached = ledger.head()
                eventually(lambda reached=reached: min(checkpoints(database).values()) > reached)
    finally:
        ended.set()
        serving.join()
    assert complaints == []
    assert schemas(database) == set(NAMES)
    assert set(checkpoints(database)) == set(NAMES)
    assert set(checkpoints(database).values()) == {ledger.head()}
    projector.close()
    assert dump(database.url) == replayed(database.url)


def test_a_rebuild_puts_right_what_was_changed_by_hand(database, ledger, projector) -> None:
    ledger.append(eventful(3))
    projector.catch_up()
    with psycopg.connect(database.url, autocommit=True) as db:
        db.execute("UPDATE status_intervals.spans SET status = 'up'")
        db.execute("DELETE FROM latency_trends.hours")
    request(database, "status_intervals")
    request(database, "latency_trends")
    assert projector.rebuild_once()
    assert projector.rebuild_once()
    assert not projector.rebuild_once()
    ledger.append(eventful(9))
    projector.catch_up()
    projector.close()
    assert dump(database.url) == replayed(database.url)


def test_a_reader_in_a_long_transaction_finishes_on_the_old_tables(database, ledger, projector) -> None:
    ledger.append(eventful(3))
    projector.catch_up()
    with psycopg.connect(database.url) as reader:
        before = reader.execute("SELECT count(*) FROM activity.entries").fetchone()
        rebuild = request(database, "activity")
        assert projector.rebuild_once()
        assert state_of(database, rebuild) == "done"
        assert f"activity__old{rebuild}" in schemas(database)
        assert reader.execute("SELECT count(*) FROM activity.entries").fetchone() == before
    request(database, "activity")
    assert projector.rebuild_once()
    assert schemas(database) == set(NAMES)


_CHILD = """
import sys
from adapters.postgres.projector import Projector
print("started", flush=True)
Projector(sys.argv[1], batch=1).rebuild_once()
"""


def test_a_rebuild_killed_in_the_middle_begins_anew_and_ends_well(database, ledger, projector) -> None:
    for seed in range(6):
        ledger.append(eventful(seed))
    projector.catch_up()
    rebuild = request(database, "status_intervals")
    with subprocess.Popen([sys.executable, "-c", _CHILD, database.url], stdout=subprocess.PIPE) as child:
        eventually(lambda: checkpoints(database).get("status_intervals__next", 0) > 5)
        os.kill(child.pid, signal.SIGKILL)
    assert state_of(database, rebuild) == "running"
    before = dump(database.url)
    eventually(projector.rebuild_once)
    assert state_of(database, rebuild) == "done"
    assert dump(database.url) == before
    projector.close()
    assert before == replayed(database.url)


def test_a_rebuild_tries_dead_letters_again(database, ledger, projector, monkeypatch) -> None:
    from projections.status_intervals import StatusIntervals

    def broken(self, record, outcome, started) -> None:
        raise ZeroDivisionError("a bug")

    history = History()
    shop = history.register()
    for n in range(3):
        history.observe(shop, "fail" if n else "pass", at=START)
    ledger.append(history.take())
    with monkeypatch.context() as patched:
        patched.setattr(StatusIntervals, "observe", broken)
        projector.start()
        projector.catch_up()
    letters = {position for name, position, _ in dead_letters(database) if name == "status_intervals"}
    assert letters == {2, 4, 5}
    request(database, "status_intervals")
    assert projector.rebuild_once()
    assert dead_letters(database) == set()
    projector.start()
    projector.catch_up()
    assert len(dump(database.url)["status_intervals.spans"]) == 1


def test_what_is_still_poison_after_a_rebuild_is_still_parked(database, ledger, projector) -> None:
    ledger.append(eventful(3))
    raw(database, "monitor:x", 1, "monitoring.monitor-registered", "{}")
    projector.catch_up()
    before = dead_letters(database)
    request(database, "incidents")
    assert projector.rebuild_once()
    assert dead_letters(database) == before
    assert len(before) == len(NAMES)


def test_a_rebuild_that_cannot_be_finished_says_why_and_leaves_the_old_tables(
    database, ledger, projector, monkeypatch
) -> None:
    ledger.append(eventful(3))
    projector.catch_up()
    before = dump(database.url)
    raw(database, "x:1", 1, "monitoring.from-the-future", "{}")
    monkeypatch.setattr("adapters.postgres.rebuild._NEAR", 0)
    rebuild = request(database, "activity")
    assert projector.rebuild_once()
    assert state_of(database, rebuild) == "failed"
    with psycopg.connect(database.url) as db:
        row = db.execute("SELECT error FROM projections.rebuilds WHERE id = %s", [rebuild]).fetchone()
    assert row
    assert "from-the-future" in row[0]
    assert dump(database.url) == before


async def test_progress_can_be_read_and_a_second_request_joins_the_first(database, ledger, projector) -> None:
    ledger.append(eventful(3))
    projector.catch_up()
    async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as db:
        first = await status.request_rebuild(db, "activity", by="ann")
        second = await status.request_rebuild(db, "activity", by="bob")
        assert (first.id, first.state, first.requested_by) == (second.id, "requested", "ann")
        assert {v.name: v.state for v in await status.list_projections(db)}["activity"] == "rebuilding"
        assert projector.rebuild_once()
        view = next(v for v in await status.list_projections(db) if v.name == "activity")
        assert view.state == "running"
        assert view.generation == 2
        assert view.rebuild is not None
        assert (view.rebuild.state, view.rebuild.position) == ("done", ledger.head())
        assert view.rebuild.events_per_s
        with pytest.raises(status.UnknownProjection, match="They are: monitor_status"):
            await status.request_rebuild(db, "relay", by="ann")


def test_a_read_model_of_another_definition_is_built_anew_when_the_projector_starts(database, ledger) -> None:
    ledger.append(eventful(5))
    before = replayed(database.url)
    with psycopg.connect(database.url, autocommit=True) as db:
        db.execute("UPDATE projections.checkpoints SET shape = '0-made-by-an-older-release' WHERE name = 'incidents'")
        db.execute("DROP TABLE incidents.entries")
        generations = dict(db.execute("SELECT name, generation FROM projections.checkpoints").fetchall())
        projector = Projector(database.url)
        projector.start()
        projector.catch_up()
        projector.close()
        after = dict(db.execute("SELECT name, generation FROM projections.checkpoints").fetchall())
    assert dump(database.url) == before
    assert {name for name in after if after[name] != generations[name]} == {"incidents"}
