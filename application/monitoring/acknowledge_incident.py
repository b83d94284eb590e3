"""``AcknowledgeIncident``: a person has seen it."""

from __future__ import annotations

from application.commands import Context, Result, Services, change
from domain.monitoring import incident as incidents
from domain.monitoring.events import incident_stream


async def acknowledge_incident(
    services: Services, incident_id: str, context: Context, *, note: str | None = None
) -> Result:
    """Raises as ``application.commands.change``."""
    return await change(
        services,
        context,
        id=incident_id,
        stream=incident_stream(incident_id),
        evolve=incidents.evolve,
        decide=lambda incident: incidents.acknowledge(incident, by=context.actor, at=services.clock.now(), note=note),
    )
