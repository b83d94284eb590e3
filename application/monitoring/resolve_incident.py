"""``ResolveIncident``: it is over, says a person, or the monitor was retired."""

from __future__ import annotations

from application.commands import Context, Result, Services, change
from domain.monitoring import incident as incidents
from domain.monitoring.events import Resolution, incident_stream


async def resolve_incident(
    services: Services,
    incident_id: str,
    context: Context,
    *,
    note: str | None = None,
    resolution: Resolution = "manual",
) -> Result:
    """Raises as ``application.commands.change``."""
    return await change(
        services,
        context,
        id=incident_id,
        stream=incident_stream(incident_id),
        evolve=incidents.evolve,
        decide=lambda incident: incidents.resolve(
            incident, at=services.clock.now(), resolution=resolution, by=context.actor, note=note
        ),
    )
