"""Read model ``latency_trends``: how fast, in buckets of 5 minutes, an hour and a day that can be added exactly.

Only outcomes that met their expectations count (``pass`` and ``slow``): the time of a failure says how fast it failed,
and that of a timeout how long we waited. Outcomes are collected per 5 minutes, then added to the buckets of each
resolution at once.
"""

from __future__ import annotations

from collections.abc import Iterable

from domain.monitoring.events import ProbeRecorded
from domain.monitoring.histogram import Histogram, bucket_of, read_varints, tenths, varints
from domain.monitoring.outcome import Phases
from projections.arrays import blobs, longs, texts, times
from projections.base import Database, Projection, Recorded, keep_recent

RESOLUTIONS_S = (300, 3_600, 86_400)
CACHED = 60_000
"""How many buckets are kept in memory."""
_FINEST = RESOLUTIONS_S[0] * 1_000_000
_PHASES = 4
_COUNTED = ("pass", "slow")
_NO_PHASES = Phases()


class Latency:
    """The latencies of one bucket. ``phases``: sums of dns, connect, tls and first byte in tenths of a millisecond, then
    how many outcomes had each.
    """

    __slots__ = ("histogram", "phases")

    def __init__(self, histogram: Histogram | None = None, phases: list[int] | None = None) -> None:
        self.histogram = histogram or Histogram()
        self.phases = phases or [0] * (2 * _PHASES)

    def merge(self, other: Latency) -> None:
        """Add another bucket."""
        self.histogram.merge(other.histogram)
        self.add_phases(other.phases)

    def add_phases(self, phases: Iterable[int]) -> None:
        """Add sums and counts."""
        self.phases = [mine + more for mine, more in zip(self.phases, phases, strict=True)]

    def mean_phases(self) -> list[float | None]:
        """Mean milliseconds of each phase; None where no outcome had it."""
        pairs = zip(self.phases[:_PHASES], self.phases[_PHASES:], strict=True)
        return [round(total / count / 10, 2) if count else None for total, count in pairs]

    @staticmethod
    def stored(histogram: bytes, phases: bytes) -> Latency:
        """The bucket of a row."""
        return Latency(Histogram.decode(histogram), read_varints(phases))


_Key = tuple[str, int, int]
"""Monitor, resolution in seconds, number of the bucket since 1970 UTC."""


class LatencyTrends(Projection):
    """Schema ``latency_trends``."""

    name = "latency_trends"

    def __init__(self, schema: str | None = None) -> None:
        super().__init__(schema)
        self._outcomes: dict[tuple[str, int], list[ProbeRecorded]] = {}
        self._buckets: dict[_Key, Latency] = {}
        self._changed: list[_Key] = []

    def observe(self, _record: Recorded, outcome: ProbeRecorded, started: int, /) -> None:
        """As ``Projection.observe``."""
        if outcome.total_ms is not None and outcome.verdict in _COUNTED:
            key = (outcome.monitor_id, started // _FINEST)
            known = self._outcomes.get(key)
            if known is None:
                self._outcomes[key] = [outcome]
            else:
                known.append(outcome)

    def fetch(self, db: Database) -> None:
        """As ``Projection.fetch``: add the outcomes to the buckets of every resolution."""
        keys = {key: _keys(*key) for key in self._outcomes}
        changed = sorted({key for triple in keys.values() for key in triple})
        keep_recent(self._buckets, changed, CACHED)
        self._load(db, [key for key in changed if key not in self._buckets])
        for key in changed:
            if key not in self._buckets:
                self._buckets[key] = Latency()
        for key, outcomes in self._outcomes.items():
            _add([self._buckets[k] for k in keys[key]], outcomes)
        self._outcomes = {}
        self._changed = changed

    def flush(self, db: Database) -> None:
        """As ``Projection.flush``."""
        if self._changed:
            buckets = [self._buckets[key] for key in self._changed]
            columns = [
                *_columns(self._changed),
                longs(bucket.histogram.count for bucket in buckets),
                blobs(bucket.histogram.encode() for bucket in buckets),
                blobs(varints(bucket.phases) for bucket in buckets),
            ]
            db.execute(self.sql["save"], columns, prepare=True)
            self._changed = []

    def forget(self) -> None:
        """As ``Projection.forget``."""
        self._outcomes = {}
        self._buckets = {}
        self._changed = []

    def _load(self, db: Database, keys: list[_Key]) -> None:
        if keys:
            cursor = db.cursor(binary=True)
            for row in cursor.execute(self.sql["load"], _columns(keys), prepare=True).fetchall():
                monitor_id, resolution, at, histogram, phases = row
                number = int(at.timestamp()) // resolution
                self._buckets[monitor_id, resolution, number] = Latency.stored(histogram, phases)


def _keys(monitor_id: str, number: int) -> list[_Key]:
    return [(monitor_id, resolution, number * RESOLUTIONS_S[0] // resolution) for resolution in RESOLUTIONS_S]


def _add(buckets: list[Latency], outcomes: list[ProbeRecorded]) -> None:
    # What a bucket is per outcome is only its counts; the sums are made once and added to each resolution.
    total = maximum = 0
    sums = [0] * _PHASES
    counts = [0] * _PHASES
    tallies = [bucket.histogram.counts for bucket in buckets]
    for outcome in outcomes:
        value = tenths(outcome.total_ms or 0.0)
        total += value
        maximum = max(maximum, value)
        index = bucket_of(value)
        for tally in tallies:
            tally[index] = tally.get(index, 0) + 1
        phases = outcome.phases or _NO_PHASES
        for n, time in enumerate((phases.dns_ms, phases.connect_ms, phases.tls_ms, phases.first_byte_ms)):
            if time is not None:
                sums[n] += tenths(time)
                counts[n] += 1
    for bucket in buckets:
        histogram = bucket.histogram
        histogram.count += len(outcomes)
        histogram.total += total
        histogram.maximum = max(histogram.maximum, maximum)
        bucket.add_phases((*sums, *counts))


def _columns(keys: list[_Key]) -> list[object]:
    return [
        texts(monitor_id for monitor_id, _, _ in keys),
        longs(resolution for _, resolution, _ in keys),
        times(number * resolution * 1_000_000 for _, resolution, number in keys),
    ]
