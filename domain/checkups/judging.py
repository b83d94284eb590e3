"""Which class the tables in use put a result in, or why none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import msgspec

from domain.checkups import units
from domain.checkups.analytes import ANALYTES
from domain.checkups.personal import Sex
from domain.checkups.results import Comparator, Derived, Judgement, Measurement
from domain.checkups.table_format import Class, Interval, Row, Table
from domain.checkups.tables import Tables


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What the tables ask of whoever was examined."""

    sex: Sex
    age: int | None
    """Completed years on the day; None: the birth date is not known. Negative: it lies after that day."""
    species: str | None = None


class Verdict(msgspec.Struct, frozen=True):
    """A grade, or the reason why there is none."""

    grade: str | None = None
    reason: str | None = None


def judge(
    measurements: Sequence[Measurement], derived: Sequence[Derived], person: Person, tables: Tables
) -> tuple[Judgement, ...]:
    """The judgements of all tables, by table, in the order of the analytes.

    Of a code that was measured more than once the last measurement counts. What could not be derived is not judged.
    """
    measured = {one.code: one for one in measurements}
    computed = {one.code: one for one in derived if one.value is not None}
    found: list[Judgement] = []
    for table in tables.all:
        for code in ANALYTES:
            result = measured.get(code) or computed.get(code)
            rows = table.rows_of(code)
            if table.judges and result is not None and rows:
                found.append(_judgement(table, rows, result, person))
    return tuple(found)


def _judgement(table: Table, rows: tuple[Row, ...], result: Measurement | Derived, person: Person) -> Judgement:
    inputs = {result.id if isinstance(result, Measurement) else result.code: spoken(result)}
    if rows[0].sex is not None:
        inputs["sex"] = person.sex
    if person.age is not None:
        inputs["age"] = str(person.age)
    row = next((row for row in rows if row.sex in {None, person.sex}), None)
    reason = _not_for(table, person)
    if reason is not None:
        verdict = Verdict(reason=reason)
    elif row is None:
        verdict = Verdict(reason="sex-needed")
    else:
        verdict = _classify(table, row, result)
    return Judgement(
        code=result.code,
        scheme=table.scheme,
        edition=table.edition,
        grade=verdict.grade,
        inputs=inputs,
        reason=verdict.reason,
    )


def _not_for(table: Table, person: Person) -> str | None:
    if person.species is not None:
        return "no-table-for-species"
    if person.age is None:
        return "no-birth-date"
    if person.age < 0:
        return "before-birth"
    return "too-young" if person.age < table.adults_from else None


def _classify(table: Table, row: Row, result: Measurement | Derived) -> Verdict:
    if isinstance(result, Measurement) and row.steps:
        grade = row.steps.get(result.text or "")
        return Verdict(grade=grade, reason=None if grade else "step-unknown")
    if isinstance(result, Measurement) and row.parts:
        values = {part.code: part.value for part in result.components}
        return _worst(table, row.parts, {code: _in_unit(value, code, row) for code, value in values.items()})
    assert result.value is not None, "a number is judged"
    value = _in_unit(result.value, result.code, row)
    return _banded(row.bands, _possible(value, result.comparator if isinstance(result, Measurement) else None))


def _in_unit(value: Decimal, code: str, row: Row) -> Fraction:
    return units.exact(value, ANALYTES[code].unit, row.unit, code)


def _worst(table: Table, parts: Mapping[str, tuple[Class, ...]], values: Mapping[str, Fraction]) -> Verdict:
    verdicts = [_banded(bands, _possible(values[code], None)) for code, bands in parts.items()]
    order = list(table.grades)
    return max(verdicts, key=lambda verdict: order.index(verdict.grade) if verdict.grade else len(order))


def _possible(value: Fraction, comparator: Comparator | None) -> Interval:
    """Where the true value can lie."""
    match comparator:
        case None:
            return Interval(value, value, low_in=True, high_in=True)
        case "<" | "<=":
            return Interval(None, value, high_in=comparator == "<=")
        case ">" | ">=":
            return Interval(value, None, low_in=comparator == ">=")


def _banded(bands: tuple[Class, ...], possible: Interval) -> Verdict:
    """The one class in which all of ``possible`` lies."""
    met = [verdict for stretch, verdict in _line(bands) if stretch.meets(possible)]
    # The same grade can stand on both sides of another: only neighbours in one and the same band are one class.
    return met[0] if len(met) == 1 else Verdict(reason="limit-straddles")


def _line(bands: tuple[Class, ...]) -> list[tuple[Interval, Verdict]]:
    """The whole number line: the bands, and the gaps before, between and after them."""
    line: list[tuple[Interval, Verdict]] = []
    low: Fraction | None = None
    low_in, reason = True, "below-table"
    for band in bands:
        stretch = band.interval
        if stretch.low is not None and (low is None or low < stretch.low or (low_in and not stretch.low_in)):
            gap = Interval(low, stretch.low, low_in=low_in, high_in=not stretch.low_in)
            line.append((gap, Verdict(reason=reason)))
        line.append((stretch, Verdict(band.grade, band.reason)))
        low, low_in, reason = stretch.high, not stretch.high_in, "between-bands"
    if low is not None:
        line.append((Interval(low, None, low_in=low_in), Verdict(reason="above-table")))
    return line


def spoken(result: Measurement | Derived) -> str:
    """A result as text in the canonical unit: ``104 mg/dL``, ``<5 U/L``, ``118/76 mm[Hg]``, ``1+``."""
    if isinstance(result, Measurement):
        if result.components:
            return f"{'/'.join(str(part.value) for part in result.components)} {result.unit}"
        if result.text is not None:
            return result.text
        return f"{result.comparator or ''}{result.value} {result.unit}"
    return f"{result.value} {result.unit}"
