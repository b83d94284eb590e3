"""The heartbeats port on PostgreSQL."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import psycopg

from adapters.postgres.connection import parameters
from application.ports.ledger import LedgerUnavailable
from projections import named_sql

_QUERIES = named_sql.load("adapters.postgres", "operations.sql")


class PostgresHeartbeats:
    """Keeps one connection; reconnects by itself."""

    def __init__(self, url: str) -> None:
        self._settings = parameters(url, application_name="heartbeats")
        self._connection: psycopg.Connection | None = None

    def beat(self, region: str, at: datetime) -> datetime | None:
        """As ``Heartbeats.beat``."""
        try:
            if self._connection is not None:
                with suppress(psycopg.OperationalError):  # PostgreSQL may have been restarted since: connect anew
                    return _beat(self._connection, region, at)
            self._connection = psycopg.connect(**self._settings, autocommit=True)
            return _beat(self._connection, region, at)
        except psycopg.OperationalError as error:
            self._connection = None
            raise LedgerUnavailable("PostgreSQL cannot be reached. Nothing is lost; try again shortly.") from error


def _beat(connection: psycopg.Connection, region: str, at: datetime) -> datetime | None:
    with connection.transaction():
        row = connection.execute(_QUERIES["heartbeat_before"], [region]).fetchone()
        connection.execute(_QUERIES["beat"], [region, at])
    return row[0] if row else None
