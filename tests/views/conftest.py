"""Histories to append, projectors to fold them, and dumps of every read model to compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from adapters.postgres.ledger import PostgresLedger
from adapters.postgres.projector import Projector
from projections.registry import NAMES

Dump = dict[str, list[str]]


def dump(url: str, names: tuple[str, ...] = NAMES) -> Dump:
    """Every row of every table of the read models as text, in order."""
    with psycopg.connect(url, autocommit=True) as db:
        tables = db.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = ANY(%s) ORDER BY 1", [list(names)]
        ).fetchall()
        return {
            table: [
                row[0] for row in db.execute(f'SELECT t::text FROM {table} t ORDER BY t::text COLLATE "C"'.encode())
            ]
            for (table,) in tables
        }


@pytest.fixture
def ledger(database) -> Iterator[PostgresLedger]:
    ledger = PostgresLedger(database.url, application_name="test")
    yield ledger
    ledger.close()


@pytest.fixture
def projector(database) -> Iterator[Projector]:
    made = Projector(database.url)
    made.start()
    yield made
    made.close()


@pytest.fixture
def replay(database) -> Callable[[], Dump]:
    """``replay()``: what a fresh replay of the ledger in one batch gives. Drops the read models that were there."""

    def fresh() -> Dump:
        with psycopg.connect(database.url, autocommit=True) as db:
            for name in NAMES:
                db.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE".encode())
        projector = Projector(database.url, batch=1_000_000)
        projector.start()
        projector.catch_up()
        projector.close()
        return dump(database.url)

    return fresh
