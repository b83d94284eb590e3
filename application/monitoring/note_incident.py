"""``NoteIncident``: a person writes something down about it."""

from __future__ import annotations

from application.commands import Context, Result, Services, change
from domain.monitoring import incident as incidents
from domain.monitoring.events import incident_stream


async def note_incident(services: Services, incident_id: str, context: Context, *, note: str) -> Result:
    """Raises as ``application.commands.change``."""
    return await change(
        services,
        context,
        id=incident_id,
        stream=incident_stream(incident_id),
        evolve=incidents.evolve,
        decide=lambda incident: incidents.add_note(incident, by=context.actor, at=services.clock.now(), note=note),
    )
