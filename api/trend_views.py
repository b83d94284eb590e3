"""Series of one patient's results as they are answered: values with reference bands, direction, and classes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from api.checkup_words import grade_name, named, reason_text, scheme_title, unit_shown
from api.languages import Language
from domain.checkups import tables, trends
from domain.checkups.analytes import ANALYTES, BLOOD_PRESSURE, DIASTOLIC, SYSTOLIC
from domain.checkups.deriving import person_on
from domain.checkups.personal import Personal
from domain.checkups.results import Judgement
from domain.checkups.tables import Band
from projections.queries.trends import Judged, Point

_PANELS = {SYSTOLIC: BLOOD_PRESSURE, DIASTOLIC: BLOOD_PRESSURE}
_PARTS = {BLOOD_PRESSURE: (SYSTOLIC, DIASTOLIC)}
_ORDER = {code: number for number, code in enumerate(ANALYTES)}


def parts_of(code: str) -> tuple[str, ...]:
    """The codes whose numbers a code stands for: of a panel, its components."""
    return _PARTS.get(code, (code,))


def judged_under(codes: Sequence[str]) -> list[str]:
    """The codes under which these are judged."""
    return sorted({*codes, *(_PANELS[code] for code in codes if code in _PANELS)})


class Outlook:
    """A patient's results, ready to be told on a day."""

    def __init__(
        self,
        points: Sequence[Point],
        judged: Sequence[Judged],
        *,
        personal: Personal,
        today: date,
        language: Language,
    ) -> None:
        self._personal, self._today = personal, today
        self._language: Language = language
        self._points: dict[str, list[Point]] = defaultdict(list)
        for point in points:
            self._points[point.code].append(point)
        self._judged: dict[tuple[str, str], list[Judged]] = defaultdict(list)
        for one in judged:
            self._judged[one.checkup_id, one.code].append(one)

    @property
    def codes(self) -> list[str]:
        """What there are numbers of, in the order of reports."""
        return sorted(self._points, key=lambda code: (_ORDER.get(code, len(_ORDER)), code))

    def summary(self, code: str) -> dict[str, Any]:
        """The newest value, where it stands, and where it is heading."""
        points, other_units = self._in_one_unit(code)
        last = points[-1]
        exact = _exact(points)
        band = self._band(code, last.date)
        return {
            **self._head(code, last.unit),
            "n": len(points),
            "in_other_units": other_units,
            "last": {
                "date": last.date,
                "value": last.value,
                "comparator": last.comparator,
                "checkup_id": last.checkup_id,
                "within": _within(last, band),
                "grades": self._grades(last),
            },
            "days_since_last": (self._today - last.date).days,
            "band": _band_view(band),
            "change": None if last.comparator else trends.change(exact),
            "slope": self._slope(exact),
        }

    def series(self, code: str) -> dict[str, Any]:
        """The summary, and every value with its moving medians. Limits (``<5``) are shown and not calculated with."""
        points, _ = self._in_one_unit(code)
        exact = _exact(points)
        by_3, by_5 = trends.moving_median(exact, 3), trends.moving_median(exact, 5)
        medians = iter(zip(by_3, by_5, strict=True))
        told: list[dict[str, Any]] = []
        for point in points:
            three, five = next(medians) if point.comparator is None else (None, None)
            band = self._band(code, point.date)
            told.append(
                {
                    "date": point.date,
                    "value": point.value,
                    "comparator": point.comparator,
                    "within": _within(point, band),
                    "median_3": three,
                    "median_5": five,
                    "grades": self._grades(point),
                    "checkup_id": point.checkup_id,
                    "measurement_id": point.measurement_id,
                }
            )
        return {**self.summary(code), "points": told}

    def _head(self, code: str, unit: str) -> dict[str, Any]:
        analyte = ANALYTES.get(code)
        return {
            "code": code,
            "short_name": analyte.name if analyte else None,
            "name": named(code, None, self._language),
            "unit": unit,
            "unit_shown": unit_shown(unit),
            "decimals": analyte.decimals if analyte else None,
        }

    def _in_one_unit(self, code: str) -> tuple[list[Point], int]:
        # Of an analyte without a name here, units are as they were given: only those of the newest are comparable.
        points = sorted(self._points[code], key=lambda point: (point.date, point.checkup_id, point.measurement_id))
        same = [point for point in points if point.unit == points[-1].unit]
        return same, len(points) - len(same)

    def _band(self, code: str, on: date) -> Band | None:
        person = person_on(self._personal, on)
        return tables.reference(code, sex=person.sex, age=person.age, species=person.species, tables=tables.load())

    def _grades(self, point: Point) -> list[dict[str, Any]]:
        language = self._language
        found = (
            self._judged[point.checkup_id, point.code]
            or self._judged[point.checkup_id, _PANELS.get(point.code, point.code)]
        )
        return [
            {
                "scheme": one.scheme,
                "scheme_name": scheme_title(one.scheme, language),
                "edition": one.edition,
                "grade": one.grade,
                "name": grade_name(
                    Judgement(code=one.code, scheme=one.scheme, edition=one.edition, grade=one.grade), language
                ),
                "reason": reason_text(one.reason, language) or None,
            }
            for one in found
        ]

    def _slope(self, exact: trends.Series) -> dict[str, Any]:
        slope = trends.slope(exact)
        told = {name: getattr(slope, name) for name in slope.__struct_fields__}
        return {**told, "reason": reason_text(slope.reason, self._language) or None}


def _exact(points: Sequence[Point]) -> list[tuple[date, Decimal]]:
    return [(point.date, point.value) for point in points if point.comparator is None]


def _within(point: Point, band: Band | None) -> str | None:
    """``below``, ``within`` or ``above``; None where no table says, or the value is only a limit."""
    if band is None or point.comparator is not None or band.unit != point.unit:
        return None
    if band.low is not None and point.value < band.low:
        return "below"
    if band.high is not None and (point.value > band.high or (point.value == band.high and not band.high_in)):
        return "above"
    return "within"


def _band_view(band: Band | None) -> dict[str, Any] | None:
    if band is None:
        return None
    return {name: getattr(band, name) for name in band.__struct_fields__}
