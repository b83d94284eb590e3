"""The relay: what is committed in the ledger is published to JetStream, in position order, by one leader.

NATS is never the only holder of anything. Its acknowledgement precedes its fsync, so whatever it loses is found again
in the ledger by those who read the feed; the relay itself only has to go on from where it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress

import nats.errors
import psycopg
import structlog
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from adapters.nats.connection import connect
from adapters.nats.messages import STREAM, to_message
from adapters.nats.stream import ensure_stream
from adapters.postgres.connection import parameters
from adapters.postgres.leadership import while_leading
from adapters.postgres.signals import PostgresSignals
from application.ports.signals import Signals, wait
from projections import named_sql

_log = structlog.get_logger(__name__)
BATCH = 500
POLL_S = 1.0
PUBLISH_TIMEOUT_S = 10.0

_QUERIES = named_sql.load("adapters.postgres", "ledger.sql")
_OPERATIONS = named_sql.load("adapters.postgres", "operations.sql")


class Relay:
    """Runs until cancelled. Any number may run; one publishes, the others wait for its lock."""

    def __init__(self, database_url: str, nats_url: str) -> None:
        self._database_url, self._nats_url = database_url, nats_url
        self.position = 0
        """Of the newest event that JetStream has acknowledged."""
        self.leading = False

    async def run(self) -> None:
        """Lead, and begin anew whenever PostgreSQL or NATS was away. Raises ``LeadershipLost``."""
        await while_leading(self._database_url, "relay", self._work)

    async def _work(self) -> None:
        self.leading = True
        async with PostgresSignals(self._database_url, application_name="relay signals") as signals:
            while True:
                try:
                    await self._connect_and_publish(signals)
                except (psycopg.Error, nats.errors.Error, OSError, TimeoutError) as error:
                    _log.warning("relay_interrupted", error=str(error).strip()[:200] or type(error).__name__)
                    await asyncio.sleep(POLL_S)

    async def _connect_and_publish(self, signals: Signals) -> None:
        settings = parameters(self._database_url, application_name="relay")
        async with await psycopg.AsyncConnection.connect(**settings, autocommit=True) as connection:
            client = await connect(self._nats_url, name="relay")
            try:
                await self._publish_all(connection, client, signals)
            finally:
                with suppress(nats.errors.Error, OSError, TimeoutError):
                    async with asyncio.timeout(2):
                        await client.close()

    async def _publish_all(self, connection: psycopg.AsyncConnection, client: Client, signals: Signals) -> None:
        jetstream = client.jetstream(timeout=PUBLISH_TIMEOUT_S)
        await ensure_stream(jetstream)
        row = await (await connection.execute(_QUERIES["identity"])).fetchone()
        ledger_id: str = row[0] if row else ""
        row = await (await connection.execute(_OPERATIONS["relayed"], [STREAM])).fetchone()
        self.position = row[0] if row else 0
        cursor = connection.cursor(binary=True)
        while True:
            appended = signals.next_append()
            await cursor.execute(_QUERIES["read"], [self.position, BATCH], prepare=True)
            rows = await cursor.fetchall()
            if not rows:
                await wait(appended, POLL_S)
                continue
            await self._publish(jetstream, ledger_id, rows)
            self.position = rows[-1][0]
            await connection.execute(_OPERATIONS["remember_relayed"], [STREAM, self.position], prepare=True)

    async def _publish(self, jetstream: JetStreamContext, ledger_id: str, rows: list[tuple[object, ...]]) -> None:
        acknowledgements: list[Awaitable[object]] = []
        for row in rows:
            subject, headers, body = to_message(ledger_id, row)
            acknowledgements.append(await jetstream.publish_async(subject, body, headers=headers))
        # An error answer can leave a future unresolved for ever, hence the timeout; then all are published again, and
        # JetStream drops those it has by their id.
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                await asyncio.gather(*acknowledgements)
        except NotFoundError:
            await ensure_stream(jetstream)
            raise TimeoutError("the JetStream stream was gone; it is made again") from None
