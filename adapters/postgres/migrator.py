"""Numbered, forward-only SQL migrations: each file of ``migrations/`` is applied once, in a transaction, under a
lock.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from importlib.resources import files

import psycopg
from psycopg import sql

APP_ROLE = "vitalog"
"""The role every process runs as; it can read and append events, never change them."""
_LOCK = 0x76697461  # "vita": one migrating process at a time per database


class MigrationError(Exception):
    """The database cannot be brought to this program's schema; the message says what to do."""


def migrate(url: str, *, app_password: str | None = None) -> list[str]:
    """Bring the database at ``url`` (an owner's or superuser's) to this program's schema.

    ``app_password`` lets the role ``vitalog`` log in with that password; without it the role is only switched to.
    Returns the names of the migrations applied now, none when there was nothing to do.

    Raises:
        MigrationError: an applied migration's text has changed, or the database is newer than this program.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        _ensure_role(connection, app_password)
        connection.execute("CREATE SCHEMA IF NOT EXISTS migrations")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS migrations.applied (name text PRIMARY KEY, checksum text NOT NULL, "
            "applied_at timestamptz NOT NULL DEFAULT now())"
        )
        # Processes and `vitalog doctor` may look which migrations there are.
        connection.execute(
            sql.SQL("GRANT USAGE ON SCHEMA migrations TO {role}; GRANT SELECT ON migrations.applied TO {role}").format(
                role=sql.Identifier(APP_ROLE)
            )
        )
        return _apply(connection)


def pending(url: str) -> list[str]:
    """Names of the migrations that ``migrate`` would apply."""
    with psycopg.connect(url, autocommit=True) as connection:
        exists = connection.execute("SELECT to_regclass('migrations.applied') IS NOT NULL").fetchone()
        applied = _applied(connection) if exists and exists[0] else {}
    return [name for name in _scripts() if name not in applied]


def _apply(connection: psycopg.Connection) -> list[str]:
    scripts, applied, done = _scripts(), _applied(connection), list[str]()
    unknown = sorted(applied.keys() - scripts.keys())
    if unknown:
        raise MigrationError(
            f"The database has migration {unknown[-1]}, which this program does not know. "
            "Run a newer version of Vitalog."
        )
    for name, text in scripts.items():
        checksum = hashlib.sha256(text.encode()).hexdigest()
        if name in applied:
            if applied[name] != checksum:
                raise MigrationError(
                    f"Migration {name} was changed after it had been applied. Restore the file; "
                    "write changes as a new migration."
                )
            continue
        with connection.transaction():
            connection.execute(text.encode())
            connection.execute("INSERT INTO migrations.applied (name, checksum) VALUES (%s, %s)", [name, checksum])
        done.append(name)
    return done


def _scripts() -> dict[str, str]:
    folder = files("adapters.postgres").joinpath("migrations")
    paths = sorted((path for path in folder.iterdir() if path.name.endswith(".sql")), key=lambda path: path.name)
    return {path.name.removesuffix(".sql"): path.read_text(encoding="utf-8") for path in paths}


def _applied(connection: psycopg.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT name, checksum FROM migrations.applied").fetchall())


def _ensure_role(connection: psycopg.Connection, password: str | None) -> None:
    # Roles belong to the server, not to the database: another database's migration may create the same role just now.
    with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APP_ROLE)))
    if password is not None:
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(APP_ROLE), sql.Literal(password)))
