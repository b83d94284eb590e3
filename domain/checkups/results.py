"""What a checkup holds: measurements, values derived from them, and judgements by published tables."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

Comparator = Literal["<", "<=", ">=", ">"]
Arm = Literal["left", "right"]
Position = Literal["sitting", "standing", "supine"]


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a panel, in the canonical unit of its code."""

    code: str
    """LOINC."""
    given: Decimal
    value: Decimal


class Measurement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing measured, as it was given and in the canonical UCUM unit.

    A number has ``given``, ``given_unit``, ``value`` and ``unit``; a panel (blood pressure) has ``components`` in their
    place, with the units; an ordinal or text result (urine protein) has ``text`` alone.
    """

    id: str
    """Within its checkup: the code, or ``{code}.2``, ``{code}.3`` … when the same is measured again."""
    code: str
    """LOINC."""
    given: Decimal | None = None
    given_unit: str | None = None
    """UCUM, as it was given."""
    value: Decimal | None = None
    """In ``unit``: converted with exact rational arithmetic, then rounded half-even to at most 6 decimals."""
    unit: str | None = None
    """Canonical UCUM unit of the code."""
    comparator: Comparator | None = None
    """What the laboratory wrote before the number: ``<`` for "below the detection limit" …"""
    components: tuple[Component, ...] = ()
    text: str | None = None
    arm: Arm | None = None
    position: Position | None = None
    display: str | None = None
    """What it is called, for a code that Vitalog has no name for."""
    confirmed: bool = False
    """Unusual, and said to be meant."""


class Derived(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value computed from measurements by a published formula."""

    code: str
    """LOINC: 39156-5 body mass index, 98979-8 estimated glomerular filtration rate."""
    rule: str
    """The formula and its edition, such as ``CKD-EPI 2021``."""
    value: Decimal | None = None
    """None when it could not be derived; ``reason`` says why."""
    unit: str | None = None
    inputs: dict[str, str] = {}
    """What went in, by name: ``{"8302-2": "175 cm", "sex": "male", "age": "70"}``."""
    reason: str | None = None
    """A key of ``domain.checkups.reasons.REASONS``."""


class Judgement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The class a published table puts a result in."""

    code: str
    """LOINC of what is judged."""
    scheme: str
    """Key of a table: ``kr-national``, ``ksso-bmi``, ``who-bmi``, ``acc-aha-bp``."""
    edition: str
    """Which edition of the table."""
    grade: str | None = None
    """The class, such as ``normal``, ``borderline``, ``suspected``, ``obese-1``; None: not classified."""
    inputs: dict[str, str] = {}
    reason: str | None = None
    """Why there is no class: a key of ``domain.checkups.reasons.REASONS``."""


class Results(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All of a checkup."""

    measurements: tuple[Measurement, ...] = ()
    derived: tuple[Derived, ...] = ()
    judgements: tuple[Judgement, ...] = ()
