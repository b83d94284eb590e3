"""The signals port: one connection per process that listens to what the ledger and the projector announce."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Self, cast

import msgspec
import psycopg
import structlog

from adapters.postgres.connection import parameters
from adapters.tasks import end

HEARTBEAT_S = 2.0
"""How often a silent connection is asked whether it still lives, and how long it may take to say so."""
RETRY_S = 0.5
Changed = Callable[[Sequence[str] | None], None]
_log: structlog.stdlib.BoundLogger = structlog.get_logger("vitalog.signals")


class PostgresSignals:
    """Implements ``application.ports.signals.Signals``. Hears within its ``async with`` block, on one event loop."""

    def __init__(self, url: str, *, application_name: str) -> None:
        self._settings: dict[str, Any] = parameters(url, application_name=application_name) | {"connect_timeout": 2}
        self._listeners: list[Changed] = []
        self._pulses = {"ledger": asyncio.Event(), "projections": asyncio.Event()}
        self._connected = False
        self._task: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """As ``Signals.connected``."""
        return self._connected

    def on_projected(self, changed: Changed) -> None:
        """As ``Signals.on_projected``."""
        self._listeners.append(changed)

    def next_append(self) -> asyncio.Event:
        """As ``Signals.next_append``."""
        return self._pulses["ledger"]

    def next_projection(self) -> asyncio.Event:
        """As ``Signals.next_projection``."""
        return self._pulses["projections"]

    async def __aenter__(self) -> Self:
        """Begin to listen, without waiting for the connection."""
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening."""
        # Whoever keeps a cancelled task keeps its frames, and in them a connection that was just being made.
        task, self._task = self._task, None
        if task is not None:
            await end(task)

    async def _run(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection[Any].connect(**self._settings, autocommit=True) as connection:
                    await self._listen(connection)
            except (psycopg.Error, OSError, TimeoutError) as error:
                if self._connected:
                    _log.warning("notifications interrupted", error=str(error).splitlines()[:1])
            finally:
                self._connected = False
                self._tell(None)
            await asyncio.sleep(RETRY_S)

    async def _listen(self, connection: psycopg.AsyncConnection[Any]) -> None:
        for channel in self._pulses:
            await connection.execute(f"LISTEN {channel}".encode())
        # What happened before this moment was not heard, so nothing kept from before may be used.
        self._tell(None)
        self._connected = True
        while True:
            async for notice in connection.notifies(timeout=HEARTBEAT_S):
                self._heard(notice.channel, notice.payload)
            async with asyncio.timeout(HEARTBEAT_S):
                await connection.execute("SELECT 1")

    def _heard(self, channel: str, payload: str) -> None:
        if channel == "projections":
            self._tell(_monitors(payload))
        self._pulse(channel)

    def _pulse(self, channel: str) -> None:
        self._pulses[channel].set()
        self._pulses[channel] = asyncio.Event()

    def _tell(self, monitor_ids: Sequence[str] | None) -> None:
        for changed in self._listeners:
            changed(monitor_ids)
        if monitor_ids is None:
            for channel in self._pulses:
                self._pulse(channel)


def _monitors(payload: str) -> list[str] | None:
    """The monitors a projector's notice names; None when it says "any", or is not understood."""
    try:
        named = msgspec.json.decode(payload)["monitors"]
    except (msgspec.DecodeError, KeyError, TypeError):
        return None
    return cast("list[str]", named) if isinstance(named, list) else None
