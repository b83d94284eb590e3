"""Whether anybody listened for pings: gaps between heartbeats become events, never a job's downtime."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

from application.commands import Context, Services, in_stream
from application.ports.ledger import VersionConflict
from domain.monitoring.events import ListeningGapRecorded, listener_stream

BEAT_S = 5.0
LONGEST_PAUSE = timedelta(seconds=3 * BEAT_S)
"""Longer than this without a heartbeat: nobody listened."""


class Heartbeats(Protocol):
    """The newest heartbeat per region, shared by every process that listens for pings."""

    def beat(self, region: str, at: datetime) -> datetime | None:
        """Set the heartbeat to ``at`` (never back) and return the one before; None for the first.

        Raises:
            LedgerUnavailable: PostgreSQL is away.
        """
        ...


async def beat(services: Services, heartbeats: Heartbeats, region: str, context: Context) -> bool:
    """One heartbeat; records the gap since the last one if it was too long. Returns whether it did.

    Raises:
        LedgerUnavailable: PostgreSQL is away; the gap will be recorded when it is back.
    """
    now = services.clock.now()
    previous = await asyncio.to_thread(heartbeats.beat, region, now)
    if previous is None or now - previous <= LONGEST_PAUSE:
        return False
    stream = listener_stream(region)
    gap = ListeningGapRecorded(region=region, from_at=previous, to_at=now)
    last = await asyncio.to_thread(services.ledger.read_stream, stream, limit=1, newest_first=True)
    try:
        await services.writer.append(in_stream(stream, last[0].version if last else 0, [gap], context))
    except VersionConflict:
        return False  # Another listener recorded the same gap.
    return True
