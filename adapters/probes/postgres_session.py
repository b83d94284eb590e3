"""One connection of the PostgreSQL probe: libpq on the event loop, with an end to what a server can make it read.

psycopg's own connection takes whatever a server sends: one that never stops sending rows filled 3 GB in two seconds
(measured), and giving up took five seconds beyond the timeout, because it first asks such a server to cancel.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Self

import psycopg
from psycopg import errors, pq
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, PollingStatus
from psycopg.pq.abc import PGconn

from adapters.probes.faults import fail
from adapters.probes.line import ready

CONNECT_READS, ANSWER_READS = 500, 30
"""Each takes about five, more where the network cuts messages small."""
RECEIVE_BUFFER = 16 * 1024
"""Bounds what one read can bring: libpq's own buffer grows to the length that a message claims to have, and libpq reads
for as long as there is something; a window this small is empty now and then, however fast the server is."""


class Session:
    """Close it however the probe ends."""

    def __init__(self, connection: PGconn) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._reads_left = CONNECT_READS

    @classmethod
    async def open(cls, conninfo: str) -> Self:
        """Connect, authentication included.

        Raises:
            psycopg.OperationalError: libpq's message.
            NotPassedError: the server never gets to its point.
        """
        session = cls(pq.PGconn.connect_start(conninfo.encode()))
        try:
            await session._connect()
        except BaseException:
            session.close()
            raise
        return session

    async def ask(self, query: bytes) -> None:
        """Run one query to its end; what it answers is dropped.

        Raises:
            psycopg.Error: the server refuses (with its SQLSTATE), or the connection broke.
            NotPassedError: the answer never ends.
        """
        connection = self._connection
        with socket.socket(fileno=connection.socket) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            sock.detach()
        self._reads_left = ANSWER_READS
        connection.nonblocking = 1
        connection.send_query(query)
        while connection.flush():
            await ready(self._loop, connection.socket, writing=True)
        while True:
            while connection.is_busy():
                await self._readable()
                connection.consume_input()
            result = connection.get_result()
            if result is None:
                return
            if result.status not in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
                state = (result.error_field(DiagnosticField.SQLSTATE) or b"").decode("ascii", "replace")
                if state:
                    raise _refusal(state)
                raise psycopg.OperationalError(result.get_error_message())
            result.clear()

    def close(self) -> None:
        """Close at once."""
        self._connection.finish()

    async def _connect(self) -> None:
        connection = self._connection
        while connection.status != ConnStatus.BAD:
            match connection.connect_poll():
                case PollingStatus.OK:
                    return
                case PollingStatus.READING:
                    await self._readable()
                case PollingStatus.WRITING:
                    await ready(self._loop, connection.socket, writing=True)
                case _:
                    break
        raise psycopg.OperationalError(connection.get_error_message())

    async def _readable(self) -> None:
        self._reads_left -= 1
        if self._reads_left < 0:
            raise fail("protocol_error", "the server sends without end")
        await ready(self._loop, self._connection.socket, writing=False)


def _refusal(state: str) -> psycopg.Error:
    try:
        return errors.lookup(state)()
    except KeyError:
        error = psycopg.DatabaseError()
        error.sqlstate = state
        return error
