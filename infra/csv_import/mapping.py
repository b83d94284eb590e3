"""The mapping file: what each column of a CSV file tells, and how it writes numbers, dates and words.

``docs/import.md`` describes it.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

from infra.csv_import import cells, targets
from infra.errors import UserError
from infra.words import t

_USAGE = 2
_OF_FILE = {"encoding", "delimiter", "decimal", "dates", "empty", "kind", "place", "clinician", "confirm", "columns"}
_OF_COLUMN = {"to", "unit", "system", "values", "dates", "arm", "position"}
ARMS, POSITIONS = ("left", "right"), ("sitting", "standing", "supine")
SEXES: dict[str, str] = {
    **dict.fromkeys(("남", "남자", "남성", "m", "male", "man", "boy"), "male"),
    **dict.fromkeys(("여", "여자", "여성", "f", "female", "woman", "girl"), "female"),
    **dict.fromkeys(("other", "기타"), "other"),
    **dict.fromkeys(("unknown", "모름", "미상"), "unknown"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What one column tells."""

    to: str
    """``patient.name``, ``checkup.date``, ``weight``, ``blood-pressure.systolic``, a LOINC code …"""
    unit: str | None = None
    """Of every number in it; None: the cell itself says (``70 kg``)."""
    system: str = "chart"
    """Of ``patient.identifier``: who gave the number."""
    values: AnyMapping[str, str] = field(default_factory=dict[str, str])
    """What a word in the file means here; looked up without regard to case."""
    dates: tuple[str, ...] = cells.YEAR_FIRST
    arm: str | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A whole mapping file."""

    columns: AnyMapping[str, Column | None]
    """By the name in the header; None: not imported."""
    encoding: str | None = None
    delimiter: str | None = None
    decimal: cells.Decimal = "."
    empty: frozenset[str] = frozenset()
    """Words that mean "not measured", besides nothing at all."""
    kind: str = "other"
    """Of every checkup whose row does not say."""
    place: str | None = None
    clinician: str | None = None
    confirm: bool = False
    """Whether unusual values are meant."""


def load(text: str | bytes) -> Mapping:
    """The mapping in a file.

    Raises:
        UserError: it is no JSON object, has an unknown field, or a column tells nothing we know.
    """
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        _refuse(t("The mapping is no JSON: {why}.", why=error))
    said = _object(found, _OF_FILE, t("the top level"))
    given = said.get("columns")
    if not isinstance(given, dict) or not given:
        _refuse(t("The mapping needs columns: the name of each column and what it tells."))
    columns = cast("dict[str, Any]", given)
    dates = _dates(said.get("dates"), cells.YEAR_FIRST)
    decimal = said.get("decimal", ".")
    if decimal not in {".", ","}:
        _refuse(t("decimal must be one of: {choices}.", choices=". ,"))
    delimiter = said.get("delimiter")
    if delimiter is not None and delimiter not in targets_delimiters():
        _refuse(t("delimiter must be one of: {choices}.", choices=', ; "\\t"'))
    mapping = Mapping(
        columns={_composed(name): _column(name, one, dates) for name, one in columns.items()},
        encoding=_text(said, "encoding"),
        delimiter=delimiter,
        decimal=decimal,
        empty=frozenset(word.casefold() for word in _texts(said.get("empty", []), "empty")),
        kind=_text(said, "kind") or "other",
        place=_text(said, "place"),
        clinician=_text(said, "clinician"),
        confirm=said.get("confirm") is True,
    )
    _check(mapping)
    return mapping


def targets_delimiters() -> tuple[str, ...]:
    """What may stand between cells."""
    from infra.csv_import.table import DELIMITERS

    return DELIMITERS


def _column(name: str, given: Any, dates: tuple[str, ...]) -> Column | None:
    if given is None:
        return None
    said = {"to": given} if isinstance(given, str) else _object(given, _OF_COLUMN, t("column {name}", name=name))
    to = _text(said, "to")
    if to is None:
        _refuse(t('Column {name}: say what it tells with "to", or write null to leave it out.', name=name))
    _check_target(name, to)
    words: Any = said.get("values") or {}
    if not isinstance(words, dict):
        _refuse(t("Column {name}: values must be an object of words and what they mean.", name=name))
    meant = {_composed(str(word)).casefold(): str(meaning) for word, meaning in cast("dict[str, Any]", words).items()}
    for option, allowed in (("arm", ARMS), ("position", POSITIONS)):
        if said.get(option) not in {None, *allowed}:
            _refuse(t("{option} must be one of: {choices}.", option=option, choices=", ".join(allowed)))
    return Column(
        to=to,
        unit=_text(said, "unit"),
        system=_text(said, "system") or "chart",
        values=(SEXES | meant) if to == "patient.sex" else meant,
        dates=_dates(said.get("dates"), dates),
        arm=_text(said, "arm"),
        position=_text(said, "position"),
    )


def _check_target(name: str, to: str) -> None:
    from domain.checkups.analytes import ANALYTES, code_of
    from domain.refusal import Refused

    group, _, rest = to.partition(".")
    known_parts = {"patient": targets.PATIENT, "checkup": targets.CHECKUP}.get(group, ())
    if rest in known_parts or to in {targets.SYSTOLIC, targets.DIASTOLIC}:
        return
    try:
        analyte = ANALYTES.get(code_of(to))
    except Refused:
        analyte, known = None, False
    else:
        known = True
    if not known or (analyte is not None and analyte.kind == "derived"):
        _refuse(
            t(
                "Column {name}: {to} is nothing that can be imported. Write patient.name, checkup.date, weight, "
                "blood-pressure.systolic, a LOINC code; or null to leave the column out.",
                name=name,
                to=to,
            )
        )


def _check(mapping: Mapping) -> None:
    used = [column for column in mapping.columns.values() if column is not None]
    told = [column.to for column in used]
    for to in told:
        if told.count(to) > 1 and to != "patient.identifier":
            _refuse(t("Two columns tell {to}. Leave one of them out with null.", to=to))
    if "checkup.date" not in told:
        _refuse(t("No column tells checkup.date, the day of the examination."))
    if not {"patient.id", "patient.identifier", "patient.name"} & set(told):
        _refuse(t("No column tells whose checkup it is: patient.identifier, patient.id or patient.name."))
    if (targets.SYSTOLIC in told) != (targets.DIASTOLIC in told):
        _refuse(t("A blood pressure needs both columns: blood-pressure.systolic and blood-pressure.diastolic."))


def _object(found: Any, known: set[str], what: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        _refuse(t("In the mapping, {what} must be a JSON object.", what=what))
    said = cast("dict[str, Any]", found)
    if unknown := sorted(said.keys() - known):
        _refuse(t("In the mapping, {what} has an unknown field: {fields}.", what=what, fields=", ".join(unknown)))
    return said


def _text(said: AnyMapping[str, Any], name: str) -> str | None:
    value = said.get(name)
    if value is not None and not isinstance(value, str):
        _refuse(t("In the mapping, {name} must be text.", name=name))
    return value or None


def _texts(found: Any, name: str) -> list[str]:
    if not isinstance(found, list):
        _refuse(t("In the mapping, {name} must be a list of texts.", name=name))
    return [_composed(str(one)) for one in cast("list[Any]", found)]


def _dates(found: Any, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    if found is None:
        return otherwise
    names = tuple(_texts([found] if isinstance(found, str) else found, "dates"))
    if not names or not set(names) <= cells.DATES.keys():
        _refuse(t("dates must be one of: {choices}.", choices=", ".join(cells.DATES)))
    return names


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _refuse(sentence: str) -> NoReturn:
    raise UserError(sentence, exit_code=_USAGE)
