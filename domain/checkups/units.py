"""Units: UCUM codes, the spellings people type for them, and exact conversion between them.

Factors are those of the UCUM specification, version 2.1 (ucum-essence.xml), in exact rational arithmetic:

- ``[in_i]`` 2.54 cm, ``[ft_i]`` 12 in, ``[lb_av]`` 7000 gr of 64.79891 mg = 453.59237 g, ``[oz_av]`` 1/16 and
  ``[stone_av]`` 14 of it; ``[degF]`` 5/9 K from 459.67;
- ``m[Hg]`` 133.3220 kPa, so 1 mm[Hg] = 133.322 Pa. The conventional millimetre of mercury of ISO 80000-4 is
  133.322387415 Pa, three parts in a million more: no reading of a blood pressure can show it;
- ``kat`` 1 mol/s and ``U`` 1 umol/min, so 1 ukat/L = 60 U/L. Enzyme results in "IU/L" are in the same U (the name that
  the unit had before); the UCUM unit ``[iU]``, of biological effect, is something else and not taken.

Between mass and substance concentration the substance decides. The factors are those that laboratories and guidelines
use, not ones recomputed from today's atomic weights:

- glucose 18.0156 mg/dL per mmol/L (molar mass 180.156 g/mol);
- cholesterol, HDL, LDL 38.67 (molar mass of cholesterol 386.65 g/mol gives 38.665; NHANES and NCEP use 38.67);
- triglycerides 88.57 (a mean over fatty acids of 885.7 g/mol; NHANES and NCEP; triolein alone has 885.4);
- creatinine 88.42 umol/L per mg/dL (113.1 g/mol; the AMA Manual of Style rounds to 88.4).

HbA1c: NGSP % = 0.09148 · IFCC mmol/mol + 2.152, the IFCC-NGSP master equation (ngsp.org/ifcc.asp; Hoelzel et al., Clin
Chem 2004;50:166-74).
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from domain.refusal import Refused

PLACES = 6
"""A converted value is rounded half-even to at most so many decimals."""


class _Scale(NamedTuple):
    """``base = value · factor + offset``, in the base unit of the kind."""

    kind: str
    factor: Fraction
    offset: Fraction = Fraction(0)


_POUND = Fraction("0.45359237")
_SCALES: dict[str, _Scale] = {
    "cm": _Scale("length", Fraction(1)),
    "m": _Scale("length", Fraction(100)),
    "mm": _Scale("length", Fraction(1, 10)),
    "[in_i]": _Scale("length", Fraction("2.54")),
    "[ft_i]": _Scale("length", Fraction("30.48")),
    "kg": _Scale("mass", Fraction(1)),
    "g": _Scale("mass", Fraction(1, 1000)),
    "[lb_av]": _Scale("mass", _POUND),
    "[oz_av]": _Scale("mass", _POUND / 16),
    "[stone_av]": _Scale("mass", _POUND * 14),
    "mm[Hg]": _Scale("pressure", Fraction(1)),
    "kPa": _Scale("pressure", 1000 / Fraction("133.322")),
    "Cel": _Scale("temperature", Fraction(1)),
    "[degF]": _Scale("temperature", Fraction(5, 9), Fraction(-160, 9)),
    "K": _Scale("temperature", Fraction(1), Fraction("-273.15")),
    "/min": _Scale("rate", Fraction(1)),
    "/s": _Scale("rate", Fraction(60)),
    "%": _Scale("fraction", Fraction(1)),
    "mmol/mol": _Scale("ifcc", Fraction(1)),
    "mg/dL": _Scale("mass concentration", Fraction(1)),
    "mg/L": _Scale("mass concentration", Fraction(1, 10)),
    "g/L": _Scale("mass concentration", Fraction(100)),
    "g/dL": _Scale("mass concentration", Fraction(1000)),
    "ug/dL": _Scale("mass concentration", Fraction(1, 1000)),
    "mmol/L": _Scale("substance concentration", Fraction(1)),
    "umol/L": _Scale("substance concentration", Fraction(1, 1000)),
    "U/L": _Scale("catalytic concentration", Fraction(1)),
    "ukat/L": _Scale("catalytic concentration", Fraction(60)),
    "nkat/L": _Scale("catalytic concentration", Fraction(6, 100)),
    "kg/m2": _Scale("body mass index", Fraction(1)),
    "mL/min/{1.73_m2}": _Scale("filtration", Fraction(1)),
}

_PER_MMOL: dict[str, Fraction] = {
    "1558-6": Fraction("18.0156"),
    **dict.fromkeys(("2093-3", "2085-9", "2089-1", "13457-7", "18262-6"), Fraction("38.67")),
    "2571-8": Fraction("88.57"),
    "2160-0": 1000 / Fraction("88.42"),
}
"""mg/dL in 1 mmol/L, by LOINC code."""
_NGSP_SLOPE, _NGSP_START = Fraction("0.09148"), Fraction("2.152")

_EVERYDAY: dict[str, str] = {
    **{code.casefold(): code for code in _SCALES},
    **dict.fromkeys(("in", "inch", "inches"), "[in_i]"),
    **dict.fromkeys(("ft", "foot", "feet"), "[ft_i]"),
    **dict.fromkeys(("lb", "lbs", "pound", "pounds"), "[lb_av]"),
    **dict.fromkeys(("oz", "ounce", "ounces"), "[oz_av]"),
    **dict.fromkeys(("st", "stone"), "[stone_av]"),
    **dict.fromkeys(("mmhg", "mm(hg)"), "mm[Hg]"),
    **dict.fromkeys(("c", "°c", "degc", "celsius"), "Cel"),
    **dict.fromkeys(("f", "°f", "degf", "fahrenheit"), "[degF]"),
    **dict.fromkeys(("bpm", "1/min", "min-1", "beats/min", "{beats}/min", "breaths/min", "{breaths}/min"), "/min"),
    **dict.fromkeys(("회/분", "회/min"), "/min"),
    "hz": "/s",
    **dict.fromkeys(("percent", "%{hb}", "%ngsp"), "%"),
    "mg/100ml": "mg/dL",
    **dict.fromkeys(("μg/dl", "mcg/dl"), "ug/dL"),
    **dict.fromkeys(("μmol/l", "mcmol/l"), "umol/L"),
    **dict.fromkeys(("iu/l", "units/l", "unit/l"), "U/L"),
    "μkat/l": "ukat/L",
    **dict.fromkeys(("ml/min/1.73m2", "ml/min/1.73m^2"), "mL/min/{1.73_m2}"),
    "kg/m^2": "kg/m2",
}
_NEVER_UCUM = frozenset(("mmhg", "bpm", "lb", "lbs", "iu/l", "°c", "°f", "inch"))
"""Spellings that are certainly not meant as UCUM, whatever the code is that they come with."""

_ATOM = r"""(?:10[*^][+-]?[0-9]+|[0-9]+|(?:[A-Za-z%'"]|\[[^\s\[\]{}]+\])+(?:[+-]?[0-9]+)?)"""
_COMPONENT = rf"(?:{_ATOM}(?:\{{[^\s{{}}]*\}})?|\{{[^\s{{}}]*\}})"
_TERM = rf"{_COMPONENT}(?:[./]{_COMPONENT})*"
_UCUM = re.compile(rf"/?(?:{_COMPONENT}|\({_TERM}\))(?:[./](?:{_COMPONENT}|\({_TERM}\)))*")


def ucum(spelling: str) -> str | None:
    """The UCUM code of a unit that Vitalog converts, however it is spelled; None when it is none of them.

    Case and spaces are overlooked, and so are Unicode's many ways of writing a unit (``㎎/㎗``, ``℃``, ``µmol/L``).
    """
    if spelling in _SCALES:
        return spelling
    return _EVERYDAY.get("".join(unicodedata.normalize("NFKC", spelling).casefold().split()))


def kept(spelling: str) -> str | None:
    """The unit of a code that Vitalog has no name for: as given, when it can be a UCUM code (form only, not each atom);
    None when it cannot.
    """
    said = unicodedata.normalize("NFKC", spelling).replace("μ", "u").strip()
    if said.casefold() in _NEVER_UCUM:
        return ucum(said)
    if len(said) > 50 or not said.isascii() or _UCUM.fullmatch(said) is None:
        return None
    return said


def convert(value: Decimal, from_unit: str, to_unit: str, code: str) -> Decimal:
    """The value in another unit, rounded half-even to at most 6 decimals, without trailing zeros.

    Units are UCUM codes, as ``ucum`` gives them; ``code`` (LOINC) tells which substance it is.

    Raises:
        Refused: the units measure different things.
    """
    return rounded(exact(value, from_unit, to_unit, code))


def exact(value: Decimal | Fraction, from_unit: str, to_unit: str, code: str) -> Fraction:
    """As ``convert``, not rounded."""
    source, target = _SCALES.get(from_unit), _SCALES.get(to_unit)
    if source is None or target is None:
        if from_unit == to_unit:
            return Fraction(value)
        raise _no_way(from_unit, to_unit)
    base = Fraction(value) * source.factor + source.offset
    per_mmol = _PER_MMOL.get(code)
    match source.kind, target.kind:
        case same, other if same == other:
            pass
        case "substance concentration", "mass concentration" if per_mmol:
            base *= per_mmol
        case "mass concentration", "substance concentration" if per_mmol:
            base /= per_mmol
        case "ifcc", "fraction" if code == "4548-4":
            base = base * _NGSP_SLOPE + _NGSP_START
        case "fraction", "ifcc" if code == "4548-4":
            base = (base - _NGSP_START) / _NGSP_SLOPE
        case _:
            raise _no_way(from_unit, to_unit)
    return (base - target.offset) / target.factor


def rounded(value: Fraction, places: int = PLACES) -> Decimal:
    """Half-even to ``places`` decimals, written without exponent and without trailing zeros."""
    return plain(Decimal(round(value * 10**places)).scaleb(-places))


def plain(value: Decimal) -> Decimal:
    """The same number without exponent and trailing zeros: one number, one spelling."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return Decimal("0" if text in {"-0", "", "-"} else text)


def _no_way(from_unit: str, to_unit: str) -> Refused:
    return Refused(f"The unit {from_unit} cannot be converted to {to_unit}.", "unit")
