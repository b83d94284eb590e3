"""``RequestProbe``: one probe now, outside the grid."""

from __future__ import annotations

import asyncio

from application.commands import Context, Result, Services, in_stream
from application.monitoring.revise_monitor import load_monitor
from domain.monitoring import monitor as monitors
from domain.monitoring.events import probe_request_stream


async def request_probe(services: Services, monitor_id: str, context: Context) -> Result:
    """Ask the prober for one probe as soon as possible.

    Raises:
        NotFound, Refused, VersionConflict, LedgerUnavailable: nothing was asked for.
    """
    monitor = await load_monitor(services, monitor_id)
    stream = probe_request_stream(monitor_id)
    last = await asyncio.to_thread(services.ledger.read_stream, stream, limit=1, newest_first=True)
    if last and context.repeats(last[0]):
        return Result(monitor_id, last[0].position, monitor.version)
    events = monitors.request_probe(monitor, services.clock.now())
    version = last[0].version if last else 0
    position = await services.writer.append(in_stream(stream, version, events, context))
    return Result(monitor_id, position, monitor.version)
