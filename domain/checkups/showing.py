"""Results as people read them."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from domain.checkups.analytes import ANALYTES
from domain.checkups.reasons import Text
from domain.checkups.results import Derived, Measurement, Results
from domain.checkups.units import plain

_UNITS = {"mm[Hg]": "mmHg", "Cel": "°C", "kg/m2": "kg/m²", "mL/min/{1.73_m2}": "mL/min/1.73 m²"}
"""UCUM codes that people do not read."""

STEP_NAMES: dict[str, Text] = {
    "-": Text("negative (−)", "음성(−)"),
    "±": Text("trace (±)", "약양성(±)"),
    **{f"{n}+": Text(f"positive ({n}+)", f"양성({n}+)") for n in range(1, 5)},
}


def readable(unit: str) -> str:
    """A UCUM unit as people write it: ``mmHg``, ``°C``; empty for a plain number."""
    return "" if unit == "1" else _UNITS.get(unit, unit)


def result_of(code: str, results: Results) -> Measurement | Derived | None:
    """The result that counts for a code: the last one measured, else the derived one."""
    every = [one for one in results.measurements if one.code == code] or [
        one for one in results.derived if one.code == code
    ]
    return every[-1] if every else None


def numbers(code: str, results: Results) -> dict[str, Decimal]:
    """The numbers of a result by part (its own code, or those of its components), as they are shown; empty for words,
    for what is only known to be beyond a limit, and for what could not be derived.
    """
    result = result_of(code, results)
    if isinstance(result, Measurement):
        if result.components:
            return {part.code: as_shown(part.value, part.code, result) for part in result.components}
        if result.comparator is not None or result.value is None:
            return {}
        return {code: as_shown(result.value, code, result)}
    return {code: result.value} if result is not None and result.value is not None else {}


def shown(code: str, results: Results) -> Text:
    """With its unit: ``104 mg/dL``, ``<5 U/L``, ``118/76 mmHg``, ``negative (−)``; empty when there is no result."""
    result = result_of(code, results)
    if result is None:
        return Text("", "")
    if isinstance(result, Measurement) and result.text is not None:
        return STEP_NAMES.get(result.text, Text(result.text, result.text))
    said = "/".join(format(number, "f") for number in numbers(code, results).values())
    if isinstance(result, Measurement) and result.comparator is not None and result.value is not None:
        said = f"{result.comparator}{format(as_shown(result.value, code, result), 'f')}"
    whole = f"{said} {readable(result.unit or '')}".strip() if said else ""
    return Text(whole, whole)


def signed(number: Decimal) -> str:
    """``+6``, ``−0.4``, ``±0``."""
    return f"{'+' if number > 0 else '−' if number < 0 else '±'}{format(abs(number), 'f')}"


def as_shown(value: Decimal, code: str, measurement: Measurement) -> Decimal:
    """A value as it was given; a converted one to one decimal more than is usual. Cut, not rounded, so that it never
    looks as if it had reached a limit that it has not.
    """
    if measurement.given_unit == measurement.unit or code not in ANALYTES:
        return value
    return plain(value.quantize(Decimal(1).scaleb(-ANALYTES[code].decimals - 1), rounding=ROUND_DOWN))
