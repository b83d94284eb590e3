"""Incidents, and the timeline of one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from domain.monitoring.incident import State
from projections.base import statements
from projections.incidents import IncidentView, view_of
from projections.queries.rows import Connection, Row, rows

_SQL = statements("incidents")


class IncidentEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One event of an incident. ``at`` is when it happened, ``recorded_at`` when the ledger took it."""

    position: int
    version: int
    at: datetime
    recorded_at: datetime
    actor: str
    type: str
    data: dict[str, Any]


class IncidentDetail(IncidentView, kw_only=True):
    """An incident with its timeline, oldest entry first."""

    timeline: list[IncidentEntry]


async def list_incidents(
    db: Connection,
    *,
    state: State | None = None,
    monitor_id: str | None = None,
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[IncidentView]:
    """A page, newest first. ``before``: (started_at, id) of the last one of the page before."""
    values: dict[str, Any] = {
        "state": state,
        "monitor_id": monitor_id,
        "before_at": before[0] if before else None,
        "before_id": before[1] if before else None,
        "limit": limit,
    }
    return [view_of(_in_utc(row)) for row in await rows(db, _SQL["list"], values)]


async def get_incident(db: Connection, incident_id: str) -> IncidentDetail | None:
    """One incident; None when there is no such incident."""
    found = await rows(db, _SQL["load"], [[incident_id]])
    if not found:
        return None
    incident = view_of(_in_utc(found[0]))
    entries = [_in_utc(row) for row in await rows(db, _SQL["entries"], [incident_id])]
    fields = IncidentEntry.__struct_fields__
    timeline = [
        IncidentEntry(**dict(zip(fields, (*row[:-1], msgspec.json.decode(row[-1])), strict=True))) for row in entries
    ]
    return IncidentDetail(
        **{name: getattr(incident, name) for name in IncidentView.__struct_fields__}, timeline=timeline
    )


def _in_utc(row: Row) -> Row:
    return tuple(value.astimezone(UTC) if isinstance(value, datetime) else value for value in row)
