"""From the rows of a table to rows of an import, or to sentences about what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.csv_import import cells, targets
from infra.csv_import.mapping import Column, Mapping
from infra.csv_import.table import Row, Table
from infra.errors import UserError
from infra.words import t

_USAGE = 2
_TELLING = ("name", "birth_date", "sex")
Source = dict[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a row."""

    row: int
    """As a spreadsheet counts."""
    column: str | None
    """Heading of the column at fault; None: the row as a whole."""
    sentence: str


@dataclass(frozen=True, slots=True)
class Given:
    """One row, as it is sent; and where each part of it stood."""

    number: int
    body: dict[str, Any]
    """``patient`` (``id``, ``identifiers``, ``name`` …), ``kind``, ``date``, ``measurements`` …"""
    sources: Source = field(default_factory=dict[str, str])
    """Heading of the column by JSON pointer into ``body``."""

    @property
    def names_known(self) -> bool:
        """Whether an id or an identifier says who of the patients there are it is."""
        return bool(self.body["patient"].keys() & {"id", "identifiers"})

    @property
    def can_register(self) -> bool:
        """Whether it tells enough about a patient who is not there yet."""
        return "name" in self.body["patient"] and "id" not in self.body["patient"]

    def sent(self, *, register: bool) -> dict[str, Any]:
        """As the API takes a row; ``register``: as somebody new."""
        patient = self.body["patient"]
        if register:
            who = {"register": patient}
        else:
            who = {"id": patient["id"]} if "id" in patient else {"identifier": patient["identifiers"][0]}
            # A number typed wrongly is often somebody else's.
            if expected := {name: patient[name] for name in _TELLING if name in patient}:
                who["expected"] = expected
        return {"patient": who, "checkup": {name: value for name, value in self.body.items() if name != "patient"}}

    def column_of(self, pointer: str) -> str | None:
        """The column at fault, for a pointer of the API into this row; None: it is the row as a whole."""
        pointer = pointer.removeprefix("/checkup").replace("/patient/register", "/patient", 1)
        pointer = pointer.replace("/patient/expected", "/patient", 1)
        pointer = pointer.replace("/patient/identifier", "/patient/identifiers/0", 1) if _first(pointer) else pointer
        while pointer:
            if pointer in self.sources:
                return self.sources[pointer]
            pointer = pointer.rpartition("/")[0]
        return None


def _first(pointer: str) -> bool:
    return pointer == "/patient/identifier" or pointer.startswith("/patient/identifier/")


def used_columns(table: Table, mapping: Mapping) -> list[Column | None]:
    """What each column of the table tells, in the table's order.

    Raises:
        UserError: the mapping names a column that the table has not, or leaves one of the table unmentioned.
    """
    if missing := [name for name in mapping.columns if name not in table.header]:
        raise UserError(
            t("The mapping names columns that the file does not have: {names}.", names=", ".join(missing)),
            exit_code=_USAGE,
        )
    if unsaid := [name for name in table.header if name not in mapping.columns]:
        raise UserError(
            t(
                "The mapping does not say what these columns tell: {names}. Write null for what is to be left out.",
                names=", ".join(unsaid),
            ),
            exit_code=_USAGE,
        )
    return [mapping.columns[name] for name in table.header]


def convert(table: Table, mapping: Mapping) -> tuple[list[Given], list[Fault]]:
    """Every row that can be understood, and every fault of the others.

    Raises:
        UserError: table and mapping do not fit each other.
    """
    columns = used_columns(table, mapping)
    given: list[Given] = []
    faults: list[Fault] = []
    for row in table.rows:
        found, wrong = _row(row, table.header, columns, mapping)
        faults += wrong
        if not wrong:
            given.append(found)
    return given, faults


def _row(
    row: Row, header: Sequence[str], columns: Sequence[Column | None], mapping: Mapping
) -> tuple[Given, list[Fault]]:
    building = _Building(mapping)
    if len(row.cells) != len(header):
        sentence = t("This row has {n} cells; the header has {m}.", n=len(row.cells), m=len(header))
        return Given(row.number, {}), [Fault(row.number, None, sentence)]
    faults: list[Fault] = []
    for name, column, cell in zip(header, columns, row.cells, strict=True):
        said = cells.trimmed(cell)
        if column is None or not said or said.casefold() in mapping.empty:
            continue
        try:
            building.take(column, name, column.values.get(said.casefold(), said))
        except cells.Unreadable as error:
            faults.append(Fault(row.number, name, str(error)))
    if not faults:
        faults += [Fault(row.number, name, sentence) for name, sentence in building.missing(header, columns)]
    return Given(row.number, building.body(), building.sources), faults


