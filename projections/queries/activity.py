"""The audit trail."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from projections.base import statements
from projections.queries.rows import Connection, Row, rows

_SQL = statements("activity")


class ActivityView(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what to what. ``at`` is the ledger's clock when it was recorded."""

    position: int
    at: datetime
    actor: str
    type: str
    stream: str
    subject_kind: str
    """What the stream is about: ``monitor``, ``incident`` …"""
    subject: str
    """And its id."""
    monitor_id: str | None
    correlation_id: str
    causation_id: str | None
    data: dict[str, Any] | None
    """None: it is sealed under somebody's key."""


async def list_activity(
    db: Connection,
    *,
    before: int | None = None,
    limit: int = 50,
    actor: str | None = None,
    type: str | None = None,
    subject: str | None = None,
    monitor_id: str | None = None,
    correlation_id: str | None = None,
) -> list[ActivityView]:
    """A page of the trail, newest first. ``before``: position of the last one of the page before."""
    values: dict[str, Any] = {
        "before": before,
        "limit": limit,
        "actor": actor,
        "type": type,
        "subject": subject,
        "monitor_id": monitor_id,
        "correlation_id": correlation_id,
    }
    return [_view(row) for row in await rows(db, _SQL["list"], values)]


def _view(row: Row) -> ActivityView:
    data = None if row[-1] is None else msgspec.json.decode(row[-1])
    told: Row = (row[0], row[1].astimezone(UTC), *row[2:-1], data)
    return ActivityView(**dict(zip(ActivityView.__struct_fields__, told, strict=True)))
