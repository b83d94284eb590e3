"""Connections to the read models for asyncio: a small pool that gives up quickly and recovers by itself."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from adapters.postgres.connection import parameters
from application.ports.ledger import LedgerUnavailable
from projections import named_sql

WAIT_S = 2.0
"""How long a caller waits for a connection before it is told that PostgreSQL is away."""
STATEMENT_MS = 15_000
MAX_WAITING = 500

_SQL = named_sql.load("adapters.postgres", "api.sql")


class PostgresDatabase:
    """Implements ``api.services.Database``. Usable between ``open`` and ``close``, on one event loop."""

    def __init__(self, url: str, *, application_name: str, max_size: int = 8) -> None:
        settings = parameters(url, application_name=application_name)
        settings["options"] += f" -c statement_timeout={STATEMENT_MS}"
        settings["connect_timeout"] = 2
        self.pool: AsyncConnectionPool[psycopg.AsyncConnection[Any]] = AsyncConnectionPool(
            kwargs={**settings, "autocommit": True},
            min_size=1,
            max_size=max_size,
            max_waiting=MAX_WAITING,
            timeout=WAIT_S,
            # A pool that backs off for minutes would be away long after PostgreSQL is back: the next caller tries anew.
            reconnect_timeout=1.0,
            open=False,
            name=application_name,
        )

    async def open(self) -> None:
        """Begin to connect, without waiting for it: a process may start before its database."""
        await self.pool.open(wait=False)

    async def close(self) -> None:
        """Close all connections."""
        await self.pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[psycopg.AsyncConnection[Any]]:
        """A connection for the length of the block, autocommit.

        Raises:
            LedgerUnavailable: none within ``WAIT_S``, or it broke within the block.
        """
        try:
            async with self.pool.connection() as connection:
                yield connection
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
            raise LedgerUnavailable(
                "The read models are not made yet: the projector makes them as it starts."
            ) from error
        except (PoolTimeout, PoolClosed, TooManyRequests, psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise LedgerUnavailable("PostgreSQL cannot be reached. Nothing is lost; try again shortly.") from error

    async def reached(self, projections: Sequence[str], position: int) -> bool:
        """Whether all these read models have folded in everything up to ``position``. Raises ``LedgerUnavailable``."""
        async with self.connection() as connection:
            cursor = await connection.execute(_SQL["reached"], [len(projections), list(projections), position])
            row = await cursor.fetchone()
        return bool(row and next(iter(row)))
