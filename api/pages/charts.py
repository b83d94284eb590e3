"""Bars and sparklines as numbers for the template: SVG drawn by attributes and classes, never by inline style."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import floor
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from api.pages.texts import Words
from domain.monitoring.uptime import UptimeBucket
from projections.queries.latency import LatencyPoint

DAYS = 90
OUTAGE_BELOW = 99.0
"""A day with less uptime than this is drawn as an outage, percent."""
BAR_STEP = 10
SPARK_WIDTH, SPARK_HEIGHT = 240, 48
_MIN_SPAN_MS = 5.0

DayKind = Literal["up", "partly", "down", "none", "paused", "before"]


class Day(NamedTuple):
    """One bar."""

    x: int
    kind: DayKind
    title: str


class Spark(NamedTuple):
    """Two lines of one monitor's response times."""

    p50: str
    """Path data; a gap in the data is a gap in the line."""
    p95: str
    last_p50_ms: float
    last_p95_ms: float


def days(buckets: Sequence[UptimeBucket], words: Words, zone: ZoneInfo) -> list[Day]:
    """The last ``DAYS`` buckets as bars, oldest first."""
    shown = buckets[-DAYS:]
    first = DAYS - len(shown)
    return [
        Day((first + n) * BAR_STEP, kind, f"{words.day(bucket.from_at.astimezone(zone))}: {text}")
        for n, bucket in enumerate(shown)
        for kind, text in (_day(bucket, words),)
    ]


def _day(bucket: UptimeBucket, words: Words) -> tuple[DayKind, str]:
    seconds, percent = bucket.seconds, bucket.uptime_percent
    if percent is None:
        if seconds.unknown == 0 and seconds.paused == 0 and seconds.maintenance == 0:
            return "before", words("day.before")
        return ("paused", words("day.paused")) if seconds.paused > seconds.unknown else ("none", words("day.nodata"))
    text = percent_text(percent)
    if seconds.down > 0:
        kind: DayKind = "down" if percent < OUTAGE_BELOW else "partly"
        return kind, words("day.down", percent=text, down=words.length(max(1, seconds.down)))
    if seconds.degraded > 0:
        return "partly", words("day.degraded", percent=text, slow=words.length(max(1, seconds.degraded)))
    return "up", words("day.up", percent=text)


def percent_text(percent: float) -> str:
    """Rounded down to two decimals, without trailing zeros: 100 only when it is 100."""
    return f"{floor(percent * 100 + 1e-9) / 100:.2f}".rstrip("0").rstrip(".")


def milliseconds(value: float) -> str:
    """``0.8 ms``, ``42 ms``, ``1.25 s``."""
    if value < 10:
        return f"{value:.1f} ms"
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.2f} s"


def spark(points: Sequence[LatencyPoint], start: datetime, end: datetime, step_s: int) -> Spark | None:
    """The two lines; None without any data."""
    if not points:
        return None
    top = max(*(point.p95_ms for point in points), _MIN_SPAN_MS)
    span = (end - start).total_seconds()

    def path(values: Sequence[tuple[datetime, float]]) -> str:
        parts: list[str] = []
        before: datetime | None = None
        for at, value in values:
            x = min(SPARK_WIDTH, max(0.0, (at - start).total_seconds() / span * SPARK_WIDTH))
            y = SPARK_HEIGHT - 3 - value / top * (SPARK_HEIGHT - 6)
            joined = before is not None and (at - before).total_seconds() <= 2 * step_s
            # A lone point is drawn as a dash of its own.
            parts.append(f"{'L' if joined else 'M'}{x:.1f} {y:.1f}" + ("" if joined else "h.1"))
            before = at
        return "".join(parts)

    last = points[-1]
    return Spark(
        path([(point.at, point.p50_ms) for point in points]),
        path([(point.at, point.p95_ms) for point in points]),
        last.p50_ms,
        last.p95_ms,
    )
