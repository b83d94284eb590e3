"""From what was given to a measurement: its unit understood, its value converted, the impossible refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from decimal import Decimal
from itertools import count

from domain.checkups import units
from domain.checkups.analytes import ANALYTES, BLOOD_PRESSURE, DIASTOLIC, SYSTOLIC, Analyte, code_of
from domain.checkups.given import GivenMeasurement
from domain.checkups.results import Component, Measurement
from domain.refusal import Refused, Unusual, line

MOST_DIGITS, MOST_DECIMALS = 12, 6
LONGEST_TEXT, LONGEST_DISPLAY = 200, 200

_STEPS: dict[str, str] = {
    **dict.fromkeys(("-", "(-)", "neg", "negative", "음성", "음성(-)", "0"), "-"),
    **dict.fromkeys(("±", "(±)", "+/-", "+-", "trace", "tr", "약양성", "약양성(±)", "미량"), "±"),
    **{
        spelling: f"{n}+"
        for n in range(1, 5)
        for spelling in (f"{n}+", f"+{n}", f"({n}+)", f"(+{n})", "+" * n, f"({'+' * n})", f"양성(+{n})", f"양성({n}+)")
    },
}


def measure(given: GivenMeasurement, *, species: str | None, confirm: bool, taken: Collection[str] = ()) -> Measurement:
    """What was measured, in the canonical unit, with its id within the checkup.

    ``species`` is that of an animal patient, of which only what is possible is checked; None for a person. ``confirm``
    says that an unusual value is meant. ``taken`` are the ids of the checkup's other measurements.

    Raises:
        Unusual: possible, but rare enough to be a slip, and not confirmed.
        Refused: impossible, in a unit that does not fit, or not the kind of result the code has; ``field`` names the
            field of ``given``.
    """
    code = code_of(given.code)
    analyte = ANALYTES.get(code)
    own = _id(given.id, code, taken)
    if analyte is None:
        return _other(given, code, own)
    if analyte.kind == "derived":
        raise Refused(f"Leave out {analyte.name}: Vitalog derives it from what was measured.", "code")
    if code in {SYSTOLIC, DIASTOLIC}:
        raise Refused("Give systolic and diastolic together, as code blood-pressure.", "code")
    if analyte.kind == "pressure":
        return _pressure(given, own, species, confirm=confirm)
    _refuse_pair(given)
    if analyte.kind == "steps":
        return _step(given, analyte, own)
    return _number(given, analyte, own, species, confirm=confirm)


def _number(given: GivenMeasurement, analyte: Analyte, own: str, species: str | None, *, confirm: bool) -> Measurement:
    if given.text is not None:
        raise Refused(f"{analyte.name} is a number: give value and unit, no text.", "text")
    if given.value is None:
        raise Refused(f"Give the value of {analyte.name} as a number.", "value")
    if given.comparator is not None and not analyte.laboratory:
        raise Refused("Only laboratory values can be below or above a limit: leave out the comparator.", "comparator")
    unit = _unit(given.unit, analyte)
    amount = _clean(given.value, "value")
    value = units.convert(amount, unit, analyte.unit, analyte.code)
    unusual = _check(analyte, value, "value", species, confirm=confirm)
    return Measurement(
        id=own,
        code=analyte.code,
        given=amount,
        given_unit=unit,
        value=value,
        unit=analyte.unit,
        comparator=given.comparator,
        confirmed=unusual,
    )


def _pressure(given: GivenMeasurement, own: str, species: str | None, *, confirm: bool) -> Measurement:
    if given.value is not None or given.text is not None or given.comparator is not None:
        raise Refused("A blood pressure is a pair: give systolic and diastolic, no value or text.", "value")
    unit = _unit(given.unit, ANALYTES[BLOOD_PRESSURE])
    unusual = False
    parts: list[Component] = []
    for code, field, number in ((SYSTOLIC, "systolic", given.systolic), (DIASTOLIC, "diastolic", given.diastolic)):
        if number is None:
            raise Refused(f"A blood pressure is a pair: {field} is missing.", field)
        amount = _clean(number, field)
        value = units.convert(amount, unit, "mm[Hg]", code)
        parts.append(Component(code=code, given=amount, value=value))
    if parts[1].value >= parts[0].value:
        raise Refused("diastolic must be below systolic.", "diastolic")
    for part, field in zip(parts, ("systolic", "diastolic"), strict=True):
        unusual |= _check(ANALYTES[part.code], part.value, field, species, confirm=confirm)
    return Measurement(
        id=own,
        code=BLOOD_PRESSURE,
        given_unit=unit,
        unit="mm[Hg]",
        components=tuple(parts),
        arm=given.arm,
        position=given.position,
        confirmed=unusual,
    )


def _step(given: GivenMeasurement, analyte: Analyte, own: str) -> Measurement:
    said = unicodedata.normalize("NFKC", given.text or "").casefold()
    step = _STEPS.get("".join(said.split()).replace("−", "-").replace("–", "-"))
    if step is None or given.value is not None or given.unit is not None or given.comparator is not None:
        raise Refused(
            f"{analyte.name} is read in steps: give text as one of -, ±, 1+, 2+, 3+, 4+, and nothing else.", "text"
        )
    return Measurement(id=own, code=analyte.code, text=step)


def _other(given: GivenMeasurement, code: str, own: str) -> Measurement:
    """Any other LOINC code: a number with its unit as given, or a text. Nothing is known of what is possible."""
    _refuse_pair(given)
    display = None if given.display is None else line(given.display, "display", LONGEST_DISPLAY)
    if (given.value is None) == (given.text is None):
        raise Refused(f"Give either value and unit or text for {code}.", "value")
    if given.value is None:
        if given.unit is not None or given.comparator is not None:
            raise Refused("A result in words has neither unit nor comparator.", "unit")
        text = line(given.text or "", "text", LONGEST_TEXT)
        return Measurement(id=own, code=code, text=text, display=display)
    if given.unit is None:
        raise Refused(f"Give the unit of {code}; for a plain number it is 1.", "unit")
    unit = units.kept(given.unit)
    if unit is None:
        raise Refused(f"The unit of {code} must be a UCUM code such as mg/dL, 10*3/uL or 1.", "unit")
    amount = _clean(given.value, "value")
    return Measurement(
        id=own,
        code=code,
        given=amount,
        given_unit=unit,
        value=units.plain(amount),
        unit=unit,
        comparator=given.comparator,
        display=display,
    )


def _refuse_pair(given: GivenMeasurement) -> None:
    for field in ("systolic", "diastolic", "arm", "position"):
        if getattr(given, field) is not None:
            raise Refused(f"{field} belongs to a blood pressure.", field)


def _unit(spelling: str | None, analyte: Analyte) -> str:
    known = None if spelling is None else units.ucum(spelling)
    if known is None or known not in analyte.units:
        accepted = ", ".join(analyte.units)
        if spelling is None:
            raise Refused(f"Give the unit of {analyte.name}: one of {accepted}.", "unit")
        raise Refused(f"The unit does not fit {analyte.name}: use one of {accepted}.", "unit")
    return known


def _clean(number: Decimal, field: str) -> Decimal:
    """The number as it was written, without exponent."""
    if not number.is_finite():
        raise Refused(f"{field} must be a number: neither infinite nor NaN.", field)
    digits, exponent = len(number.as_tuple().digits), number.as_tuple().exponent
    assert isinstance(exponent, int), "finite"
    if -exponent > MOST_DECIMALS or max(digits, digits + exponent) > MOST_DIGITS:
        raise Refused(f"{field} has too many digits: give at most 12, of them at most 6 decimals.", field)
    return Decimal(format(number, "f")) if number else abs(Decimal(format(number, "f")))


def _check(analyte: Analyte, value: Decimal, field: str, species: str | None, *, confirm: bool) -> bool:
    """Whether the value is unusual, and said to be meant."""
    possible = analyte.possible if species is None else analyte.possible_animal
    assert possible is not None, "a number has a range"
    if not possible.low <= value <= possible.high:
        raise Refused(
            f"{analyte.name} {value} {analyte.unit} is impossible: it can only be between {possible.low} and "
            f"{possible.high} {analyte.unit}.",
            field,
        )
    usual = analyte.usual
    if species is not None or usual is None or usual.low <= value <= usual.high:
        return False
    if not confirm:
        raise Unusual(
            f"{analyte.name} {value} {analyte.unit} is unusual: it is mostly between {usual.low} and {usual.high} "
            f"{analyte.unit}. Send it again with confirm if it is meant.",
            field,
        )
    return True


def _id(asked: str | None, code: str, taken: Collection[str]) -> str:
    if asked is None:
        return next(name for name in _names(code) if name not in taken)
    if asked in taken:
        raise Refused(f"The checkup has a measurement {asked} already.", "id")
    if asked != code and re.fullmatch(rf"{re.escape(code)}\.([2-9]|[1-9][0-9]{{1,3}})", asked) is None:
        raise Refused(f"The id of a measurement is its code, or the code with a number: {code}, {code}.2.", "id")
    return asked


def _names(code: str) -> Iterator[str]:
    yield code
    yield from (f"{code}.{n}" for n in count(2))
