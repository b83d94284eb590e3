"""One process of many does the work: whoever holds an advisory lock on a connection of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import psycopg
import structlog

from adapters.postgres.connection import parameters
from adapters.tasks import end
from projections import named_sql

_log = structlog.get_logger(__name__)
_SQL = named_sql.load("adapters.postgres", "operations.sql")
_POLL_S = 1.0
_CHECK_S = 5.0


class LeadershipLost(Exception):
    """Another process leads now. This one must stop, and may stand by again."""


async def while_leading(url: str, name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Wait until this process leads ``name``, then do the work until it ends.

    While PostgreSQL is away nobody else can lead either; afterwards the lock is taken again, first come, first served.

    Raises:
        LeadershipLost: another process was faster then; the work has been cancelled.
    """
    connection = await _lead(url, name, waiting=True)
    keeping = asyncio.create_task(_keep(url, name, connection), name=f"leadership of {name}")
    working = asyncio.ensure_future(work())
    try:
        done, _ = await asyncio.wait({keeping, working}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await end(working, keeping)


async def _keep(url: str, name: str, connection: psycopg.AsyncConnection) -> None:
    try:
        while True:
            await asyncio.sleep(_CHECK_S)
            try:
                await connection.execute("SELECT 1")
            except psycopg.Error:
                connection = await _lead(url, name, waiting=False)
    finally:
        await connection.close()


async def _lead(url: str, name: str, *, waiting: bool) -> psycopg.AsyncConnection:
    announced = False
    while True:
        try:
            settings = parameters(url, application_name=f"leader {name}")
            connection = await psycopg.AsyncConnection.connect(**settings, autocommit=True)
            while not await _try_lock(connection, name):
                if not waiting:
                    await connection.close()
                    raise LeadershipLost(f"Another process has become the {name}.")
                if not announced:
                    announced = True
                    _log.info("standing_by", role=name)
                await asyncio.sleep(_POLL_S)
        except psycopg.Error as error:
            _log.warning("leadership_waits", role=name, error=str(error).strip()[:200])
            await asyncio.sleep(_POLL_S)
        else:
            return connection


async def _try_lock(connection: psycopg.AsyncConnection, name: str) -> bool:
    cursor = await connection.execute(_SQL["lead"], [name])
    row = await cursor.fetchone()
    return bool(row and row[0])
