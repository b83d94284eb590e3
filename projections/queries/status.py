"""Where the read models stand, what they could not fold, and rebuilding them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import msgspec

from projections.base import statements
from projections.queries.rows import Connection, Row, rows
from projections.registry import NAMES

_SQL = statements("status")


class UnknownProjection(KeyError):
    """There is no read model of that name."""


class RebuildView(msgspec.Struct, frozen=True, kw_only=True):
    """One rebuild. ``position`` of ``head`` events are folded; ``failed`` says why in ``error``."""

    id: int
    projection: str
    state: Literal["requested", "running", "done", "failed"]
    requested_at: datetime
    requested_by: str
    started_at: datetime | None
    finished_at: datetime | None
    position: int
    head: int
    events_per_s: float | None
    error: str | None


class ProjectionView(msgspec.Struct, frozen=True, kw_only=True):
    """One read model. ``lag`` is in events."""

    name: str
    position: int
    head: int
    lag: int
    dead_letters: int
    state: Literal["running", "stopped", "rebuilding"]
    stopped_reason: str | None
    generation: int
    """Another one after each rebuild."""
    updated_at: datetime
    """When it last advanced, by the database's clock."""
    rebuild: RebuildView | None
    """The newest."""


class DeadLetterView(msgspec.Struct, frozen=True, kw_only=True):
    """An event that is not in a read model: it failed itself (``poison``), or came after one of its stream that did."""

    projection: str
    position: int
    stream: str
    version: int
    type: str
    poison: bool
    error: str
    parked_at: datetime


async def list_projections(db: Connection) -> list[ProjectionView]:
    """Every read model that exists, in the order of ``registry.NAMES``."""
    rebuilds = {row[1]: _rebuild(row) for row in await rows(db, _SQL["rebuilds"], {"names": list(NAMES)})}
    found = {row[0]: row for row in await rows(db, _SQL["list"], {"names": list(NAMES)})}
    return [_projection(found[name], rebuilds.get(name)) for name in NAMES if name in found]


async def list_dead_letters(
    db: Connection, *, name: str | None = None, after: int = 0, limit: int = 100
) -> list[DeadLetterView]:
    """A page in order of position. ``after``: position of the last one of the page before."""
    values = {"name": name, "names": list(NAMES), "after": after, "limit": limit}
    fields = DeadLetterView.__struct_fields__
    return [
        DeadLetterView(**dict(zip(fields, (*row[:-1], row[-1].astimezone(UTC)), strict=True)))
        for row in await rows(db, _SQL["dead_letters"], values)
    ]


async def request_rebuild(db: Connection, name: str, *, by: str) -> RebuildView:
    """Ask for a read model to be built anew while it serves; also how dead letters are tried again.

    Answers with the unfinished rebuild if there is one. The caller commits.

    Raises:
        UnknownProjection: no read model has that name.
    """
    if name not in NAMES:
        raise UnknownProjection(f"There is no read model {name}. They are: {', '.join(NAMES)}.")
    await db.execute(_SQL["request_rebuild"], {"name": name, "by": by})
    found = await rows(db, _SQL["rebuilds"], {"names": [name]})
    return _rebuild(found[0])


def _projection(row: Row, rebuild: RebuildView | None) -> ProjectionView:
    name, position, head, dead_letters, stopped_reason, generation, updated_at = row
    rebuilding = rebuild is not None and rebuild.state in {"requested", "running"}
    return ProjectionView(
        name=name,
        position=position,
        head=head,
        lag=max(head - position, 0),
        dead_letters=dead_letters,
        state="stopped" if stopped_reason else "rebuilding" if rebuilding else "running",
        stopped_reason=stopped_reason,
        generation=generation,
        updated_at=updated_at.astimezone(UTC),
        rebuild=rebuild,
    )


def _rebuild(row: Row) -> RebuildView:
    number, projection, state, requested_at, requested_by, started_at, finished_at, position, head, error, took = row
    return RebuildView(
        id=number,
        projection=projection,
        state=state,
        requested_at=requested_at.astimezone(UTC),
        requested_by=requested_by,
        started_at=started_at.astimezone(UTC) if started_at else None,
        finished_at=finished_at.astimezone(UTC) if finished_at else None,
        position=position,
        head=head,
        events_per_s=round(position / took, 1) if took else None,
        error=error,
    )
