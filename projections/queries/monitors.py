"""Monitors and what is known about them at the caller's ``now``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from domain.monitoring.monitor import Monitor
from domain.monitoring.outcome import Status
from projections.base import statements
from projections.monitor_status import LastOutcome
from projections.queries.rows import Connection, Row, rows

_SQL = statements("monitor_status")
StatusFilter = Literal["up", "degraded", "down", "unknown", "paused"]


class MonitorView(Monitor, frozen=True, kw_only=True):
    """A monitor as defined, and its status at the time of the query."""

    retired_at: datetime | None = None
    status: Status
    """Unknown as soon as no outcome vouches for it any more."""
    since: datetime
    """Back-dated; of a lapsed status, when it lapsed."""
    vouched_until: datetime | None = None
    """Until when the newest outcomes speak for it; None when none does since its registration or last pause."""
    incident_id: str | None = None
    """The open incident."""
    last_outcome: LastOutcome | None = None


async def get_monitor(db: Connection, monitor_id: str, *, now: datetime) -> MonitorView | None:
    """One monitor, retired ones too; None when there never was one."""
    found = await rows(db, _SQL["get"], {"id": monitor_id, "now": now})
    return _view(found[0]) if found else None


async def list_monitors(
    db: Connection,
    *,
    now: datetime,
    order: Literal["name", "id"] = "name",
    after: tuple[str, str] | None = None,
    limit: int = 100,
    tag: str | None = None,
    status: StatusFilter | None = None,
    q: str | None = None,
    include_retired: bool = False,
) -> list[MonitorView]:
    """A page of monitors. ``after``: (name, id) of the last one of the page before.

    ``status`` ``paused`` finds the paused ones, any other those that are not paused; ``q`` is part of name or target.
    """
    values: dict[str, Any] = {
        "now": now,
        "after_name": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": limit,
        "tag": tag,
        "status": status,
        "q": q,
        "retired": include_retired,
    }
    return [_view(row) for row in await rows(db, _SQL[f"list_by_{order}"], values)]


async def count_by_status(db: Connection, *, now: datetime) -> dict[str, int]:
    """How many monitors are up, degraded, down, unknown and paused; retired ones are not counted."""
    found: dict[str, int] = {row[0]: row[1] for row in await rows(db, _SQL["count"], {"now": now})}
    return {status: found.get(status, 0) for status in ("up", "degraded", "down", "unknown", "paused")}


def _view(row: Row) -> MonitorView:
    definition, retired_at, incident_id, last_outcome, vouched_until, status, since = row
    monitor = msgspec.json.decode(definition, type=Monitor)
    return MonitorView(
        **{name: getattr(monitor, name) for name in Monitor.__struct_fields__},
        retired_at=_utc(retired_at),
        incident_id=incident_id,
        last_outcome=msgspec.json.decode(last_outcome, type=LastOutcome) if last_outcome else None,
        vouched_until=_utc(vouched_until),
        status=status,
        since=since.astimezone(UTC),
    )


def _utc(at: datetime | None) -> datetime | None:
    return at.astimezone(UTC) if at else None
