"""One chart per analyte: the values of the period, what is normal, and where it is heading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from statistics import median_low

from api.checkup_words import named, unit_shown
from api.reports.charts import Chart, Line, Point, draw
from api.reports.histories import Histories, is_limit, numbers_of, results_of
from api.reports.rows import ORDER, shown_numbers, value_text
from api.reports.words import Words, signed
from domain.checkups.analytes import ANALYTES, BLOOD_PRESSURE, DIASTOLIC, SYSTOLIC
from domain.checkups.deriving import person_on
from domain.checkups.personal import Personal
from domain.checkups.results import Measurement
from domain.checkups.tables import Band, reference
from domain.checkups.trends import slope

MOST_POINTS = 120
"""More cannot be told apart on paper, and the slope between every two of them takes its time."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def courses(history: Histories, personal: Personal, words: Words) -> list[Chart]:
    """Of everything with values on two days or more, in the order of the results."""
    codes = {
        code
        for checkup in history.shown
        for code, result in results_of(checkup).items()
        if numbers_of(result) and not is_limit(result)
    }
    ordered = sorted(codes, key=lambda code: (ORDER.get(code, len(ORDER)), code))
    charts = [_course(history, code, personal, words) for code in ordered]
    return [chart for chart in charts if chart is not None]


def _course(history: Histories, code: str, personal: Personal, words: Words) -> Chart | None:
    found = [
        (checkup, result)
        for checkup in history.shown
        for result in (results_of(checkup).get(code),)
        if result is not None and numbers_of(result) and not is_limit(result)
    ]
    latest_checkup, latest = found[-1]
    found = [(checkup, result) for checkup, result in found if result.unit == latest.unit]
    if len({checkup.date for checkup, _ in found}) < 2:
        return None
    parts = (SYSTOLIC, DIASTOLIC) if code == BLOOD_PRESSURE else (code,)
    corrected = [isinstance(result, Measurement) and bool(history.marks(at, result.id)) for at, result in found]
    lines: list[Line] = []
    each = 1
    for place, part in enumerate(parts):
        band = _band(part, personal, latest_checkup.date)
        points = [
            Point(checkup.date, shown_numbers(result)[place], mark)
            for (checkup, result), mark in zip(found, corrected, strict=True)
        ]
        points, each = _thinned(points)
        low, high = (band.low, _upper(band)) if band else (None, None)
        lines.append(Line(name=named(part, None, words.language), points=points, low=low, high=high))
    display = latest.display if isinstance(latest, Measurement) else None
    title, unit = named(code, display, words.language), unit_shown(latest.unit)
    captions = [_caption(line, unit, words, several=len(lines) > 1) for line in lines]
    if each > 1:
        captions.append(words("medians", n=len(found), each=each))
    caption = "; ".join(captions)
    values = ", ".join(f"{checkup.date.isoformat()} {value_text(result)}" for checkup, result in found[-MOST_POINTS:])
    svg = draw(lines, label=f"{title} ({unit}): {values}", month=words.month)
    shaded = any((line.low, line.high) != (None, None) for line in lines)
    return Chart(
        title=title, unit=unit, latest=value_text(latest), caption=caption, label=title, svg=svg, shaded=shaded
    )


def _thinned(points: Sequence[Point]) -> tuple[list[Point], int]:
    """At most ``MOST_POINTS``, each the (lower) median of so many values that follow one another, on the day of the
    middle one; so that a single outlier does not become the picture.
    """
    each = -(-len(points) // MOST_POINTS)
    if each == 1:
        return list(points), 1
    groups = [points[at : at + each] for at in range(0, len(points), each)]
    return [
        Point(
            group[len(group) // 2].on,
            median_low(point.value for point in group),
            any(point.corrected for point in group),
        )
        for group in groups
    ], each


def _band(code: str, personal: Personal, on: date) -> Band | None:
    person = person_on(personal, on)
    if code not in ANALYTES:
        return None
    return reference(code, sex=person.sex, age=person.age, species=person.species)


def _upper(band: Band) -> Decimal | None:
    """The upper limit as its source prints it: of whole numbers "up to 40" is stored as "below 41"."""
    if band.high is None or band.high_in or "<" in band.printed:
        return band.high
    printed = [Decimal(number) for number in _NUMBER.findall(band.printed)]
    return printed[-1] if printed and band.low != printed[-1] and printed[-1] < band.high else band.high


def _caption(line: Line, unit: str, words: Words, *, several: bool) -> str:
    found = slope([(point.on, point.value) for point in line.points])
    head = f"{line.name}: " if several else ""
    if found.per_year is None:
        return head + words("slope.few", n=found.n)
    decimals = 1 if abs(found.per_year) >= 1 else 2
    rate = signed(found.per_year, decimals)
    if found.low_per_year is None or found.high_per_year is None:
        return head + words("slope", slope=rate, unit=unit, n=found.n)
    low, high = signed(found.low_per_year, decimals), signed(found.high_per_year, decimals)
    return head + words("slope.interval", slope=rate, unit=unit, low=low, high=high, n=found.n)
