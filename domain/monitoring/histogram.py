"""Latency histograms that can be added: fixed log-linear buckets (as in HdrHistogram), integer counts.

Values are durations in tenths of a millisecond. Below 6.4 ms every value has a bucket of its own; above, each doubling
is divided into 32 buckets of equal width, and a bucket speaks for its middle: the relative error of a percentile is at
most 1/64 (1.57 %). Every histogram has the same buckets, so adding two is exact, in any order and grouping.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_LINEAR = 64
"""Values below this have their own bucket; half of it is the number of buckets per doubling."""
_SHIFT = 5
_HALF = _LINEAR // 2
_MORE, _SEVEN_BITS = 0x80, 0x7F


def tenths(milliseconds: float) -> int:
    """A duration as histograms count it: whole tenths of a millisecond, never negative."""
    return int(milliseconds * 10 + 0.5) if milliseconds > 0 else 0


def bucket_of(value: int) -> int:
    """The bucket that counts a value of ``tenths``."""
    if value < _LINEAR:
        return value
    shift = value.bit_length() - _SHIFT - 1
    return (shift << _SHIFT) + (value >> shift)


def bounds(bucket: int) -> tuple[int, int]:
    """The lowest value of a bucket and the lowest of the next, in tenths of a millisecond."""
    if bucket < _LINEAR:
        return bucket, bucket + 1
    shift = (bucket >> _SHIFT) - 1
    low = ((bucket & (_HALF - 1)) + _HALF) << shift
    return low, low + (1 << shift)


class Histogram:
    """Counts per bucket, and the exact count, sum and maximum (tenths of a millisecond)."""

    __slots__ = ("count", "counts", "maximum", "total")

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}
        self.count = 0
        self.total = 0
        self.maximum = 0

    def add(self, value: int) -> None:
        """Count one value, in tenths of a millisecond."""
        bucket = bucket_of(value)
        self.counts[bucket] = self.counts.get(bucket, 0) + 1
        self.count += 1
        self.total += value
        self.maximum = max(self.maximum, value)

    def merge(self, other: Histogram) -> None:
        """Add another histogram to this one."""
        counts = self.counts
        for bucket, count in other.counts.items():
            counts[bucket] = counts.get(bucket, 0) + count
        self.count += other.count
        self.total += other.total
        self.maximum = max(self.maximum, other.maximum)

    def percentiles(self, percents: Iterable[float]) -> list[float]:
        """The values, in milliseconds, that so many percent do not exceed (nearest rank), for percents in rising order.

        An empty list when the histogram is empty.
        """
        if not self.count:
            return []
        ranks = [max(-(-self.count * round(percent * 1000) // 100_000), 1) for percent in percents]
        found: list[float] = []
        seen = 0
        for bucket in sorted(self.counts):
            seen += self.counts[bucket]
            while len(found) < len(ranks) and ranks[len(found)] <= seen:
                low, after = bounds(bucket)
                found.append(min((low + after - 1) / 2, self.maximum) / 10)
        return found

    def encode(self) -> bytes:
        """The same bytes for equal histograms: variable-length integers, about two bytes per bucket in use."""
        numbers: list[int] = []
        previous = 0
        for bucket, count in sorted(self.counts.items()):
            numbers += (bucket - previous, count)
            previous = bucket
        return varints((self.total, self.maximum)) + varints(numbers)

    @staticmethod
    def decode(data: bytes) -> Histogram:
        """Raises ``ValueError`` for bytes that ``encode`` did not make."""
        return Histogram.of_numbers(read_varints(data))

    @staticmethod
    def of_numbers(numbers: list[int]) -> Histogram:
        """The histogram of the numbers that ``encode`` writes. Raises ``ValueError`` for others."""
        if not numbers or len(numbers) % 2:
            raise ValueError("These bytes are no histogram.")
        histogram = Histogram()
        histogram.total, histogram.maximum = numbers[:2]
        bucket = 0
        for index in range(2, len(numbers), 2):
            bucket += numbers[index]
            histogram.counts[bucket] = numbers[index + 1]
            histogram.count += numbers[index + 1]
        return histogram

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Histogram) and self._value() == other._value()

    __hash__ = None  # type: ignore[assignment]

    def _value(self) -> tuple[Mapping[int, int], int, int, int]:
        return self.counts, self.count, self.total, self.maximum


def varints(numbers: Iterable[int]) -> bytes:
    """Numbers >= 0, seven bits per byte, the lowest first."""
    numbers = list(numbers)
    if not numbers or max(numbers) <= _SEVEN_BITS:
        return bytes(numbers)  # nearly always: distances between buckets and counts are small
    out = bytearray()
    append = out.append
    for number in numbers:
        rest = number
        while rest > _SEVEN_BITS:
            append(rest & _SEVEN_BITS | _MORE)
            rest >>= 7
        append(rest)
    return bytes(out)


def read_varints(data: bytes) -> list[int]:
    """The numbers of ``varints``. Raises ``ValueError`` when the bytes end within one."""
    numbers: list[int] = []
    number = shift = 0
    for byte in data:
        number |= (byte & _SEVEN_BITS) << shift
        if byte & _MORE:
            shift += 7
        else:
            numbers.append(number)
            number = shift = 0
    if shift:
        raise ValueError("These bytes are no histogram: they end within a number.")
    return numbers
