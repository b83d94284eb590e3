"""Read model ``latency_trends``: how fast, in buckets of 5 minutes, an hour and a day that can be added exactly.

Only outcomes that met their expectations count (``pass`` and ``slow``): the time of a failure says how fast it failed,
and that of a timeout how long we waited. A batch is folded into deltas, and those are added to the stored buckets.
"""

from __future__ import annotations

from domain.monitoring.events import ProbeRecorded
from domain.monitoring.histogram import Histogram, tenths
from domain.monitoring.outcome import Phases
from domain.monitoring.timeline import moment
from projections.base import Database, Projection, Recorded, keep_recent

RESOLUTIONS_S = (300, 3_600, 86_400)
CACHED = 60_000
"""How many buckets are kept in memory."""
_FINEST = RESOLUTIONS_S[0] * 1_000_000
_PHASES = 4
_COUNTED = ("pass", "slow")


class Latency:
    """The latencies of one bucket; ``sums`` and ``counts`` are those of dns, connect, tls and first byte."""

    __slots__ = ("counts", "histogram", "sums")

    def __init__(self, histogram: Histogram | None = None) -> None:
        self.histogram = histogram or Histogram()
        self.sums = [0] * _PHASES
        self.counts = [0] * _PHASES

    def add(self, total_ms: float, phases: Phases | None) -> None:
        """Count one outcome."""
        self.histogram.add(tenths(total_ms))
        if phases is not None:
            times = (phases.dns_ms, phases.connect_ms, phases.tls_ms, phases.first_byte_ms)
            for n, time in enumerate(times):
                if time is not None:
                    self.sums[n] += tenths(time)
                    self.counts[n] += 1

    def merge(self, other: Latency) -> None:
        """Add another bucket."""
        self.histogram.merge(other.histogram)
        for n in range(_PHASES):
            self.sums[n] += other.sums[n]
            self.counts[n] += other.counts[n]

    @staticmethod
    def stored(histogram: bytes, sums: list[int], counts: list[int]) -> Latency:
        """The bucket of a row."""
        latency = Latency(Histogram.decode(histogram))
        latency.sums, latency.counts = list(sums), list(counts)
        return latency


_Key = tuple[str, int, int]
"""Monitor, resolution in seconds, number of the bucket since 1970 UTC."""


class LatencyTrends(Projection):
    """Schema ``latency_trends``."""

    name = "latency_trends"

    def __init__(self, schema: str | None = None) -> None:
        super().__init__(schema)
        self._deltas: dict[tuple[str, int], Latency] = {}
        self._buckets: dict[_Key, Latency] = {}
        self._changed: list[_Key] = []

    def observe(self, _record: Recorded, outcome: ProbeRecorded, started: int, /) -> None:
        """As ``Projection.observe``."""
        if outcome.total_ms is None or outcome.verdict not in _COUNTED:
            return
        key = (outcome.monitor_id, started // _FINEST)
        delta = self._deltas.get(key)
        if delta is None:
            delta = self._deltas[key] = Latency()
        delta.add(outcome.total_ms, outcome.phases)

    def fetch(self, db: Database) -> None:
        """As ``Projection.fetch``: add the deltas to the buckets of every resolution."""
        sums: dict[_Key, Latency] = {}
        for (monitor_id, number), delta in self._deltas.items():
            for resolution in RESOLUTIONS_S:
                key = (monitor_id, resolution, number * RESOLUTIONS_S[0] // resolution)
                known = sums.get(key)
                if known is None:
                    known = sums[key] = Latency()
                known.merge(delta)
        self._deltas = {}
        keep_recent(self._buckets, sums, CACHED)
        self._load(db, [key for key in sums if key not in self._buckets])
        for key, delta in sums.items():
            bucket = self._buckets.get(key)
            if bucket is None:
                self._buckets[key] = delta
            else:
                bucket.merge(delta)
        self._changed = sorted(sums)

    def flush(self, db: Database) -> None:
        """As ``Projection.flush``."""
        if self._changed:
            buckets = [self._buckets[key] for key in self._changed]
            columns = [
                *_columns(self._changed),
                [bucket.histogram.count for bucket in buckets],
                [bucket.histogram.encode() for bucket in buckets],
                [_literal(bucket.sums) for bucket in buckets],
                [_literal(bucket.counts) for bucket in buckets],
            ]
            db.execute(self.sql["save"], columns, prepare=True)
            self._changed = []

    def forget(self) -> None:
        """As ``Projection.forget``."""
        self._deltas = {}
        self._buckets = {}
        self._changed = []

    def _load(self, db: Database, keys: list[_Key]) -> None:
        if keys:
            for row in db.execute(self.sql["load"], _columns(keys), prepare=True).fetchall():
                monitor_id, resolution, at, histogram, sums, counts = row
                number = int(at.timestamp()) // resolution
                self._buckets[monitor_id, resolution, number] = Latency.stored(histogram, sums, counts)


def _columns(keys: list[_Key]) -> list[list[object]]:
    return [
        [monitor_id for monitor_id, _, _ in keys],
        [resolution for _, resolution, _ in keys],
        [moment(number * resolution * 1_000_000) for _, resolution, number in keys],
    ]


def _literal(numbers: list[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"
