"""``PauseMonitor``: nobody looks for a while, on purpose."""

from __future__ import annotations

from application.commands import Context, Result, Services, change
from domain.monitoring import monitor as monitors
from domain.monitoring.events import monitor_stream


async def pause_monitor(services: Services, monitor_id: str, context: Context) -> Result:
    """Raises as ``application.commands.change``."""
    return await change(
        services,
        context,
        id=monitor_id,
        stream=monitor_stream(monitor_id),
        evolve=monitors.evolve,
        decide=lambda monitor: monitors.pause(monitor, services.clock.now()),
    )
