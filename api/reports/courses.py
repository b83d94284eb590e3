"""One chart per analyte: the values of the period, what is normal, and where it is heading."""

from __future__ import annotations

from datetime import date

from api.checkup_words import named, unit_shown
from api.reports.charts import Chart, Line, Point, draw
from api.reports.histories import Histories, is_limit, numbers_of, results_of
from api.reports.rows import ORDER, value_text
from api.reports.words import Words, signed
from domain.checkups.analytes import ANALYTES, BLOOD_PRESSURE, DIASTOLIC, SYSTOLIC
from domain.checkups.deriving import person_on
from domain.checkups.personal import Personal
from domain.checkups.results import Measurement
from domain.checkups.tables import Band, reference
from domain.checkups.trends import slope


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
    lines: list[Line] = []
    for place, part in enumerate(parts):
        band = _band(part, personal, latest_checkup.date)
        points = [
            Point(
                checkup.date,
                numbers_of(result)[place],
                isinstance(result, Measurement) and bool(history.marks(checkup, result.id)),
            )
            for checkup, result in found
        ]
        low, high = (band.low, band.high) if band else (None, None)
        lines.append(Line(name=named(part, None, words.language), points=points, low=low, high=high))
    display = latest.display if isinstance(latest, Measurement) else None
    title, unit = named(code, display, words.language), unit_shown(latest.unit)
    caption = "; ".join(_caption(line, unit, words, several=len(lines) > 1) for line in lines)
    values = ", ".join(f"{checkup.date.isoformat()} {value_text(result)}" for checkup, result in found)
    svg = draw(lines, label=f"{title} ({unit}): {values}", month=words.month)
    return Chart(title=title, unit=unit, latest=value_text(latest), caption=caption, label=title, svg=svg)


def _band(code: str, personal: Personal, on: date) -> Band | None:
    person = person_on(personal, on)
    if code not in ANALYTES:
        return None
    return reference(code, sex=person.sex, age=person.age, species=person.species)


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
