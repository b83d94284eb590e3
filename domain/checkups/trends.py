"""Where a value is heading: robust slope with its interval, moving medians, and the change since last time.

All arithmetic is exact (fractions); what is rounded is rounded once, half-even, at the end: the same series gives the
same digits on every machine.

Sources: Theil H, A rank-invariant method of linear and polynomial regression analysis, 1950; Sen PK, Estimates of the
regression coefficient based on Kendall's tau, J Am Stat Assoc 1968;63:1379-89 (with several values of one day); the
interval from ordered slopes by the large-sample approximation of Hollander M, Wolfe DA, Nonparametric Statistical
Methods, 2nd edition 1999, section 9.3.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import isqrt, lcm

import msgspec

from domain.checkups.units import rounded

Series = Sequence[tuple[date, Decimal]]
"""Values in one unit with their days, in any order; several may be of one day."""

DAYS_PER_YEAR = Fraction(1461, 4)
"""Julian year: 365.25 days."""
MOST = 400
"""Values of which a slope is made, the newest: the work grows with their square, and years ago says little of now."""
_Z = Fraction(1959964, 1_000_000)
"""The 97.5 % point of the standard normal distribution."""


class Slope(msgspec.Struct, frozen=True, kw_only=True):
    """Theil–Sen slope: the median of the slopes between every two values of different days."""

    n: int
    """How many values it is of, at most ``MOST``."""
    per_year: Decimal | None = None
    """Unit of the values per 365.25 days, at most 6 decimals; None: not enough values, see ``reason``."""
    per_day: Decimal | None = None
    """At most 9 decimals."""
    low_per_year: Decimal | None = None
    """Both ends of the 95 % interval; None when there are too few values for one, see ``reason``."""
    high_per_year: Decimal | None = None
    method: str = "Theil–Sen; 95 % interval by Sen 1968"
    reason: str | None = None
    """A key of ``domain.checkups.reasons.REASONS``."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """The latest value against the one before it."""

    absolute: Decimal
    percent: Decimal | None
    """Of the earlier value's size, 1 decimal, half-even; None when that value is 0."""
    days: int
    """Between the two."""


class Smoothed(msgspec.Struct, frozen=True):
    """A value of the series, and the median of it and those before it; None until there are so many."""

    day: date
    value: Decimal
    median_3: Decimal | None
    median_5: Decimal | None


