"""A first mapping, from the headings of a file: for a person to look over."""

from __future__ import annotations

import unicodedata
from typing import Any

from infra.csv_import import cells, targets
from infra.csv_import.table import Table

_PROBED = 200


def propose(table: Table) -> tuple[dict[str, Any], list[str]]:
    """The mapping as JSON, and the headings nothing was recognised in (left out, as null). Encoding and delimiter are
    not in it: they are found out of every file, and next month's may be saved otherwise.
    """
    columns: dict[str, Any] = {}
    unknown: list[str] = []
    told: set[str] = set()
    comma = False
    for place, name in enumerate(table.header):
        bare, unit = targets.heading_of(name)
        to = targets.suggested(bare) or targets.suggested(name)
        if to is None or to in told:
            unknown.append(name)
            to = None
        if to is None or to == "ignored":
            columns[name] = None
            continue
        told.add(to)
        said = [cells.trimmed(row.cells[place]) for row in table.rows[:_PROBED] if place < len(row.cells)]
        columns[name] = _column(to, unit, said)
        comma = comma or ("," in "".join(said) and targets.usual_unit(to) is not None)
    proposal: dict[str, Any] = {
        "decimal": "," if comma else ".",
        "kind": "other",
        "columns": columns,
    }
    half = {targets.SYSTOLIC, targets.DIASTOLIC} & told
    if len(half) == 1:  # one alone is no blood pressure
        alone = next(name for name, column in columns.items() if isinstance(column, dict) and column["to"] in half)
        columns[alone] = None
        unknown.append(alone)
    return proposal, unknown


def _column(to: str, unit: str | None, said: list[str]) -> Any:
    if to == "patient.identifier":
        return {"to": to, "system": "chart"}
    if to in {"patient.birth_date", "checkup.date"}:
        named = _dates(said)
        return {"to": to, "dates": named} if named else to
    usual = targets.usual_unit(to)
    if usual is None:
        return to
    if unit is None and _carries_unit(to, said):  # what the cells without one are in, nobody has said
        return {"to": to}
    return {"to": to, "unit": unit or usual}


def _dates(said: list[str]) -> str | None:
    """The one format that all the dates have, when it is not one of those taken anyway."""
    dates = [one for one in said if one]
    if not dates or _fit(dates, cells.YEAR_FIRST):
        return None
    fitting = [name for name in cells.DATES if _fit(dates, (name,))]
    return fitting[0] if len(fitting) == 1 else None


def _fit(dates: list[str], formats: tuple[str, ...]) -> bool:
    try:
        return all(cells.day(one, formats) for one in dates)
    except cells.Unreadable:
        return False


def _carries_unit(to: str, said: list[str]) -> bool:
    from domain.checkups import units

    for one in said:
        text = unicodedata.normalize("NFKC", one)
        if to == targets.PRESSURE:
            continue
        try:
            unit = cells.number(text)[2]
        except cells.Unreadable:
            continue
        if unit and units.ucum(unit):
            return True
    return False
