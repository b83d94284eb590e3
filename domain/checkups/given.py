"""What somebody says was measured, before anything about it is believed."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

import msgspec

from domain.checkups.results import Arm, Comparator, Position
from domain.refusal import Refused


class GivenMeasurement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One measurement as typed, imported or sent: any code, any unit; ``measuring.measure`` makes sense of it."""

    code: str
    """LOINC, or one of our short names such as ``weight``, ``blood-pressure``, ``fasting-glucose``."""
    value: Decimal | None = None
    """In ``unit``. Not for a blood pressure, nor for a result in steps."""
    unit: str | None = None
    """UCUM or an everyday spelling: ``kg``, ``lb``, ``mmol/L``, ``°F`` …"""
    comparator: Comparator | None = None
    text: str | None = None
    """A step of a strip (``-``, ``±``, ``1+`` …), or a result in words under a code that Vitalog has no name for."""
    systolic: Decimal | None = None
    diastolic: Decimal | None = None
    arm: Arm | None = None
    position: Position | None = None
    display: str | None = None
    """What it is called; kept only for a code that Vitalog has no name for."""
    id: str | None = None
    """Which measurement of the checkup is meant: its code, or ``{code}.2`` …; None: the next free one."""


_COMPARATORS: dict[str, Comparator] = {"<": "<", "<=": "<=", ">=": ">=", ">": ">"}
_NUMBER = re.compile(r"(<=|>=|<|>)?\s*([+-]?[0-9]+(?:\.[0-9]+)?)")


def number_from(text: str, field: str = "value") -> tuple[Comparator | None, Decimal]:
    """A number as laboratories and spreadsheets write it: ``104``, ``5.6``, ``<5``, ``≥ 90``.

    A comma is refused: ``1,234`` and ``5,6`` cannot be told apart.

    Raises:
        Refused: it is no such number.
    """
    said = unicodedata.normalize("NFKC", text).replace("≤", "<=").replace("≥", ">=").replace("−", "-").strip()
    if len(said) > 40 or (found := _NUMBER.fullmatch(said)) is None:
        raise Refused("Write the value as a number with a decimal point, such as 5.6 or <5.", field)
    return _COMPARATORS.get(found[1] or ""), Decimal(found[2])