def slope(series: Series) -> Slope:
    """Direction and speed of change of the newest ``MOST`` values, untouched by single outliers.

    The interval is that of the M-th smallest and M-th largest of the N slopes, M = ⌊(N - z·√V)/2⌋, where V is the
    variance of Kendall's S under no trend, corrected for ties in time and in value. Rounding M down keeps the
    confidence at 95 % or above in that approximation. Below 6 values without ties there is no such M, and where all
    values are the same there is no variance: then there is no interval.
    """
    ordered = _in_order(series)[-MOST:]
    n = len(ordered)
    if n < 3:
        return Slope(n=n, reason="fewer-than-3")
    slopes = _Slopes(ordered)
    count = len(slopes)
    if not count:
        return Slope(n=n, reason="same-day")
    middle = (slopes[(count - 1) // 2] + slopes[count // 2]) / 2
    variance = _variance_of_s(ordered)
    rank = (count - _ceil_sqrt(_Z**2 * variance)) // 2 if variance else 0
    found = Slope(n=n, per_year=rounded(middle * DAYS_PER_YEAR), per_day=rounded(middle, 9))
    if rank < 1:
        return msgspec.structs.replace(found, reason="interval-impossible")
    low, high = slopes[rank - 1], slopes[count - rank]
    return msgspec.structs.replace(
        found, low_per_year=rounded(low * DAYS_PER_YEAR), high_per_year=rounded(high * DAYS_PER_YEAR)
    )


def change(series: Series) -> Change | None:
    """The latest value against the one before; None when there are fewer than two. Of values of one day the later in
    the series is the later.
    """
    if len(series) < 2:
        return None
    (day_before, before), (day, latest) = sorted(series, key=lambda point: point[0])[-2:]
    absolute = Fraction(latest) - Fraction(before)
    percent = rounded(absolute / abs(Fraction(before)) * 100, 1) if before else None
    return Change(absolute=rounded(absolute), percent=percent, days=(day - day_before).days)


def days_since(series: Series, on: date) -> int | None:
    """Days from the latest value to a day; None when there is no value. Negative: the latest value is after it."""
    return (on - max(day for day, _ in series)).days if series else None


def moving_median(series: Series, window: int) -> tuple[Decimal | None, ...]:
    """For each value in order of time: the median of it and those before it, ``window`` values in all (odd); None for
    the first ``window - 1``. It looks only backwards, so that a later value never changes an earlier point.

    Raises:
        ValueError: the window is not an odd number above 0.
    """
    if window < 1 or window % 2 == 0:
        raise ValueError("A moving median takes an odd number of values.")
    values = [value for _, value in sorted(series, key=lambda point: point[0])]
    return tuple(
        sorted(values[end - window + 1 : end + 1])[window // 2] if end + 1 >= window else None
        for end in range(len(values))
    )


def smoothed(series: Series) -> tuple[Smoothed, ...]:
    """The series in order of time, with its moving medians of 3 and 5 values."""
    ordered = sorted(series, key=lambda point: point[0])
    by_3, by_5 = moving_median(series, 3), moving_median(series, 5)
    return tuple(
        Smoothed(day, value, three, five) for (day, value), three, five in zip(ordered, by_3, by_5, strict=True)
    )


def _in_order(series: Series) -> list[tuple[int, Fraction]]:
    return sorted((day.toordinal(), Fraction(value)) for day, value in series)


class _Slopes:
    """The slopes between every two points of different days, in order; exact, and quick for hundreds of points.

    They are sorted by ⌊slope · 2^64⌋, with whole numbers for values: two different ratios of whole numbers to days are
    further apart than one over the product of the days, so that no two of them share such a key.
    """

    def __init__(self, points: Sequence[tuple[int, Fraction]]) -> None:
        self._scale = lcm(*(value.denominator for _, value in points))
        whole = [(day, int(value * self._scale)) for day, value in points]
        self._sorted = sorted(
            (((after[1] - before[1]) << 64) // (after[0] - before[0]), after[1] - before[1], after[0] - before[0])
            for before, after in combinations(whole, 2)
            if after[0] != before[0]
        )

    def __len__(self) -> int:
        return len(self._sorted)

    def __getitem__(self, place: int) -> Fraction:
        _, rise, days = self._sorted[place]
        return Fraction(rise, days * self._scale)


def _variance_of_s(points: Sequence[tuple[int, Fraction]]) -> Fraction:
    """Of Kendall's S, with ties in both variables (Kendall MG, Rank Correlation Methods, 4th edition 1970);
    without ties n(n-1)(2n+5)/18. ``points`` are 3 or more.
    """
    n = len(points)
    times = list(Counter(day for day, _ in points).values())
    values = list(Counter(value for _, value in points).values())
    alone = Fraction(_weight(n) - sum(map(_weight, times)) - sum(map(_weight, values)), 18)
    triples = Fraction(sum(map(_triples, times)) * sum(map(_triples, values)), 9 * _triples(n))
    pairs = Fraction(sum(map(_pairs, times)) * sum(map(_pairs, values)), 2 * _pairs(n))
    return alone + triples + pairs


def _weight(count: int) -> int:
    return count * (count - 1) * (2 * count + 5)


def _pairs(count: int) -> int:
    return count * (count - 1)


def _triples(count: int) -> int:
    return count * (count - 1) * (count - 2)


def _ceil_sqrt(value: Fraction) -> Fraction:
    """√value, rounded up at the ninth decimal: exact integers, no floating point."""
    scale = 10**9
    return Fraction(isqrt(value.numerator * scale**2 // value.denominator) + 1, scale)