class _Building:
    """One row, cell by cell."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._patient: dict[str, Any] = {}
        self._checkup: dict[str, Any] = {
            name: value
            for name, value in (
                ("kind", mapping.kind), ("place", mapping.place), ("clinician", mapping.clinician)
            )
            if value is not None
        }  # fmt: skip
        self._measurements: list[dict[str, Any]] = []
        self._pressure: dict[str, Any] | None = None
        self.sources: Source = {}

    def take(self, column: Column, name: str, said: str) -> None:
        """Raises ``Unreadable``."""
        group, _, rest = column.to.partition(".")
        if group == "patient":
            self._take_patient(column, rest, name, said)
        elif group == "checkup":
            self._checkup[rest] = cells.day(said, column.dates) if rest == "date" else said
            self.sources[f"/{rest}"] = name
        elif column.to in {targets.SYSTOLIC, targets.DIASTOLIC}:
            self._take_half(column, rest, name, said)
        else:
            self.sources[f"/measurements/{len(self._measurements)}"] = name
            self._measurements.append(measurement(column, said, self._mapping.decimal))

    def missing(self, header: Iterable[str], columns: Iterable[Column | None]) -> list[tuple[str | None, str]]:
        """What every row needs and this one lacks: the column, and a sentence."""
        by_target = {column.to: name for name, column in zip(header, columns, strict=True) if column is not None}
        lacking: list[tuple[str | None, str]] = []
        if "date" not in self._checkup:
            lacking.append((by_target.get("checkup.date"), t("The day of the examination is missing.")))
        if not {"id", "identifiers", "name"} & self._patient.keys():
            lacking.append((None, t("Nothing says whose checkup this is.")))
        if not self._measurements:
            lacking.append((None, t("Nothing was measured in this row.")))
        pressure = self._pressure or {}
        for half, other in (("systolic", "diastolic"), ("diastolic", "systolic")):
            if half in pressure and other not in pressure:
                lacking.append((by_target.get(f"blood-pressure.{other}"), t("Half of the blood pressure is missing.")))
        return lacking

    def body(self) -> dict[str, Any]:
        """The row as it is sent."""
        return {"patient": self._patient, **self._checkup, "measurements": self._measurements}

    def _take_patient(self, column: Column, rest: str, name: str, said: str) -> None:
        if rest == "identifier":
            identifiers = self._patient.setdefault("identifiers", [])
            self.sources[f"/patient/identifiers/{len(identifiers)}"] = name
            identifiers.append({"system": column.system, "value": said})
            return
        self.sources["/patient/" + rest.replace(".", "/")] = name
        if rest == "sex" and said not in {"male", "female", "other", "unknown"}:
            raise cells.Unreadable(t("This is no sex we know. Say in the mapping what it means, under values."))
        if rest.startswith("guardian."):
            self._patient.setdefault("guardian", {})[rest.removeprefix("guardian.")] = said
        else:
            self._patient[rest] = cells.day(said, column.dates) if rest == "birth_date" else said

    def _take_half(self, column: Column, half: str, name: str, said: str) -> None:
        comparator, digits, unit = cells.number(said, self._mapping.decimal)
        if comparator:
            raise cells.Unreadable(t("This is no number such as {example}.", example="120"))
        if self._pressure is None:
            self._pressure = {"code": targets.PRESSURE, "unit": column.unit or unit or "mmHg"}
            self.sources[f"/measurements/{len(self._measurements)}"] = name
            self._measurements.append(self._pressure)
        at = next(n for n, one in enumerate(self._measurements) if one is self._pressure)
        self.sources[f"/measurements/{at}/{half}"] = name
        self._pressure |= {half: digits} | _where(column)


def measurement(column: Column, said: str, decimal: cells.Decimal) -> dict[str, Any]:
    """A measurement as it is sent, of what one cell says; numbers are text, so that no digit is lost.

    Raises:
        Unreadable: it is none.
    """
    from domain.checkups.analytes import ANALYTES, code_of

    analyte = ANALYTES.get(code_of(column.to))
    if analyte is not None and analyte.kind == "steps":
        return {"code": column.to, "text": said}
    if analyte is not None and analyte.kind == "pressure":
        systolic, diastolic, unit = cells.pair(said, decimal)
        halves = {"systolic": systolic, "diastolic": diastolic, "unit": unit or column.unit or "mmHg"}
        return {"code": column.to, **halves, **_where(column)}
    if (inches := cells.feet_and_inches(said)) is not None:
        return {"code": column.to, "value": inches, "unit": "[in_i]"}
    try:
        comparator, digits, unit = cells.number(said, decimal)
    except cells.Unreadable:
        if analyte is None and column.unit is None:
            return {"code": column.to, "text": said}
        raise
    made: dict[str, Any] = {"code": column.to, "value": digits}
    if unit or column.unit:
        made["unit"] = unit or column.unit
    if comparator:
        made["comparator"] = comparator
    return made


def _where(column: Column) -> dict[str, str]:
    return {name: value for name, value in (("arm", column.arm), ("position", column.position)) if value is not None}
