"""Uptime and status intervals of monitors, up to the caller's ``now``: the future is never counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from domain.monitoring.timeline import FOREVER, Interval, State, partition
from domain.monitoring.uptime import Bucket, Uptime, measure
from domain.times import micros, moment
from projections.base import statements
from projections.queries.rows import Connection, rows

_SQL = statements("status_intervals")
UptimeReport = Uptime


class IntervalView(msgspec.Struct, frozen=True):
    """``[from_at, to_at)`` in one status; neighbours differ."""

    from_at: datetime
    to_at: datetime
    status: State


async def uptime(
    db: Connection,
    monitor_id: str,
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    zone: str = "UTC",
    bucket: Bucket | None = None,
) -> Uptime | None:
    """Figures of one monitor in ``[start, end)``; None when there is no such monitor.

    Raises:
        domain.monitoring.uptime.BadWindow: as ``measure``.
    """
    found = await uptimes(db, [monitor_id], start=start, end=end, now=now, zone=zone, bucket=bucket)
    return found.get(monitor_id)


async def uptimes(
    db: Connection,
    monitor_ids: Sequence[str],
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    zone: str = "UTC",
    bucket: Bucket | None = None,
) -> dict[str, Uptime]:
    """Figures of several monitors by id; those that do not exist are left out.

    Raises:
        domain.monitoring.uptime.BadWindow: as ``measure``.
    """
    measure([], start, end, zone=zone, bucket=bucket)  # a bad window is refused before anything is read
    found = await partitions(db, monitor_ids, start=start, end=end, now=now)
    return {key: measure(value, start, end, zone=zone, bucket=bucket) for key, value in found.items()}


async def intervals(
    db: Connection, monitor_id: str, *, start: datetime, end: datetime, now: datetime
) -> list[IntervalView] | None:
    """Status intervals of one monitor within ``[start, end)``; None when there is no such monitor."""
    found = await partitions(db, [monitor_id], start=start, end=end, now=now)
    if monitor_id not in found:
        return None
    return [IntervalView(moment(i.start), moment(i.end), i.state) for i in found[monitor_id]]


async def partitions(
    db: Connection, monitor_ids: Sequence[str], *, start: datetime, end: datetime, now: datetime
) -> dict[str, list[Interval]]:
    """The part of several monitors' lives within ``[start, min(end, now))``, by monitor."""
    ids = list(monitor_ids)
    lives = await rows(db, _SQL["lives"], {"ids": ids})
    spans: dict[str, list[tuple[int, int, State]]] = {row[0]: [] for row in lives}
    for key, from_at, to_at, status in await rows(db, _SQL["window"], {"ids": ids, "start": start, "end": end}):
        if key in spans:
            spans[key].append((micros(from_at), FOREVER if to_at is None else micros(to_at), status))
    window: dict[str, Any] = {"start": micros(start), "end": micros(min(end, now))}
    return {
        key: list(
            partition(spans[key], registered=micros(registered), retired=micros(retired) if retired else None, **window)
        )
        for key, registered, retired in lives
    }
