"""No reader ever skips an event: position order is commit order."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from adapters.postgres.ledger import PostgresLedger

WRITERS = 32
APPENDS = 12

# The same function without its lock: it draws positions from a sequence and commits whenever it is done. This is how
# event stores lose events.
UNLOCKED = """
CREATE SEQUENCE ledger.unlocked;
GRANT USAGE ON SEQUENCE ledger.unlocked TO vitalog;
CREATE OR REPLACE FUNCTION ledger.append(
    streams text[], versions bigint[], types text[], schema_versions smallint[], actors text[],
    correlation_ids uuid[], causation_ids text[], trace_ids text[], states text[]
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO ledger.events
    SELECT nextval('ledger.unlocked'), e.stream, e.version, e.type, e.schema_version, clock_timestamp(), e.actor,
           e.correlation_id, e.causation_id, e.trace_id, e.state
    FROM unnest(streams, versions, types, schema_versions, actors, correlation_ids, causation_ids, trace_ids, states)
         AS e(stream, version, type, schema_version, actor, correlation_id, causation_id, trace_id, state);
    PERFORM pg_sleep(random() * 0.02);
    RETURN currval('ledger.unlocked');
END $$;
"""


def tail_under_load(url: str, new_events) -> tuple[list[int], list[int]]:
    """What a tailing reader saw while 32 writers appended, and what there was in the end."""
    seen: list[int] = []
    done = threading.Event()

    def tail() -> None:
        reader = PostgresLedger(url, application_name="tail")
        after = 0
        while True:
            finished = done.is_set()
            page = reader.read(after, 50)
            seen.extend(event.position for event in page)
            if page:
                after = page[-1].position
            elif finished:
                break
        reader.close()

    def write(writer: int) -> None:
        ledger = PostgresLedger(url, application_name=f"writer {writer}")
        for n in range(APPENDS):
            ledger.append(new_events(f"stream:{writer}", 1 + 3 * n, 3))
        ledger.close()

    reader = threading.Thread(target=tail)
    reader.start()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    done.set()
    reader.join()
    ledger = PostgresLedger(url, application_name="test")
    stored = [event.position for event in ledger.read(0, 10_000)]
    ledger.close()
    return seen, stored


def test_a_tailing_reader_sees_every_event_of_32_writers_exactly_once_in_order(database, new_events):
    seen, stored = tail_under_load(database.url, new_events)

    assert stored == list(range(1, WRITERS * APPENDS * 3 + 1))
    assert seen == stored


def test_without_the_ordering_lock_the_reader_skips_events(database, new_events):
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(UNLOCKED)

    seen, stored = tail_under_load(database.url, new_events)

    assert len(stored) == WRITERS * APPENDS * 3
    assert set(seen) < set(stored), "the lock is what keeps readers from skipping; without it they must"


def test_an_append_waits_for_the_one_before_it_to_commit(database, ledger, new_events):
    with psycopg.connect(database.owner_url) as slow:
        slow.execute("SELECT pg_advisory_xact_lock(hashtextextended('ledger.append', 0))")
        appending = threading.Thread(target=ledger.append, args=[new_events("a")])
        appending.start()
        with psycopg.connect(database.owner_url, autocommit=True) as watcher:
            while not watcher.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").fetchone():
                assert appending.is_alive(), "the append did not wait for the lock"
        slow.rollback()
    appending.join()
    assert ledger.head() == 1


@pytest.mark.parametrize("statement", ["VACUUM ledger.events", "ANALYZE ledger.events"])
def test_appends_go_on_beside_maintenance(database, ledger, new_events, statement):
    with psycopg.connect(database.owner_url) as holder:
        # What VACUUM and ANALYZE hold while they run.
        holder.execute("LOCK TABLE ledger.events IN SHARE UPDATE EXCLUSIVE MODE")
        assert ledger.append(new_events("a")) == 1
