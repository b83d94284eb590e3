"""``RegisterMonitor``: a monitor is watched from now on."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid5

from application.commands import Context, Result, Services, in_stream
from application.monitoring.credentials import sealed
from application.ports.ledger import VersionConflict
from domain.monitoring import monitor as monitors
from domain.monitoring.events import MonitorRegistered, monitor_stream
from domain.monitoring.monitor import Settings

_MONITORS = UUID("0b6f3f0e-37a3-5d0c-8f5b-5d8c36c2a7b4")


async def register_monitor(services: Services, settings: Settings, context: Context) -> Result:
    """Register a monitor whose id follows from the request: repeating the command finds the same monitor.

    ``settings.target`` and ``settings.expect`` may hold credentials; they go to the vault, never to the event.

    Raises:
        Refused: a setting is impossible.
        LedgerUnavailable: nothing was stored.
    """
    monitor_id = str(uuid5(_MONITORS, context.once))
    stream = monitor_stream(monitor_id)
    already = await asyncio.to_thread(services.ledger.read_stream, stream, limit=1)
    if already and isinstance(already[0].event, MonitorRegistered):
        return Result(monitor_id, already[0].position, already[0].version)
    monitors.check(settings)
    clean = await sealed(services.vault, monitor_id, settings)
    event = monitors.register(monitor_id, clean, services.clock.now())
    try:
        position = await services.writer.append(in_stream(stream, 0, [event], context))
    except VersionConflict:
        # The same command, twice at once: the other one was first.
        return await register_monitor(services, settings, context)
    return Result(monitor_id, position, 1)
