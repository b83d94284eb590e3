"""Published tables that put a result in a class: read, checked, and replaceable by an operator's own edition.

A table is a JSON file (``tables/*.json`` here) in the format of ``table_format.Table``.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files

import msgspec

from domain.checkups import units
from domain.checkups.analytes import ANALYTES
from domain.checkups.personal import Sex
from domain.checkups.table_faults import faults
from domain.checkups.table_format import Class, Row, Table


class BadTable(ValueError):
    """A table that cannot be used; the message names the file, the row and what to change."""


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


_in_use: list[Tables] = []


def use(tables: Tables) -> None:
    """From here on ``load()`` gives these. For the program that reads an operator's tables, once, before it serves:
    what was judged before keeps the edition it was judged by.
    """
    _in_use[:] = [tables]


def load(texts: Mapping[str, str] | None = None) -> Tables:
    """The tables that come with Vitalog; of each scheme that an operator provides, the operator's in its place. Without
    ``texts`` those that ``use`` was given, if it was.

    Raises:
        BadTable: one of ``texts`` (JSON by file name) cannot be used.
    """
    if texts is None and _in_use:
        return _in_use[0]
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
    for table in (tables or load()).all:
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
        None if limit is None else units.rounded(units.exact(limit, row.unit, unit, code))
        for limit in (limits.low, limits.high)
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
    for problem in faults(table):
        raise BadTable(f"{name}: {problem}")
    return table
