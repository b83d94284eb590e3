"""Read models as one comparable value, and what a fresh replay of the ledger makes of them."""

from __future__ import annotations

import psycopg

from adapters.postgres.projector import Projector
from projections.registry import NAMES
from tests.support.people import PEOPLE

Dump = dict[str, list[str]]


def dump(url: str) -> Dump:
    """Every row of every table of the read models as text, in order."""
    with psycopg.connect(url, autocommit=True, options="-c timezone=UTC") as db:
        tables = db.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = ANY(%s) ORDER BY 1", [list(NAMES)]
        ).fetchall()
        return {
            table: [
                row[0] for row in db.execute(f'SELECT t::text FROM {table} t ORDER BY t::text COLLATE "C"'.encode())
            ]
            for (table,) in tables
        }


def replayed(url: str) -> Dump:
    """What a fresh replay of the ledger in one batch gives. Drops the read models that were there."""
    with psycopg.connect(url, autocommit=True) as db:
        for name in NAMES:
            db.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE".encode())
    projector = Projector(url, batch=1_000_000, people=PEOPLE)
    projector.start()
    projector.catch_up()
    projector.close()
    return dump(url)
