"""What Vitalog has a name for: the analytes of a checkup, with their units, and how far their values can go.

``possible`` and ``usual`` are Vitalog's own guard against slips of the pen (a height in the field of the weight, mmol/L
taken for mg/dL), not reference ranges, and no published source is claimed for them: outside ``possible`` no living
person has been, ``usual`` holds all but the gravely ill. ``possible_animal`` goes from a shrew to a whale. What is
normal is said by tables (``domain.checkups.tables``), each with its source.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import msgspec

from domain.checkups import loinc
from domain.checkups.personal import Sex
from domain.refusal import Refused

if TYPE_CHECKING:
    from domain.checkups.tables import Band

Kind = Literal["number", "pressure", "steps", "derived"]
BLOOD_PRESSURE, SYSTOLIC, DIASTOLIC = "85354-9", "8480-6", "8462-4"
HEIGHT, WEIGHT, CREATININE = "8302-2", "29463-7", "2160-0"
BMI, EGFR = "39156-5", "98979-8"
STEPS = ("-", "±", "1+", "2+", "3+", "4+")
"""Of a urine strip, as they are stored."""


class Range(msgspec.Struct, frozen=True):
    """Both ends belong to it; in the analyte's canonical unit."""

    low: Decimal
    high: Decimal


class Analyte(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be measured, or derived."""

    code: str
    """LOINC."""
    name: str
    """Our short name."""
    display: dict[str, str]
    """What people call it, by language: ``en``, ``ko``."""
    kind: Kind = "number"
    unit: str = ""
    """Canonical UCUM unit; empty for steps."""
    units: tuple[str, ...] = ()
    """UCUM units in which it is taken, the canonical one first."""
    decimals: int = 0
    """How many to show."""
    possible: Range | None = None
    usual: Range | None = None
    possible_animal: Range | None = None
    laboratory: bool = False
    """Whether it may be given as below or above a limit (``<5``)."""

    def band(self, sex: Sex, age: int | None) -> Band | None:
        """What is normal for a person by the tables that come with Vitalog; None where they say nothing.

        ``tables.reference`` does the same with an operator's tables.
        """
        from domain.checkups.tables import reference  # they know the analytes

        return reference(self.code, sex=sex, age=age)


def _range(text: str) -> Range:
    low, high = text.split("..")
    return Range(Decimal(low), Decimal(high))


def _number(
    code: str, name: str, en: str, ko: str, units: str, *, ranges: str, decimals: int = 0, laboratory: bool = False
) -> Analyte:
    """``ranges``: possible | usual | possible of an animal."""
    possible, usual, animal = map(_range, ranges.split(" | "))
    return Analyte(
        code=code,
        name=name,
        display={"en": en, "ko": ko},
        unit=units.split(maxsplit=1)[0],
        units=tuple(units.split()),
        decimals=decimals,
        possible=possible,
        usual=usual,
        possible_animal=animal,
        laboratory=laboratory,
    )


def _lab(code: str, name: str, en: str, ko: str, units: str, ranges: str, decimals: int = 0) -> Analyte:
    return _number(code, name, en, ko, units, ranges=ranges, decimals=decimals, laboratory=True)


def _derived(code: str, name: str, en: str, ko: str, unit: str, decimals: int) -> Analyte:
    return Analyte(
        code=code, name=name, display={"en": en, "ko": ko}, kind="derived", unit=unit, units=(unit,), decimals=decimals
    )


_LENGTH = "cm m mm [in_i] [ft_i]"
_FAT = "mg/dL mmol/L g/L mg/L"
_ENZYME = "U/L ukat/L nkat/L"
_PRESSURE = "mm[Hg] kPa"

_ALL = (
    _number(HEIGHT, "height", "Height", "키", _LENGTH, ranges="20..300 | 45..210 | 0.5..1000", decimals=1),
    _number(
        WEIGHT,
        "weight",
        "Weight",
        "체중",
        "kg g [lb_av] [oz_av] [stone_av]",
        ranges="0.2..700 | 2..200 | 0.001..200000",
        decimals=1,
    ),
    _number("8280-0", "waist", "Waist", "허리둘레", _LENGTH, ranges="10..400 | 30..160 | 0.5..2500", decimals=1),
    Analyte(
        code=BLOOD_PRESSURE,
        name="blood-pressure",
        display={"en": "Blood pressure", "ko": "혈압"},
        kind="pressure",
        unit="mm[Hg]",
        units=tuple(_PRESSURE.split()),
    ),
    _number(
        SYSTOLIC,
        "systolic",
        "Systolic blood pressure",
        "수축기 혈압",
        _PRESSURE,
        ranges="20..400 | 70..220 | 10..500",
    ),
    _number(
        DIASTOLIC,
        "diastolic",
        "Diastolic blood pressure",
        "이완기 혈압",
        _PRESSURE,
        ranges="5..300 | 40..130 | 5..400",
    ),
    _number("8867-4", "pulse", "Pulse", "맥박", "/min /s", ranges="10..400 | 40..180 | 1..1500"),
    _number(
        "8310-5",
        "temperature",
        "Body temperature",
        "체온",
        "Cel [degF] K",
        ranges="20..46 | 34..41 | -5..50",
        decimals=1,
    ),
    _number("9279-1", "respiratory-rate", "Respiratory rate", "호흡수", "/min /s", ranges="1..200 | 8..60 | 0.1..700"),
    _number("2708-6", "spo2", "Oxygen saturation", "산소포화도", "%", ranges="1..100 | 80..100 | 1..100"),
    _lab("1558-6", "fasting-glucose", "Fasting glucose", "공복혈당", _FAT, "1..3000 | 40..400 | 1..5000"),
    _lab("4548-4", "hba1c", "HbA1c", "당화혈색소", "% mmol/mol", "2.5..25 | 3.5..15 | 1..30", 1),
    _lab("2093-3", "total-cholesterol", "Total cholesterol", "총콜레스테롤", _FAT, "5..3000 | 80..400 | 1..5000"),
    _lab("2085-9", "hdl-cholesterol", "HDL cholesterol", "HDL 콜레스테롤", _FAT, "1..400 | 15..130 | 1..1000"),
    _lab("2089-1", "ldl-cholesterol", "LDL cholesterol", "LDL 콜레스테롤", _FAT, "1..2500 | 20..300 | 1..3000"),
    _lab(
        "13457-7",
        "ldl-cholesterol-calculated",
        "LDL cholesterol (calculated)",
        "LDL 콜레스테롤(계산)",
        _FAT,
        "1..2500 | 20..300 | 1..3000",
    ),
    _lab(
        "18262-6",
        "ldl-cholesterol-direct",
        "LDL cholesterol (direct)",
        "LDL 콜레스테롤(직접 측정)",
        _FAT,
        "1..2500 | 20..300 | 1..3000",
    ),
    _lab("2571-8", "triglycerides", "Triglycerides", "중성지방", _FAT, "5..20000 | 20..1000 | 1..50000"),
    _lab("1920-8", "ast", "AST (SGOT)", "AST(SGOT)", _ENZYME, "0..50000 | 5..500 | 0..100000"),
    _lab("1742-6", "alt", "ALT (SGPT)", "ALT(SGPT)", _ENZYME, "0..50000 | 3..500 | 0..100000"),
    _lab("2324-2", "ggt", "γ-GTP (GGT)", "감마지티피(γ-GTP)", _ENZYME, "0..20000 | 3..500 | 0..50000"),
    _lab(
        CREATININE,
        "creatinine",
        "Creatinine",
        "혈청 크레아티닌",
        "mg/dL umol/L mmol/L mg/L",
        "0.05..60 | 0.3..5 | 0.01..100",
        2,
    ),
    _lab("718-7", "haemoglobin", "Haemoglobin", "혈색소", "g/dL g/L", "1..30 | 6..20 | 0.5..40", 1),
    Analyte(
        code="20454-5",
        name="urine-protein",
        display={"en": "Urine protein", "ko": "요단백"},
        kind="steps",
        laboratory=True,
    ),
    _derived(BMI, "bmi", "Body mass index", "체질량지수", "kg/m2", 2),
    _derived(EGFR, "egfr", "eGFR", "신사구체여과율(eGFR)", "mL/min/{1.73_m2}", 1),
)

ANALYTES: dict[str, Analyte] = {analyte.code: analyte for analyte in _ALL}
"""By LOINC code, in the order in which a report shows them."""

_ALSO = {
    "59408-5": "2708-6",  # by pulse oximetry: FHIR's vital signs carry both codes
    "body-height": HEIGHT,
    "body-weight": WEIGHT,
    "bp": BLOOD_PRESSURE,
    "heart-rate": "8867-4",
    "body-temperature": "8310-5",
    "oxygen-saturation": "2708-6",
    "glucose": "1558-6",
    "cholesterol": "2093-3",
    "hdl": "2085-9",
    "ldl": "2089-1",
    "gamma-gtp": "2324-2",
    "γ-gtp": "2324-2",
    "hemoglobin": "718-7",
}
CODES: dict[str, str] = {**{analyte.name: analyte.code for analyte in _ALL}, **_ALSO}
"""LOINC code of each short name, and of each other name that is taken for it."""


def code_of(code_or_name: str) -> str:
    """The LOINC code that is meant: a short name or a code; any other LOINC code stays as it is.

    Raises:
        Refused: it is neither a known name nor a LOINC code, or its check digit is wrong.
    """
    said = code_or_name.strip()
    known = CODES.get(said.casefold().replace("_", "-").replace(" ", "-"), said)
    if known in ANALYTES or loinc.is_valid(known):
        return known
    if loinc.is_shaped(known):
        raise Refused(f"The code {known} has a wrong check digit: look it up at loinc.org.", "code")
    raise Refused("code must be a LOINC code such as 29463-7, or a short name such as weight.", "code")
