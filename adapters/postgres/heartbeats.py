"""The heartbeats port on PostgreSQL."""

from __future__ import annotations

from datetime import datetime

import psycopg

from adapters.postgres import queries
from adapters.postgres.connection import parameters
from application.ports.ledger import LedgerUnavailable

_QUERIES = queries.load("adapters.postgres", "ledger.sql")


class PostgresHeartbeats:
    """Keeps one connection; reconnects by itself."""

    def __init__(self, url: str) -> None:
        self._settings = parameters(url, application_name="heartbeats")
        self._connection: psycopg.Connection | None = None

    def beat(self, region: str, at: datetime) -> datetime | None:
        """As ``Heartbeats.beat``."""
        try:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(**self._settings, autocommit=True)
            with self._connection.transaction():
                row = self._connection.execute(_QUERIES["heartbeat_before"], [region]).fetchone()
                self._connection.execute(_QUERIES["beat"], [region, at])
        except psycopg.OperationalError as error:
            self._connection = None
            raise LedgerUnavailable("PostgreSQL cannot be reached. Nothing is lost; try again shortly.") from error
        return row[0] if row else None
