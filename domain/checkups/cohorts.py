"""Many people's results at once, told so that no single one of them shows. Pure arithmetic, exact.

A figure is told only about ``FEWEST`` people or more: of smaller cells not even the number, and no quantile that fewer
than so many lie beyond. Edges of the histogram are fixed by the analyte, not by the people in it.

Nor can a few people be found by asking twice and subtracting. Three rules see to that; what they are good for, and what
they are not, is in ``docs/trends.md``:

- Every number of people is rounded to a multiple of ``FEWEST`` (``rounded_people``); percentages come from those.
- A narrower cohort is told only if those it leaves out are nobody, or ``FEWEST`` or more (``tellable``).
- A period loses months at its ends until each end adds ``FEWEST`` people or more (``safe_period``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

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


class Reading(NamedTuple):
    """One value of one person."""

    person: str
    """Pseudonymous id."""
    day: date
    value: Decimal
    sex: str
    age_band: str
    """On that day."""


class Bin(msgspec.Struct, frozen=True):
    """People with ``low <= value < high``; None: without limit. ``people``: rounded; None: too few to say."""

    low: Decimal | None
    high: Decimal | None
    people: int | None


class Share(msgspec.Struct, frozen=True):
    """People in one class; both None: too few to say."""

    people: int | None
    """Rounded."""
    percent: int | None
    """Of all who were judged, by the rounded numbers: the classes of a month need not add up to 100."""


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


def rounded_people(people: int) -> int:
    """To the next multiple of ``FEWEST``: the difference of two such numbers never says less than how many."""
    return (people + FEWEST // 2) // FEWEST * FEWEST


def tellable(readings: Sequence[Reading], sex: str | None, age_band: str | None) -> bool:
    """Whether a cohort may be told beside the wider ones it is a part of: those it leaves out by sex, and those it
    leaves out by age, are nobody, or too many to be found by subtraction. ``readings``: of everybody.
    """
    of_that_age, of_that_sex = among(readings, None, age_band), among(readings, sex, None)
    return (sex is None or _stands_out(of_that_age, lambda one: one.sex, sex)) and (
        age_band is None or _stands_out(of_that_sex, lambda one: one.age_band, age_band)
    )


def among(readings: Sequence[Reading], sex: str | None, age_band: str | None) -> list[Reading]:
    """Those of one sex, and of one age."""
    return [one for one in readings if sex in {None, one.sex} and age_band in {None, one.age_band}]


def safe_period(readings: Sequence[Reading]) -> list[Reading]:
    """The readings without those of the last months, as long as fewer than ``FEWEST`` people came in them for the first
    time, and without those of the first months, as long as fewer than so many never came again: so that a period and
    one that is some months longer never differ by a few people, unless these came before and after the shorter one.
    """
    left = list(readings)
    while left:
        first: dict[str, date] = {}
        last: dict[str, date] = {}
        for one in left:
            month = one.day.replace(day=1)
            first[one.person] = min(first.get(one.person, month), month)
            last[one.person] = max(last.get(one.person, month), month)
        newest, oldest = max(first.values()), min(last.values())
        if sum(month == newest for month in first.values()) < FEWEST:
            left = [one for one in left if one.day < newest]
        elif sum(month == oldest for month in last.values()) < FEWEST:
            left = [one for one in left if one.day.replace(day=1) > oldest]
        else:
            break
    return left


def newest_of_each(readings: Sequence[Reading]) -> list[Decimal]:
    """One value of each person; ``readings``: oldest first."""
    return list({one.person: one.value for one in readings}.values())


def shares(cells: Mapping[str, int]) -> dict[str, Share]:
    """The cells after ``suppressed``, rounded, with the percentage of all."""
    total = rounded_people(sum(cells.values()))
    found: dict[str, Share] = {}
    for name, people in suppressed(cells).items():
        told = None if people is None else rounded_people(people)
        found[name] = Share(told, None if told is None or not total else round(Decimal(told * 100) / total))
    return found


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
    bins = [
        Bin(bounds[number], bounds[number + 1], None if people is None else rounded_people(people))
        for number, people in ((number, told[str(number)]) for number in range(len(counts)))
    ]
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


def _stands_out(readings: Sequence[Reading], group: Callable[[Reading], str], wanted: str) -> bool:
    people = {(group(one), one.person) for one in readings}
    return suppressed(Counter(name for name, _ in people)).get(wanted, 0) is not None


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
