"""The incident: opened by a transition to down, looked after by people, resolved by recovery or by a person."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from domain.kernel import Event
from domain.monitoring.events import (
    IncidentAcknowledged,
    IncidentNoted,
    IncidentOpened,
    IncidentResolved,
    Resolution,
)
from domain.refusal import Refused

State = Literal["open", "acknowledged", "resolved"]
MAX_NOTE = 5_000


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """An incident as its stream tells it."""

    id: str
    monitor_id: str
    state: State = "open"
    started_at: datetime
    version: int = 1


def evolve(incident: Incident | None, event: Event) -> Incident | None:
    """The incident after one event of its stream."""
    if isinstance(event, IncidentOpened):
        return Incident(id=event.incident_id, monitor_id=event.monitor_id, started_at=event.started_at)
    if incident is None:
        return None
    version = incident.version + 1
    match event:
        case IncidentAcknowledged():
            state: State = "acknowledged" if incident.state == "open" else incident.state
            return msgspec.structs.replace(incident, state=state, version=version)
        case IncidentResolved():
            return msgspec.structs.replace(incident, state="resolved", version=version)
        case IncidentNoted():
            return msgspec.structs.replace(incident, version=version)
        case _:
            return incident


def acknowledge(incident: Incident, *, by: str, at: datetime, note: str | None = None) -> list[Event]:
    """Nothing when it is acknowledged already. Raises ``Refused`` when it is resolved."""
    if incident.state == "resolved":
        raise Refused("The incident is resolved already; add a note instead.")
    if note is not None:
        _check_note(note)
    if incident.state == "acknowledged":
        return []
    return [IncidentAcknowledged(incident_id=incident.id, at=at, by=by, note=note)]


def add_note(incident: Incident, *, by: str, at: datetime, note: str) -> list[Event]:
    """Raises ``Refused`` when the note is empty or too long."""
    _check_note(note)
    return [IncidentNoted(incident_id=incident.id, at=at, by=by, note=note)]


def resolve(
    incident: Incident, *, at: datetime, resolution: Resolution, by: str | None = None, note: str | None = None
) -> list[Event]:
    """Nothing when it is resolved already."""
    if note is not None:
        _check_note(note)
    if incident.state == "resolved":
        return []
    return [
        IncidentResolved(
            incident_id=incident.id,
            monitor_id=incident.monitor_id,
            at=max(at, incident.started_at),
            resolution=resolution,
            by=by,
            note=note,
        )
    ]


def _check_note(note: str) -> None:
    if not note.strip() or len(note) > MAX_NOTE:
        raise Refused(f"Write a note of 1 to {MAX_NOTE} characters.", "note")
