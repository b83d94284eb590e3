"""What is wrong with a table that somebody wrote."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from domain.checkups import units
from domain.checkups.analytes import ANALYTES, STEPS
from domain.checkups.reasons import REASONS
from domain.checkups.table_format import Class, Interval, Row, Table
from domain.refusal import Refused


def faults(table: Table) -> Iterator[str]:
    """Every contradiction in it, in words for whoever wrote it; none when it can be used."""
    if not table.scheme or not table.edition or not table.rows or not table.grades:
        yield "scheme, edition, grades and rows must not be empty."
    if table.normal is not None and table.normal not in table.grades:
        yield f"normal names the grade {table.normal}, which grades does not hold."
    if table.adults_from < 0:
        yield "adults_from must not be negative."
    sexes: dict[str, list[str | None]] = {}
    for number, row in enumerate(table.rows, 1):
        for problem in _row_problems(table, row):
            yield f"row {number} ({', '.join(row.codes)}): {problem}"
        for code in row.codes:
            sexes.setdefault(code, []).append(row.sex)
    for code, of in sexes.items():
        if sorted(map(str, of)) not in (["None"], ["female", "male"]):
            yield f"{code} needs one row for everybody, or one for male and one for female."


def _row_problems(table: Table, row: Row) -> Iterator[str]:
    if not row.codes or sum(map(bool, (row.bands, row.parts, row.steps))) != 1:
        yield "give codes, and one of bands, parts and steps."
    for code in row.codes:
        yield from _code_problems(code, row)
    for step, grade in row.steps.items():
        if step not in STEPS or grade not in table.grades:
            yield f"the step {step} or its grade {grade} is unknown."
    for bands in (row.bands, *row.parts.values()):
        yield from _band_problems(table, bands)


def _code_problems(code: str, row: Row) -> Iterator[str]:
    analyte = ANALYTES.get(code)
    if analyte is None:
        yield f"{code} is none of the codes that Vitalog has a name for."
        return
    wanted = "parts" if analyte.kind == "pressure" else "steps" if analyte.kind == "steps" else "bands"
    if not getattr(row, wanted):
        yield f"{code} takes {wanted}."
    if any(part not in ANALYTES or ANALYTES[part].unit != analyte.unit for part in row.parts):
        yield "parts must be 8480-6 and 8462-4."
    if wanted != "steps":
        try:
            units.exact(Fraction(1), row.unit, analyte.unit, code)
        except Refused:
            yield f"the unit {row.unit!r} does not fit {code}, which is kept in {analyte.unit}."


def _band_problems(table: Table, bands: tuple[Class, ...]) -> Iterator[str]:
    before: Interval | None = None
    for number, band in enumerate(bands, 1):
        limits = band.interval
        if (band.grade is None) == (band.reason is None):
            yield f"band {number} needs a grade or a reason, one of them."
        if band.grade is not None and band.grade not in table.grades:
            yield f"band {number} has the grade {band.grade}, which grades does not hold."
        if band.reason is not None and band.reason not in REASONS:
            yield f"band {number} has an unknown reason {band.reason}."
        if (band.start is not None and band.above is not None) or (band.below is not None and band.through is not None):
            yield f"band {number} has two lower or two upper limits."
        if limits.low is not None and limits.high is not None and limits.low >= limits.high:
            yield f"band {number} ends before it begins."
        if before is not None and (
            limits.low is None or before.high is None or before.high > limits.low or before.meets(limits)
        ):
            yield f"band {number} overlaps the one before it, or is out of order."
        before = limits
