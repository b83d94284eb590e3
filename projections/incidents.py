"""Read model ``incidents``: what went down, who looked after it, and how it ended. Its timeline is its stream."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from domain.kernel import Event, encode
from domain.monitoring.events import (
    IncidentAcknowledged,
    IncidentEvent,
    IncidentNoted,
    IncidentOpened,
    IncidentResolved,
    Resolution,
)
from domain.monitoring.incident import State
from projections.base import Batch, Database, Fold, Projection, Recorded


class IncidentView(msgspec.Struct, kw_only=True):
    """An incident; ``started_at`` is back-dated to the first failure. Fields in the order of the table's columns."""

    id: str
    monitor_id: str
    state: State
    started_at: datetime
    confirmed_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    resolution: Resolution | None = None
    cause: str
    detail: str | None = None
    version: int
    """Version of the incident's stream; its ``ETag``."""


class Incidents(Projection):
    """Schema ``incidents``. Incidents are few and soon over: none is kept in memory between batches."""

    name = "incidents"

    def __init__(self, schema: str | None = None) -> None:
        super().__init__(schema)
        self._incidents: dict[str, IncidentView] = {}
        self._entries: list[tuple[object, ...]] = []

    def folds(self) -> Mapping[type[Event], Fold]:
        """As ``Projection.folds``."""
        kinds = (IncidentOpened, IncidentAcknowledged, IncidentNoted, IncidentResolved)
        return dict.fromkeys(kinds, self._fold)

    def load(self, db: Database, batch: Batch) -> None:
        """As ``Projection.load``."""
        self._incidents = {}
        events = [record.event for record in batch.rare]
        ids = sorted({event.incident_id for event in events if isinstance(event, IncidentEvent)})
        if ids:
            for row in db.execute(self.sql["load"], [ids], prepare=True).fetchall():
                self._incidents[row[0]] = view_of(row)

    def flush(self, db: Database) -> None:
        """As ``Projection.flush``."""
        if self._entries:
            fields = IncidentView.__struct_fields__
            rows = sorted(self._incidents.values(), key=lambda incident: incident.id)
            db.execute(
                self.sql["save_incidents"], [[getattr(row, name) for row in rows] for name in fields], prepare=True
            )
            db.execute(
                self.sql["save_entries"], [list(column) for column in zip(*self._entries, strict=True)], prepare=True
            )
        self._incidents = {}
        self._entries = []

    def forget(self) -> None:
        """As ``Projection.forget``."""
        self._incidents = {}
        self._entries = []

    def _fold(self, record: Recorded, event: IncidentEvent) -> None:
        if isinstance(event, IncidentOpened):
            incident = self._incidents[event.incident_id] = IncidentView(
                id=event.incident_id,
                monitor_id=event.monitor_id,
                state="open",
                started_at=event.started_at,
                confirmed_at=event.confirmed_at,
                cause=event.cause,
                detail=event.detail,
                version=record.version,
            )
            at = event.confirmed_at
        else:
            incident = self._incidents[event.incident_id]
            incident.version = record.version
            at = event.at
        if isinstance(event, IncidentAcknowledged) and incident.state == "open":
            incident.state = "acknowledged"
            incident.acknowledged_at, incident.acknowledged_by = event.at, event.by
        elif isinstance(event, IncidentResolved):
            incident.state = "resolved"
            incident.resolved_at, incident.resolved_by, incident.resolution = event.at, event.by, event.resolution
        self._entries.append(
            (
                event.incident_id,
                record.version,
                record.position,
                at,
                record.recorded_at,
                record.actor,
                event.type,
                encode(event).decode(),
            )
        )


def view_of(row: tuple[object, ...]) -> IncidentView:
    """The incident of a row with the table's columns in order."""
    return IncidentView(**dict(zip(IncidentView.__struct_fields__, row, strict=True)))  # type: ignore[arg-type]
