"""Migrations: once, in order, one process at a time, never rewritten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from adapters.postgres import migrator
from adapters.postgres.migrator import MigrationError, migrate, pending


@pytest.fixture
def empty_url(database) -> str:
    """The owner's URL of a database beside the given one, with nothing in it."""
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        name = f"{connection.info.dbname}_empty"
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    return make_conninfo(database.owner_url, dbname=name)


def test_processes_that_migrate_at_once_apply_each_migration_once(empty_url):
    names = pending(empty_url)
    with ThreadPoolExecutor(4) as pool:
        applied = list(pool.map(lambda _: migrate(empty_url), range(4)))

    assert sorted(name for run in applied for name in run) == names
    assert names[0] == "0001_ledger"
    assert pending(empty_url) == []


def test_a_failing_migration_leaves_nothing_behind(empty_url, monkeypatch):
    scripts = migrator._scripts() | {"9999_broken": "CREATE TABLE public.half (); SELECT 1/0;"}
    monkeypatch.setattr(migrator, "_scripts", lambda: scripts)

    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(empty_url)

    assert pending(empty_url) == ["9999_broken"]
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT to_regclass('public.half')").fetchone() == (None,)


def test_a_migration_that_was_edited_after_it_was_applied_is_refused(empty_url, monkeypatch):
    migrate(empty_url)
    scripts = migrator._scripts()
    scripts["0001_ledger"] += "\n-- innocent"
    monkeypatch.setattr(migrator, "_scripts", lambda: scripts)

    with pytest.raises(MigrationError, match="0001_ledger was changed"):
        migrate(empty_url)


def test_a_database_newer_than_the_program_is_refused(empty_url, monkeypatch):
    migrate(empty_url)
    scripts = migrator._scripts()
    newest = scripts.popitem()[0]
    monkeypatch.setattr(migrator, "_scripts", lambda: scripts)

    with pytest.raises(MigrationError, match=newest):
        migrate(empty_url)
