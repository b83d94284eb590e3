"""``ReviseMonitor``: some settings change; its history and its id stay."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from application.commands import Context, NotFound, Result, Services, change
from application.monitoring.credentials import sealed
from domain.monitoring import monitor as monitors
from domain.monitoring.events import monitor_stream
from domain.monitoring.monitor import Monitor, Settings


async def revise_monitor(
    services: Services, monitor_id: str, changes: dict[str, Any], context: Context, *, expected_version: int | None
) -> Result:
    """Change the settings named in ``changes``, as in ``Settings``; credentials in them go to the vault.

    Raises:
        NotFound, StaleVersion, Refused, LedgerUnavailable: as ``application.commands.change``.
    """
    if changes.keys() & {"target", "expect"}:
        changes = await _seal_changes(services, monitor_id, changes)
    return await change(
        services,
        context,
        id=monitor_id,
        stream=monitor_stream(monitor_id),
        evolve=monitors.evolve,
        decide=lambda monitor: monitors.revise(monitor, changes, services.clock.now()),
        expected_version=expected_version,
    )


async def _seal_changes(services: Services, monitor_id: str, changes: dict[str, Any]) -> dict[str, Any]:
    before = await load_monitor(services, monitor_id)
    wanted = {name: changes.get(name, getattr(before, name)) for name in Settings.__struct_fields__}
    settings = msgspec.convert(wanted, Settings)
    monitors.check(settings)
    clean = await sealed(services.vault, monitor_id, settings, before=before)
    return changes | {"target": clean.target, "expect": clean.expect, "secret_ref": clean.secret_ref}


async def load_monitor(services: Services, monitor_id: str) -> Monitor:
    """The monitor as its stream tells it now.

    Raises:
        NotFound: there is none with that id.
    """
    monitor: Monitor | None = None
    for recorded in await asyncio.to_thread(services.ledger.read_stream, monitor_stream(monitor_id)):
        monitor = monitors.evolve(monitor, recorded.event)
    if monitor is None:
        raise NotFound
    return monitor
