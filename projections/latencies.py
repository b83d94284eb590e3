"""The latencies of one bucket of time, of an hour with its 5-minute buckets, and their stored forms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.monitoring.events import ProbeRecorded
from domain.monitoring.histogram import Histogram, bucket_of, read_varints, tenths, varints
from domain.monitoring.outcome import Phases

PHASES = 4
_NO_PHASES = Phases()


class Latency:
    """The latencies of one bucket. ``phases``: sums of dns, connect, tls and first byte in tenths of a millisecond, then
    how many outcomes had each.
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
    """An hour and its 5-minute buckets by number (0 to 11). Bytes of buckets that did not change are kept."""

    __slots__ = ("_encoded", "parts", "whole")

    def __init__(self, whole: Latency | None = None, parts: dict[int, Latency] | None = None) -> None:
        self.whole = whole or Latency()
        self.parts = parts or {}
        self._encoded: dict[int, bytes] = {}

    def part(self, number: int) -> Latency:
        """The bucket of that number, to be added to."""
        self._encoded.pop(number, None)
        found = self.parts.get(number)
        if found is None:
            found = self.parts[number] = Latency()
        return found

    def encode_parts(self) -> bytes:
        """For each bucket its number, the length of its bytes, and those."""
        encoded = self._encoded
        for number, part in self.parts.items():
            if number not in encoded:
                data = part.encode()
                encoded[number] = varints((number, len(data))) + data
        return b"".join([encoded[number] for number in sorted(encoded)])


def decode_parts(data: bytes) -> dict[int, Latency]:
    """The 5-minute buckets of a stored hour. Raises ``ValueError`` for bytes that ``encode_parts`` did not make."""
    parts: dict[int, Latency] = {}
    at = 0
    while at < len(data):
        number, at = data[at], at + 1
        begin = at
        while data[at] > 0x7F:  # noqa: PLR2004 (the length goes on in the next byte)
            at += 1
        (length,) = read_varints(data[begin : at + 1])
        parts[number] = Latency.decode(data[at + 1 : at + 1 + length])
        at += 1 + length
    return parts


def add(buckets: Sequence[Latency], outcomes: Sequence[ProbeRecorded]) -> None:
    """Count outcomes, which have a total time, in several buckets at once."""
    # What each bucket needs of each outcome is only its count; the sums are made once and added to every bucket.
    total = maximum = 0
    dns = connect = tls = first_byte = 0
    n_dns = n_connect = n_tls = n_first_byte = 0
    tallies = [bucket.histogram.counts for bucket in buckets]
    for outcome in outcomes:
        value = tenths(outcome.total_ms or 0.0)
        total += value
        if value > maximum:  # noqa: PLR1730 (max() is a call, in the innermost loop there is)
            maximum = value
        index = bucket_of(value)
        for tally in tallies:
            tally[index] = tally.get(index, 0) + 1
        phases = outcome.phases or _NO_PHASES
        if phases.dns_ms is not None:
            dns += tenths(phases.dns_ms)
            n_dns += 1
        if phases.connect_ms is not None:
            connect += tenths(phases.connect_ms)
            n_connect += 1
        if phases.tls_ms is not None:
            tls += tenths(phases.tls_ms)
            n_tls += 1
        if phases.first_byte_ms is not None:
            first_byte += tenths(phases.first_byte_ms)
            n_first_byte += 1
    phases_of_all = (dns, connect, tls, first_byte, n_dns, n_connect, n_tls, n_first_byte)
    for bucket in buckets:
        histogram = bucket.histogram
        histogram.count += len(outcomes)
        histogram.total += total
        histogram.maximum = max(histogram.maximum, maximum)
        bucket.add_phases(phases_of_all)
