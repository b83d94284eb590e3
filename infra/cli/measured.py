"""What people type for a measurement: ``weight=70kg``, ``bp=118/76@left,sitting``, ``glucose=5.4mmol/L``."""

from __future__ import annotations

from typing import Any

import typer

from infra.words import t

_ARMS, _POSITIONS = ("left", "right"), ("sitting", "standing", "supine")
_QUALIFIERS = {**dict.fromkeys(_ARMS, "arm"), **dict.fromkeys(_POSITIONS, "position")}


def given(text: str) -> dict[str, Any]:
    """A measurement as the API takes it; its numbers are text, so that no digit is lost.

    Raises:
        typer.BadParameter: the name means nothing, or what follows is no value of it.
    """
    from domain.checkups.analytes import ANALYTES, code_of
    from domain.refusal import Refused
    from infra.csv_import import cells
    from infra.csv_import.mapping import Column
    from infra.csv_import.rows import measurement

    name, equals, said = text.partition("=")
    if not equals or not name.strip() or not said.strip():
        raise typer.BadParameter(t("{text!r} is no measurement. Write weight=70kg or bp=118/76.", text=text))
    try:
        analyte = ANALYTES.get(code_of(name))
    except Refused:
        raise typer.BadParameter(
            t(
                "There is no measurement {name!r}. Write a name such as {names}, or a LOINC code.",
                name=name.strip(),
                names=", ".join(names()),
            )
        ) from None
    where: dict[str, str] = {}
    if analyte is not None and analyte.kind == "pressure":
        said, where = _qualified(said)
    try:
        return measurement(Column(to=name.strip()), said, ".") | where
    except cells.Unreadable as error:
        raise typer.BadParameter(f"{name.strip()}: {error}") from None


def names() -> list[str]:
    """The short names of everything that can be measured."""
    from domain.checkups.analytes import ANALYTES

    parts = ("systolic", "diastolic")  # of a blood pressure, never alone
    return [analyte.name for analyte in ANALYTES.values() if analyte.kind != "derived" and analyte.name not in parts]


def _qualified(said: str) -> tuple[str, dict[str, str]]:
    """A blood pressure without ``@left,sitting``, and that."""
    value, _, qualifiers = said.partition("@")
    where: dict[str, str] = {}
    for word in filter(None, (one.strip().lower() for one in qualifiers.split(","))):
        if word not in _QUALIFIERS:
            raise typer.BadParameter(
                t("Where was the blood pressure taken? After @ write: {choices}.", choices=", ".join(_QUALIFIERS))
            )
        where[_QUALIFIERS[word]] = word
    return value, where
