"""``RetireMonitor``: the monitor ends, its history stays, and its open incident is closed."""

from __future__ import annotations

import asyncio

from application.commands import Context, Result, Services, change
from application.monitoring.resolve_incident import resolve_incident
from domain.monitoring import monitor as monitors
from domain.monitoring.events import MonitorWentDown, health_stream, monitor_stream


async def retire_monitor(
    services: Services, monitor_id: str, context: Context, *, expected_version: int | None = None
) -> Result:
    """Raises as ``application.commands.change``."""
    result = await change(
        services,
        context,
        id=monitor_id,
        stream=monitor_stream(monitor_id),
        evolve=monitors.evolve,
        decide=lambda monitor: monitors.retire(monitor, services.clock.now()),
        expected_version=expected_version,
    )
    last = await asyncio.to_thread(services.ledger.read_stream, health_stream(monitor_id), limit=1, newest_first=True)
    if last and isinstance(last[0].event, MonitorWentDown) and last[0].event.incident_id:
        await resolve_incident(services, last[0].event.incident_id, context, resolution="retired")
    return result
