"""Being woken by PostgreSQL: one connection per process that listens, however many wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import psycopg
import structlog
from psycopg import sql

from adapters.postgres.connection import parameters
from adapters.tasks import end

_log = structlog.get_logger(__name__)
_RETRY_S = 1.0


class Listener:
    """Wakes waiters when a channel is notified. Only a hint: whoever waits looks for itself, and polls besides.

    ``connected`` tells whether notifications arrive at all; every waiter is woken when the connection comes or goes.
    """

    def __init__(self, url: str, channel: str, *, application_name: str) -> None:
        self._url, self._channel, self._name = url, channel, application_name
        self._wake = asyncio.Event()
        self.connected = False
        self.payload = ""
        """Of the newest notification."""

    async def wait(self, timeout_s: float) -> bool:
        """Return when something was notified, True, or after the timeout, False."""
        wake = self._wake
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await wake.wait()
        return wake.is_set()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Listener]:
        """Listen for the duration of the context."""
        task = asyncio.create_task(self._run(), name=f"listen {self._channel}")
        try:
            yield self
        finally:
            await end(task)

    def _wake_all(self) -> None:
        # Waiters hold the event they wait on; the next ones get a fresh one.
        wake, self._wake = self._wake, asyncio.Event()
        wake.set()

    async def _run(self) -> None:
        while True:
            try:
                settings = parameters(self._url, application_name=self._name)
                async with await psycopg.AsyncConnection.connect(**settings, autocommit=True) as connection:
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
                    self.connected = True
                    self._wake_all()
                    async for notice in connection.notifies():
                        self.payload = notice.payload
                        self._wake_all()
            except psycopg.Error as error:
                _log.warning("listening_interrupted", channel=self._channel, error=str(error).strip()[:200])
            finally:
                self.connected = False
                self._wake_all()
            await asyncio.sleep(_RETRY_S)
