"""Published tables that put a result in a class: read, checked, and replaceable by an operator's own edition.

A table is a JSON file (``tables/*.json`` here; the format is that of ``Table``). Its bands are half-open: a band goes
from its lower limit, which belongs to it, up to but not including ``below``; ``through`` includes the upper limit, and
``above`` leaves out the lower. What no band covers is "not classified", never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from typing import Literal

import msgspec

from domain.checkups import units
from domain.checkups.analytes import ANALYTES, STEPS
from domain.checkups.personal import Sex
from domain.checkups.reasons import REASONS, Text
from domain.refusal import Refused


class BadTable(ValueError):
    """A table that cannot be used; the message names the file, the row and what to change."""


class Interval(msgspec.Struct, frozen=True):
    """A stretch of the number line; None: without end."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_in: bool = True
    high_in: bool = False

    def meets(self, other: Interval) -> bool:
        """Whether some number lies in both."""
        return self._starts_before_end_of(other) and other._starts_before_end_of(self)

    def _starts_before_end_of(self, other: Interval) -> bool:
        if self.low is None or other.high is None:
            return True
        return self.low < other.high or (self.low == other.high and self.low_in and other.high_in)


class Class(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One band: give ``from`` or ``above`` or neither, ``below`` or ``through`` or neither, and a grade or a reason."""

    grade: str | None = None
    reason: str | None = None
    """In place of a grade: that the table says nothing of such values; a key of ``REASONS``."""
    start: Decimal | None = msgspec.field(default=None, name="from")
    above: Decimal | None = None
    below: Decimal | None = None
    through: Decimal | None = None
    printed: str | None = None
    """As the source prints it: ``13.0–16.5``."""

    @property
    def interval(self) -> Interval:
        return Interval(
            low=self.start if self.above is None else self.above,
            high=self.below if self.through is None else self.through,
            low_in=self.above is None,
            high_in=self.through is not None,
        )


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a table says about some codes: ``bands``, or ``parts`` of a pair, or ``steps``."""

    codes: tuple[str, ...]
    sex: Literal["male", "female"] | None = None
    unit: str = ""
    """Of the limits: any UCUM unit in which the codes can be given."""
    bands: tuple[Class, ...] = ()
    """In ascending order."""
    parts: dict[str, tuple[Class, ...]] = {}
    """Bands by component; the worst grade counts, in the order of ``grades``."""
    steps: dict[str, str] = {}
    """Grade by step."""
    source: str | None = None
    """When it is not the table's."""


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One edition of one scheme."""

    scheme: str
    edition: str
    title: Text
    source: str
    rule: Text
    """How its limits are read."""
    adults_from: int
    """Completed years from which it applies."""
    adults_note: str
    grades: dict[str, Text]
    """From best to worst."""
    normal: str | None = None
    """The grade whose bands serve as reference bands."""
    judges: bool = True
    """False: its bands are shown beside results, and put nothing in a class."""
    rows: tuple[Row, ...]

    def rows_of(self, code: str) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if code in row.codes)


class Tables(msgspec.Struct, frozen=True):
    """All tables in use, in the order in which their judgements are listed."""

    all: tuple[Table, ...]

    def get(self, scheme: str) -> Table | None:
        return next((table for table in self.all if table.scheme == scheme), None)


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """What is normal: from ``low`` up to ``high``, in the canonical unit of the code."""

    low: Decimal | None
    """Belongs to it."""
    high: Decimal | None
    """Belongs to it only when ``high_in``."""
    high_in: bool
    printed: str
    """As the source prints it."""
    unit: str
    scheme: str
    edition: str
    source: str


BUILT_IN = ("kr-national", "ksso-bmi", "who-bmi", "acc-aha-bp", "adult-reference")
_decoder = msgspec.json.Decoder(Table)


def load(texts: Mapping[str, str] | None = None) -> Tables:
    """The tables that come with Vitalog; of each scheme that an operator provides, the operator's in its place.

    Raises:
        BadTable: one of ``texts`` (JSON by file name) cannot be used.
    """
    own = {table.scheme: table for table in tables_from(texts or {}).all}
    kept = tuple(own.pop(table.scheme, table) for table in _built_in().all)
    return Tables((*kept, *own.values()))


def tables_from(text_by_name: Mapping[str, str]) -> Tables:
    """The tables of some files, by file name; ordered by name.

    Raises:
        BadTable: one is no table, contradicts itself, or two have the same scheme.
    """
    tables: dict[str, Table] = {}
    for name in sorted(text_by_name):
        table = _parse(name, text_by_name[name])
        if table.scheme in tables:
            raise BadTable(f"{name}: the scheme {table.scheme} is in another file already.")
        tables[table.scheme] = table
    return Tables(tuple(tables.values()))


def reference(
    code: str, *, sex: Sex, age: int | None, species: str | None = None, tables: Tables | None = None
) -> Band | None:
    """What is normal for a person of that sex and age (completed years); None where no table says.

    ``code`` may be that of a component of blood pressure.
    """
    if species is not None or age is None:
        return None
    for table in (tables or _built_in()).all:
        if table.normal is None or age < table.adults_from:
            continue
        for row in table.rows:
            bands = row.bands if code in row.codes else row.parts.get(code, ())
            if row.sex not in {None, sex}:
                continue
            for band in bands:
                if band.grade == table.normal:
                    return _reference_band(code, band, row, table)
    return None


@lru_cache(maxsize=1)
def _built_in() -> Tables:
    folder = files("domain.checkups").joinpath("tables")
    read = tables_from({name: folder.joinpath(f"{name}.json").read_text(encoding="utf-8") for name in BUILT_IN})
    return Tables(tuple(table for name in BUILT_IN if (table := read.get(name))))


def _reference_band(code: str, band: Class, row: Row, table: Table) -> Band:
    limits = band.interval
    unit = ANALYTES[code].unit
    low, high = (
        None if limit is None else units.convert(limit, row.unit, unit, code) for limit in (limits.low, limits.high)
    )
    return Band(
        low=low,
        high=high,
        high_in=limits.high_in,
        printed=band.printed or "",
        unit=unit,
        scheme=table.scheme,
        edition=table.edition,
        source=row.source or table.source,
    )


def _parse(name: str, text: str) -> Table:
    try:
        table = _decoder.decode(text)
    except msgspec.MsgspecError as error:
        raise BadTable(f"{name}: {error}") from None
    for problem in _problems(table):
        raise BadTable(f"{name}: {problem}")
    return table


def _problems(table: Table) -> Iterator[str]:
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
