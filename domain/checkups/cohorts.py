"""Many people's results at once, told so that no single one of them shows. Pure arithmetic, exact.

A figure is told only about ``FEWEST`` people or more: of smaller cells not even the number, and no quantile that fewer
than so many lie beyond. Edges of the histogram are fixed by the analyte, not by the people in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

import msgspec

from domain.checkups.analytes import Analyte
from domain.checkups.deriving import completed_years

FEWEST = 5
_OLDEST = 90
_WIDTH = 10
UNKNOWN = "unknown"
AGE_BANDS = (*(f"{low}-{low + _WIDTH - 1}" for low in range(0, _OLDEST, _WIDTH)), f"{_OLDEST}+", UNKNOWN)
"""Ten years each, by the age completed on the day of the checkup."""
_QUANTILES = ((5, "p5"), (25, "p25"), (50, "p50"), (75, "p75"), (95, "p95"))
_BINS = 20
"""About so many of equal width across what is usual of the analyte."""


class Bin(msgspec.Struct, frozen=True):
    """People with ``low <= value < high``; None: without limit. ``people`` None: too few to say."""

    low: Decimal | None
    high: Decimal | None
    people: int | None


class Share(msgspec.Struct, frozen=True):
    """People in one class; both None: too few to say."""

    people: int | None
    percent: Decimal | None
    """Of all who were judged, 1 decimal."""


def age_band(born: date | None, on: date) -> str:
    """One of ``AGE_BANDS``."""
    if born is None or on < born:
        return UNKNOWN
    age = completed_years(born, on)
    return f"{_OLDEST}+" if age >= _OLDEST else f"{age // _WIDTH * _WIDTH}-{age // _WIDTH * _WIDTH + _WIDTH - 1}"


def suppressed(cells: Mapping[str, int]) -> dict[str, int | None]:
    """The cells, with None for each that is too small to be told, and for the next smallest as long as the sum would
    tell what is left out: a single cell, or fewer than ``FEWEST`` people in all. Empty cells are told.
    """
    hidden = {name for name, people in cells.items() if 0 < people < FEWEST}
    others = sorted((name for name in cells if cells[name] >= FEWEST), key=lambda name: (cells[name], name))
    while hidden and others and (len(hidden) == 1 or sum(cells[name] for name in hidden) < FEWEST):
        hidden.add(others.pop(0))
    return {name: None if name in hidden else people for name, people in cells.items()}


def shares(cells: Mapping[str, int]) -> dict[str, Share]:
    """The cells after ``suppressed``, with the percentage of all."""
    total = sum(cells.values())
    return {
        name: Share(people, None if people is None or not total else _rounded(Decimal(people * 100) / total, 1))
        for name, people in suppressed(cells).items()
    }


def quantiles(values: Sequence[Decimal], decimals: int) -> dict[str, Decimal | None]:
    """p5 to p95 by nearest rank; None where fewer than ``FEWEST`` people lie on either side of it, itself included."""
    ordered = sorted(values)
    n = len(ordered)
    found: dict[str, Decimal | None] = {}
    for percent, name in _QUANTILES:
        rank = -(-n * percent // 100)
        enough = rank >= FEWEST and n - rank + 1 >= FEWEST
        found[name] = _rounded(ordered[rank - 1], decimals) if enough else None
    return found


def histogram(values: Sequence[Decimal], analyte: Analyte | None) -> list[Bin] | None:
    """People by value, from the first bin that holds somebody to the last; None for what Vitalog has no name for."""
    if analyte is None:
        return None
    edges = _edges(analyte)
    counts = [0] * (len(edges) + 1)
    for value in values:
        counts[sum(edge <= value for edge in edges)] += 1
    told = suppressed({str(number): people for number, people in enumerate(counts)})
    bounds = [None, *edges, None]
    bins = [Bin(bounds[number], bounds[number + 1], told[str(number)]) for number in range(len(counts))]
    held = [number for number, people in enumerate(counts) if people]
    return bins[held[0] : held[-1] + 1] if held else []


def _edges(analyte: Analyte) -> list[Decimal]:
    span = analyte.usual or _DERIVED.get(analyte.name)
    low, high = (span.low, span.high) if isinstance(span, msgspec.Struct) else span or (Decimal(0), Decimal(200))
    width = _nice((high - low) / _BINS)
    first = -(-low // width)
    return [width * number for number in range(int(first), int(high // width) + 1)]


_DERIVED = {"bmi": (Decimal(14), Decimal(44)), "egfr": (Decimal(10), Decimal(140))}


def _nice(width: Decimal) -> Decimal:
    """The next of 1, 2, 5, 10 … at any power of ten."""
    step = Decimal(1).scaleb(width.adjusted())
    return next(step * factor for factor in (1, 2, 5, 10) if step * factor >= width)


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
