"""What the routes share: the services, and what is made of them once per application."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request
from psycopg import AsyncConnection

from api.access import Access
from api.authentication import Authenticator
from api.hot_reads import HotReads
from api.limits import AttemptLimits
from api.live import LiveTail
from api.metrics import Metrics
from api.problems import Problem
from api.services import Services
from application.identity.record_read import Reads
from application.ports.signals import wait
from domain.monitoring.events import monitor_stream

WAIT_S = 5.0
"""How long a read waits for ``min_position``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One per application."""

    services: Services
    access: Access
    authenticator: Authenticator
    limits: AttemptLimits
    metrics: Metrics
    hot: HotReads
    live: LiveTail
    reads: Reads
    """Where it is recorded who is shown personal data; see ``api.reads``."""

    @property
    def connection(self) -> Callable[[], AbstractAsyncContextManager[AsyncConnection[Any]]]:
        """A database connection for the length of an ``async with`` block."""
        return self.services.database.connection

    def now(self) -> datetime:
        """The time by which statuses are derived."""
        return self.services.commands.clock.now()

    async def wait_for(self, projections: Sequence[str], position: int | None) -> None:
        """Return when the read models have folded in everything up to ``position``.

        Raises:
            Problem: they have not within ``WAIT_S``.
        """
        if not position:
            return
        clock = self.services.commands.clock
        deadline = clock.monotonic() + WAIT_S
        while True:
            moved = self.services.signals.next_projection()
            if await self.services.database.reached(projections, position):
                return
            left = deadline - clock.monotonic()
            if left <= 0:
                raise Problem("not-there-yet", position=position, seconds=round(WAIT_S))
            await wait(moved, min(left, 0.25))

    async def registered_at(self, monitor_id: str) -> int | None:
        """The position of a monitor's registration; None when the ledger knows no such monitor."""
        read_stream = self.services.commands.ledger.read_stream
        first = await asyncio.to_thread(read_stream, monitor_stream(monitor_id), limit=1)
        return first[0].position if first else None

    async def patient_of_checkup(self, checkup_id: str) -> str | None:
        """Whose a checkup is; None when the ledger knows no such checkup."""
        return await self.services.events.patient_of_checkup(checkup_id)

    def base_url(self, request: Request) -> str:
        """How the caller reaches this API, without a final slash."""
        return self.services.public_url or str(request.base_url).rstrip("/")
