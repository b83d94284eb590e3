"""Latency percentiles over any window, by adding histograms of the coarsest resolution that fits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from domain.times import micros, moment
from projections.base import statements
from projections.latencies import Latency, split_parts
from projections.latency_trends import DAY, FIVE_MINUTES, HOUR
from projections.queries.rows import Connection, rows

_SQL = statements("latency_trends")
MAX_POINTS = 10_000


class BadStep(ValueError):
    """A step or window that cannot be answered for; the message says what to change."""


class PhaseMeans(msgspec.Struct, frozen=True):
    """Mean time of each phase, milliseconds, over the outcomes that had it; None when none had."""

    dns_ms: float | None
    connect_ms: float | None
    tls_ms: float | None
    first_byte_ms: float | None


class LatencyPoint(msgspec.Struct, frozen=True):
    """Outcomes that met their expectations, of one step beginning at ``at``. Percentiles are within 2 %; ``count`` and
    ``max_ms`` are exact.
    """

    at: datetime
    count: int
    mean_ms: float
    p50_ms: float
    p90_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    phases: PhaseMeans


async def latency(
    db: Connection, monitor_id: str, *, start: datetime, end: datetime, step_s: int = FIVE_MINUTES
) -> list[LatencyPoint]:
    """One point per step that has outcomes, in order. Steps begin at multiples of ``step_s`` since 1970 UTC, and the
    first and the last are whole 5-minute buckets cut at the window.

    Raises:
        BadStep: the step is no positive multiple of 300, the window is empty, or there would be too many points.
    """
    found = await latencies(db, [monitor_id], start=start, end=end, step_s=step_s)
    return found.get(monitor_id, [])


async def latencies(
    db: Connection, monitor_ids: Sequence[str], *, start: datetime, end: datetime, step_s: int = FIVE_MINUTES
) -> dict[str, list[LatencyPoint]]:
    """The same of several monitors at once; those without outcomes are left out. Raises ``BadStep``."""
    if step_s <= 0 or step_s % FIVE_MINUTES:
        raise BadStep(f"step_s must be a positive multiple of {FIVE_MINUTES}.")
    if start >= end:
        raise BadStep("The window is empty: from must be before to.")
    first, last = micros(start) // 1_000_000, -(-micros(end) // 1_000_000)
    if (last - first) // step_s > MAX_POINTS:
        raise BadStep(f"The window has more than {MAX_POINTS} points. Ask for a shorter window or a longer step.")
    merged: dict[str, dict[int, Latency]] = {}
    for key, at, bucket in await _buckets(db, list(monitor_ids), first, last, step_s):
        merged.setdefault(key, {}).setdefault(at // step_s * step_s, Latency()).merge(bucket)
    return {key: [_point(at, steps[at]) for at in sorted(steps)] for key, steps in merged.items()}


async def _buckets(
    db: Connection, ids: list[str], first: int, last: int, step_s: int
) -> list[tuple[str, int, Latency]]:
    # Whole days and hours within the window from their own rows, its edges from 5-minute buckets.
    found: list[tuple[str, int, Latency]] = []
    pieces = [(first // FIVE_MINUTES * FIVE_MINUTES, last)]
    for statement, length in (("days", DAY), ("hours", HOUR)):
        if step_s % length:
            continue
        rest: list[tuple[int, int]] = []
        for low, high in pieces:
            begin, end = -(-low // length) * length, high // length * length
            if begin >= end:
                rest.append((low, high))
                continue
            values = {"ids": ids, "start": _time(begin), "end": _time(end)}
            for key, at, data in await rows(db, _SQL[statement], values):
                found.append((key, int(at.timestamp()), Latency.decode(data)))
            rest += [piece for piece in ((low, begin), (end, high)) if piece[0] < piece[1]]
        pieces = rest
    for low, high in pieces:
        values = {"ids": ids, "start": _time(low), "end": _time(high)}
        for key, hour, data in await rows(db, _SQL["five_minutes"], values):
            for number, part in split_parts(data).items():
                at = int(hour.timestamp()) + number * FIVE_MINUTES
                if low <= at < high:
                    found.append((key, at, Latency.decode(part)))
    return found


def _point(at: int, latency: Latency) -> LatencyPoint:
    histogram = latency.histogram
    p50, p90, p95, p99 = histogram.percentiles((50, 90, 95, 99))
    return LatencyPoint(
        at=_time(at),
        count=histogram.count,
        mean_ms=round(histogram.total / histogram.count / 10, 2),
        p50_ms=p50,
        p90_ms=p90,
        p95_ms=p95,
        p99_ms=p99,
        max_ms=histogram.maximum / 10,
        phases=PhaseMeans(*latency.mean_phases()),
    )


def _time(at: int) -> datetime:
    return moment(at * 1_000_000)
