"""Uptime: exact, time-weighted arithmetic over a partition of a monitor's life.

Probes are never counted, time is. ``uptime = (up + degraded) / (up + degraded + down)``: unknown, paused and
maintenance time is in neither. Percentages are rounded down, so that one lost second never shows as 100.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from domain.monitoring.timeline import Interval
from domain.times import micros, moment

MAX_BUCKETS = 10_000
Bucket = Literal["day", "hour"]
_HOUR = 3_600_000_000


class BadWindow(ValueError):
    """A window of time that cannot be answered for; the message says what to change."""


class Policy(msgspec.Struct, frozen=True):
    """By which rule an uptime was computed, so that the number can be disputed."""

    name: str = "time-weighted"
    uptime: str = "(up + degraded) / (up + degraded + down), rounded down to 4 decimals; null when nothing was observed"
    coverage: str = "(up + degraded + down) / (up + degraded + down + unknown), rounded down to 4 decimals"
    not_counted: tuple[str, ...] = ("maintenance", "paused", "unknown")


POLICY = Policy()


class Seconds(msgspec.Struct, frozen=True):
    """Time per state, seconds, exact to the microsecond."""

    up: float = 0.0
    degraded: float = 0.0
    down: float = 0.0
    maintenance: float = 0.0
    paused: float = 0.0
    unknown: float = 0.0


class UptimeBucket(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of ``[from_at, to_at)``. Its seconds add up to the part of it in which the monitor existed."""

    from_at: datetime
    to_at: datetime
    seconds: Seconds
    coverage_percent: float
    """0 when there was no time to be covered."""
    uptime_percent: float | None
    """None when nothing was observed: neither 0 nor 100."""


class Uptime(UptimeBucket, frozen=True, kw_only=True):
    """The figures of a window, and those of its days or hours."""

    tz: str = "UTC"
    buckets: list[UptimeBucket] | None = None
    policy: Policy = POLICY


def measure(
    intervals: Sequence[Interval], start: datetime, end: datetime, *, zone: str = "UTC", bucket: Bucket | None = None
) -> Uptime:
    """Figures of a partition (see ``timeline.partition``) within ``[start, end)``.

    Raises:
        BadWindow: the zone is unknown, ``start`` is not before ``end``, or there would be too many buckets.
    """
    edges = boundaries(start, end, zone, bucket)
    pieces = [_bucket(edges[n], edges[n + 1], tally) for n, tally in enumerate(_tallies(intervals, edges))]
    whole = _bucket(micros(start), micros(end), _tallies(intervals, [edges[0], edges[-1]])[0])
    fields = {name: getattr(whole, name) for name in UptimeBucket.__struct_fields__}
    return Uptime(**fields, tz=zone, buckets=pieces if bucket else None)


def boundaries(start: datetime, end: datetime, zone: str, bucket: Bucket | None) -> list[int]:
    """The edges of the buckets in microseconds, beginning with ``start`` and ending with ``end``.

    A day runs from local midnight to local midnight, whatever its length. An hour runs until the local clock shows
    another hour, or a full one: the repeated hour of autumn is an hour of its own, and where clocks move by 30 minutes
    there is an hour of 30 or of 90 minutes.

    Raises:
        BadWindow: as ``measure``.
    """
    if start >= end:
        raise BadWindow("The window is empty: from must be before to.")
    try:
        place = ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise BadWindow(f"The time zone {zone!r} is unknown. Use an IANA name such as Asia/Seoul.") from None
    first, last = micros(start), micros(end)
    edges = [first]
    if bucket is not None:
        length = 24 * _HOUR if bucket == "day" else _HOUR
        if (last - first) // length > MAX_BUCKETS:
            raise BadWindow(f"The window has more than {MAX_BUCKETS} buckets. Ask for a shorter window or for days.")
        step = _next_midnight if bucket == "day" else _next_hour
        while (following := step(edges[-1], place)) < last:
            edges.append(following)
    return [*edges, last]


def _next_midnight(at: int, place: ZoneInfo) -> int:
    day: date = moment(at).astimezone(place).date()
    while True:
        # A date that a zone skipped altogether (Apia, 30 December 2011) has no length: go on to the next.
        day += timedelta(days=1)
        midnight = micros(datetime(day.year, day.month, day.day, tzinfo=place).astimezone(UTC))
        if midnight > at:
            return midnight


def _next_hour(at: int, place: ZoneInfo) -> int:
    local = moment(at).astimezone(place)
    edge = at
    while True:
        now = moment(edge).astimezone(place)
        edge += _HOUR - ((now.minute * 60 + now.second) * 1_000_000 + now.microsecond)
        then = moment(edge).astimezone(place)
        if (then.minute, then.second) == (0, 0) or (then.date(), then.hour) != (local.date(), local.hour):
            return edge


def _tallies(intervals: Sequence[Interval], edges: Sequence[int]) -> list[dict[str, int]]:
    # Both are in order: one walk over them together.
    tallies: list[dict[str, int]] = [{} for _ in edges[1:]]
    n = 0
    for start, end, state in intervals:
        while n < len(tallies) and edges[n + 1] <= start:
            n += 1
        at = n
        while at < len(tallies) and edges[at] < end:
            length = min(end, edges[at + 1]) - max(start, edges[at])
            if length > 0:
                tallies[at][state] = tallies[at].get(state, 0) + length
            at += 1
    return tallies


def _bucket(start: int, end: int, tally: dict[str, int]) -> UptimeBucket:
    good = tally.get("up", 0) + tally.get("degraded", 0)
    observed = good + tally.get("down", 0)
    return UptimeBucket(
        from_at=moment(start),
        to_at=moment(end),
        seconds=Seconds(**{state: length / 1_000_000 for state, length in tally.items()}),
        coverage_percent=_percent(observed, observed + tally.get("unknown", 0)) or 0.0,
        uptime_percent=_percent(good, observed),
    )


def _percent(part: int, whole: int) -> float | None:
    return part * 1_000_000 // whole / 10_000 if whole else None
