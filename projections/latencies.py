"""The latencies of one bucket of time, of an hour with its 5-minute buckets, and their stored forms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.monitoring.events import ProbeRecorded
from domain.monitoring.histogram import Histogram, bucket_of, read_varints, varints

PHASES = 4


class Latency:
    """The latencies of one bucket. ``phases``: sums of dns, connect, tls and first byte in tenths of a millisecond,
    then how many outcomes had each.
    """

    __slots__ = ("histogram", "phases")

    def __init__(self, histogram: Histogram | None = None, phases: list[int] | None = None) -> None:
        self.histogram = histogram or Histogram()
        self.phases = phases or [0] * (2 * PHASES)

    def merge(self, other: Latency) -> None:
        """Add another bucket."""
        self.histogram.merge(other.histogram)
        self.add_phases(other.phases)

    def add_phases(self, phases: Iterable[int]) -> None:
        """Add sums and counts."""
        self.phases = [mine + more for mine, more in zip(self.phases, phases, strict=True)]

    def mean_phases(self) -> list[float | None]:
        """Mean milliseconds of each phase; None where no outcome had it."""
        pairs = zip(self.phases[:PHASES], self.phases[PHASES:], strict=True)
        return [round(total / count / 10, 2) if count else None for total, count in pairs]

    def encode(self) -> bytes:
        """The same bytes for equal buckets: the phases, then the histogram."""
        return varints(self.phases) + self.histogram.encode()

    @staticmethod
    def decode(data: bytes) -> Latency:
        """Raises ``ValueError`` for bytes that ``encode`` did not make."""
        numbers = read_varints(data)
        return Latency(Histogram.of_numbers(numbers[2 * PHASES :]), numbers[: 2 * PHASES])


class Hour:
    """An hour, and its 5-minute buckets by number (0 to 11) as bytes: most are made in one batch and left alone."""

    __slots__ = ("parts", "whole")

    def __init__(self, whole: Latency | None = None, parts: dict[int, bytes] | None = None) -> None:
        self.whole = whole or Latency()
        self.parts = parts or {}

    def encode_parts(self) -> bytes:
        """For each bucket its number, the length of its bytes, and those."""
        return b"".join([varints((number, len(data))) + data for number, data in sorted(self.parts.items())])


def split_parts(data: bytes) -> dict[int, bytes]:
    """The 5-minute buckets of a stored hour, each as its bytes."""
    parts: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        number, at = data[at], at + 1
        begin = at
        while data[at] > 0x7F:
            at += 1
        (length,) = read_varints(data[begin : at + 1])
        parts[number] = data[at + 1 : at + 1 + length]
        at += 1 + length
    return parts


class Sums:
    """What outcomes add to a bucket beside their counts."""

    __slots__ = ("count", "maximum", "phases", "total")

    def __init__(self) -> None:
        self.count = self.total = self.maximum = 0
        self.phases = [0] * (2 * PHASES)

    def add(self, other: Sums) -> None:
        """Add those of more outcomes."""
        self.count += other.count
        self.total += other.total
        self.maximum = max(self.maximum, other.maximum)
        self.phases = [mine + more for mine, more in zip(self.phases, other.phases, strict=True)]

    def into(self, bucket: Latency) -> None:
        """Add them to a bucket whose counts are up to date already."""
        histogram = bucket.histogram
        histogram.count += self.count
        histogram.total += self.total
        histogram.maximum = max(histogram.maximum, self.maximum)
        bucket.add_phases(self.phases)


def tally(counts_of_all: Sequence[dict[int, int]], outcomes: Sequence[ProbeRecorded]) -> Sums:
    """Count outcomes, which have a total time, in several histograms at once; their sums are for the caller to add."""
    sums = Sums()
    sums.count = len(outcomes)
    dns = connect = tls = first_byte = n_dns = n_connect = n_tls = n_first_byte = total = 0
    for outcome in outcomes:
        # Every probe of every monitor passes here, thirty times a second per thousand: ``tenths`` is written out.
        value = int((outcome.total_ms or 0.0) * 10 + 0.5)
        total += value
        sums.maximum = max(sums.maximum, value)
        bucket = bucket_of(value)
        for counts in counts_of_all:
            counts[bucket] = counts.get(bucket, 0) + 1
        phases = outcome.phases
        if phases is None:
            continue
        if (time := phases.dns_ms) is not None:
            dns += int(time * 10 + 0.5)
            n_dns += 1
        if (time := phases.connect_ms) is not None:
            connect += int(time * 10 + 0.5)
            n_connect += 1
        if (time := phases.tls_ms) is not None:
            tls += int(time * 10 + 0.5)
            n_tls += 1
        if (time := phases.first_byte_ms) is not None:
            first_byte += int(time * 10 + 0.5)
            n_first_byte += 1
    sums.total = total
    sums.phases = [dns, connect, tls, first_byte, n_dns, n_connect, n_tls, n_first_byte]
    return sums
