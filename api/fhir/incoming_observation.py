"""Observations as others send them, as far as Vitalog keeps them. Every fault is told where it is."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal
from typing import Any

from api.checkup_words import POSITIONS
from api.fhir.codes import LOINC, UCUM, Resource
from api.fhir.incoming_parts import concept_text, objects, part, text
from api.fhir.observation import ARM, BODY_POSITION, POSITION, TRANSLATION
from domain.checkups import units
from domain.checkups.analytes import ANALYTES, CODES, DIASTOLIC, SYSTOLIC
from domain.checkups.faults import Faults
from domain.checkups.given import GivenMeasurement
from domain.checkups.results import Arm, Comparator, Position
from domain.refusal import Refused

_MOST_DIGITS = 12
_KNOWN = frozenset({*CODES, *CODES.values()})
_VALUES = ("valueQuantity", "valueString", "valueCodeableConcept", "valueInteger")
_COMPARATORS: dict[str, Comparator] = {"<": "<", "<=": "<=", ">=": ">=", ">": ">"}
_ARMS: dict[str, Arm] = {ARM["left"]: "left", ARM["right"]: "right"}
_POSITIONS: dict[str, Position] = {
    spelling: position for position, words in POSITIONS.items() for spelling in (POSITION[position], words.en)
}


def loinc_of(resource: Resource) -> str:
    """The LOINC code that Vitalog knows an Observation by, else the first one.

    Raises:
        Refused: there is none.
    """
    codings = objects(part(resource.get("code")).get("coding"))
    codes = [code for one in codings if one.get("system") == LOINC and (code := text(one.get("code")))]
    if not codes:
        raise Refused("code needs a coding with the system http://loinc.org.", "code")
    return next((code for code in codes if code in _KNOWN), codes[0])


def measurement_of(resource: Resource, faults: Faults) -> GivenMeasurement | None:
    """What an Observation says was measured; None when ``faults`` tell why not."""
    before = len(faults.found)
    codes: list[str] = []
    value = unit = comparator = None
    pressure = _Pressure()
    with faults.at(""):
        codes.append(loinc_of(resource))
    whole = part(resource.get("valueQuantity"))
    with faults.at("/valueQuantity"):
        if whole:
            value, unit, comparator = _as_given(whole, codes[0] if codes else "")
    components = objects(resource.get("component"))
    for place, component in enumerate(components):
        with faults.at(f"/component/{place}"):
            pressure.take(component)
    for name in resource:
        if name.startswith("value") and name not in _VALUES:
            faults.add(f"/{name}", f"{name} is not supported: a result is {', '.join(_VALUES)} or components.")
    words = text(resource.get("valueString")) or concept_text(part(resource.get("valueCodeableConcept")))
    value = _whole_number(resource) or value
    if len(faults.found) == before and value is None and words is None and not components:
        faults.add("/value", "An Observation needs a value, or a dataAbsentReason.")
    if len(faults.found) > before:
        return None
    return GivenMeasurement(
        code=codes[0],
        value=value,
        unit=pressure.unit or unit,
        comparator=comparator,
        text=words,
        systolic=pressure.systolic,
        diastolic=pressure.diastolic,
        arm=_arm(objects(part(resource.get("bodySite")).get("coding"))),
        position=_position(resource),
        display=concept_text(part(resource.get("code"))),
    )


class _Pressure:
    """The two numbers of a blood pressure, from its components."""

    def __init__(self) -> None:
        self.systolic: Decimal | None = None
        self.diastolic: Decimal | None = None
        self.unit: str | None = None

    def take(self, component: Resource) -> None:
        """Look at a component; one of another kind is left out. Raises ``Refused``: it cannot be understood."""
        name = loinc_of(component)
        if name not in {SYSTOLIC, DIASTOLIC}:
            return
        amount, unit, limit = _quantity(part(component.get("valueQuantity")))
        if limit is not None:
            raise Refused("A blood pressure is known or not: leave out the comparator.", "valueQuantity/comparator")
        if (self.systolic if name == SYSTOLIC else self.diastolic) is not None:
            raise Refused("This component is there twice: send two Observations.", "code")
        if self.unit is not None and unit != self.unit:
            raise Refused("Both components need the same unit.", "valueQuantity/code")
        self.unit = unit
        if name == SYSTOLIC:
            self.systolic = amount
        else:
            self.diastolic = amount


def _whole_number(resource: Resource) -> Decimal | None:
    found: Any = resource.get("valueInteger")
    return Decimal(found) if isinstance(found, int) and not isinstance(found, bool) else None


def _quantity(given: Resource) -> tuple[Decimal, str | None, Comparator | None]:
    number = given.get("value")
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        raise Refused("A quantity needs a value that is a number.", "value")
    if abs(Decimal(number).adjusted()) > _MOST_DIGITS:
        # 1e-999999 is a number in nine letters, and one that takes minutes to calculate with.
        raise Refused("A quantity has at most 12 digits, of them at most 6 decimals.", "value")
    sign = given.get("comparator")
    if sign is not None and sign not in _COMPARATORS:
        raise Refused("comparator must be <, <=, >= or >.", "comparator")
    # A code of another system than UCUM is not a unit that anybody here could read.
    coded = given.get("code") if given.get("system") in {None, UCUM} else None
    unit = text(coded) or text(given.get("unit"))
    return Decimal(number), unit, _COMPARATORS[sign] if sign is not None else None


def _as_given(whole: Resource, code: str) -> tuple[Decimal, str | None, Comparator | None]:
    """The quantity; in the unit it was given in, where Vitalog told that beside it and both are the same amount."""
    value, unit, comparator = _quantity(whole)
    analyte = ANALYTES.get(code)
    for extension in objects(whole.get("extension")):
        if extension.get("url") != TRANSLATION or analyte is None or unit is None or unit != analyte.unit:
            continue
        with suppress(Refused):
            given, given_unit, _ = _quantity(part(extension.get("valueQuantity")))
            if given_unit and units.convert(given, given_unit, unit, code) == value:
                return given, given_unit, comparator
    return value, unit, comparator


def _position(resource: Resource) -> Position | None:
    for extension in objects(resource.get("extension")):
        if extension.get("url") == BODY_POSITION:
            said = part(extension.get("valueCodeableConcept"))
            spellings = [said.get("text"), *(one.get("code") for one in objects(said.get("coding")))]
            return next((_POSITIONS[one] for one in spellings if isinstance(one, str) and one in _POSITIONS), None)
    return None


def _arm(codings: Iterable[Resource]) -> Arm | None:
    return next((_ARMS[code] for one in codings if (code := str(one.get("code"))) in _ARMS), None)


def left_out(resource: Resource) -> str | None:
    """Why an Observation is not kept, though nothing is wrong with it; None: it is kept."""
    if resource.get("status") in {"entered-in-error", "cancelled"}:
        return "An Observation that was entered in error or cancelled is left out."
    if objects(resource.get("hasMember")) and not any(name.startswith("value") for name in resource):
        return "The panel has no value of its own; its members are kept."
    if part(resource.get("dataAbsentReason")):
        return "There is no value, only the reason why; the entry was left out."
    try:
        code = loinc_of(resource)
    except Refused:
        return None
    if code in ANALYTES and ANALYTES[code].kind == "derived":
        return "Vitalog derives this value itself; the entry was left out."
    return None
