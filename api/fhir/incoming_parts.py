"""Patients and observations as others send them, as far as Vitalog keeps them. Every fault is told where it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, cast

from api.fhir.codes import LOINC, Resource
from api.fhir.observation import ARM
from api.fhir.patient import ANIMAL, system_name
from domain.checkups.analytes import CODES, DIASTOLIC, SYSTOLIC
from domain.checkups.faults import Faults
from domain.checkups.given import GivenMeasurement
from domain.checkups.personal import Guardian, Identifier, Personal, Sex
from domain.checkups.results import Arm, Comparator
from domain.refusal import Refused

_HANGUL = re.compile(r"[가-힣]+")
_SEXES: dict[str, Sex] = {"male": "male", "female": "female", "other": "other", "unknown": "unknown"}
_COMPARATORS: dict[str, Comparator] = {"<": "<", "<=": "<=", ">=": ">=", ">": ">"}
_ARMS: dict[str, Arm] = {ARM["left"]: "left", ARM["right"]: "right"}


def objects(value: Any) -> list[Resource]:
    """The objects of a list; nothing of anything else."""
    items: list[Any] = cast("list[Any]", value) if isinstance(value, list) else []
    return [cast("Resource", item) for item in items if isinstance(item, dict)]


def part(value: Any) -> Resource:
    """An object, or an empty one in the place of anything else."""
    return cast("Resource", value) if isinstance(value, dict) else {}


def text(value: Any) -> str | None:
    """A text that is not empty, else None."""
    return value if isinstance(value, str) and value.strip() else None


def day(value: Any, field: str) -> date:
    """The calendar day of a date or dateTime, as it was where it was written.

    Raises:
        Refused: it is no text, or not as precise as a day.
    """
    try:
        return date.fromisoformat(str(value)[:10]) if isinstance(value, str) else date.fromisoformat("")
    except ValueError:
        raise Refused(f"{field} must be a date with year, month and day.", field) from None


def personal_of(resource: Resource) -> Personal:
    """Who a Patient is.

    Raises:
        Refused: the name is missing, the birth date is no whole date, or the gender is unknown to FHIR.
    """
    sex = _SEXES.get(resource.get("gender", "unknown"))
    if sex is None:
        raise Refused("gender must be male, female, other or unknown.", "gender")
    born = resource.get("birthDate")
    identifiers = [
        Identifier(system=system_name(str(one["system"])), value=str(one["value"]))
        for one in objects(resource.get("identifier"))
        if text(one.get("system")) and text(one.get("value"))
    ]
    species, breed = _animal(resource)
    return Personal(
        name=_name(objects(resource.get("name"))),
        birth_date=None if born is None else day(born, "birthDate"),
        sex=sex,
        phone=_telecom(resource, "phone"),
        email=_telecom(resource, "email"),
        address=_address(resource),
        identifiers=tuple(identifiers),
        guardian=_guardian(resource),
        species=species,
        breed=breed,
    )


def _name(names: list[Resource]) -> str:
    ordered = sorted(names, key=lambda one: one.get("use") != "official")
    for one in ordered:
        if found := text(one.get("text")):
            return found
        family = text(one.get("family")) or ""
        raw: Any = one.get("given")
        first = " ".join(str(name) for name in cast("list[Any]", raw)) if isinstance(raw, list) else ""
        if _HANGUL.fullmatch(family + first):
            return family + first
        if whole := f"{first} {family}".strip():
            return whole
    raise Refused("A Patient needs a name, with text, or family and given.", "name")


def _telecom(resource: Resource, system: str) -> str | None:
    found = [one for one in objects(resource.get("telecom")) if one.get("system") == system]
    return next((value for one in found if (value := text(one.get("value")))), None)


def _address(resource: Resource) -> str | None:
    for one in objects(resource.get("address")):
        if found := text(one.get("text")):
            return found
        raw: Any = one.get("line")
        lines = [str(line) for line in cast("list[Any]", raw)] if isinstance(raw, list) else []
        parts = [*lines, *(one.get(name) for name in ("district", "city", "state", "postalCode", "country"))]
        if whole := ", ".join(str(value) for value in parts if value):
            return whole
    return None


def _guardian(resource: Resource) -> Guardian | None:
    for contact in objects(resource.get("contact")):
        codes = {
            coding.get("code") for one in objects(contact.get("relationship")) for coding in objects(one.get("coding"))
        }
        if "GUARD" in codes:
            name = _name([part(contact.get("name"))])
            return Guardian(name=name, phone=_telecom(contact, "phone"), email=_telecom(contact, "email"))
    return None


def _animal(resource: Resource) -> tuple[str | None, str | None]:
    for extension in objects(resource.get("extension")):
        if extension.get("url") == ANIMAL:
            named = {
                one.get("url"): _concept_text(part(one.get("valueCodeableConcept")))
                for one in objects(extension.get("extension"))
            }
            return named.get("species"), named.get("breed")
    return None, None


def _concept_text(concept: Resource) -> str | None:
    codings = objects(concept.get("coding"))
    words = [concept.get("text"), *(one.get("display") for one in codings), *(one.get("code") for one in codings)]
    return next((found for word in words if (found := text(word))), None)


def loinc_of(resource: Resource) -> str:
    """The LOINC code that Vitalog knows an Observation by, else the first one.

    Raises:
        Refused: there is none.
    """
    codings = objects(part(resource.get("code")).get("coding"))
    codes = [code for one in codings if one.get("system") == LOINC and (code := text(one.get("code")))]
    if not codes:
        raise Refused("code needs a coding with the system http://loinc.org.", "code")
    known = set(CODES.values()) | set(CODES)
    return next((code for code in codes if code in known), codes[0])


def measurement_of(resource: Resource, faults: Faults) -> GivenMeasurement | None:
    """What an Observation says was measured; None when ``faults`` tell why not."""
    before = len(faults.found)
    codes: list[str] = []
    value = unit = comparator = systolic = diastolic = None
    with faults.at(""):
        codes.append(loinc_of(resource))
    whole = part(resource.get("valueQuantity"))
    components = objects(resource.get("component"))
    with faults.at("/valueQuantity"):
        if whole:
            value, unit, comparator = _quantity(whole)
    for place, component in enumerate(components):
        with faults.at(f"/component/{place}"):
            name = loinc_of(component)
            if name not in {SYSTOLIC, DIASTOLIC}:
                continue
            amount, unit, _ = _quantity(part(component.get("valueQuantity")))
            systolic, diastolic = (amount, diastolic) if name == SYSTOLIC else (systolic, amount)
    words = text(resource.get("valueString")) or _concept_text(part(resource.get("valueCodeableConcept")))
    if isinstance(resource.get("valueInteger"), int):
        value = Decimal(resource["valueInteger"])
    if value is None and words is None and not components:
        faults.add("/value", "An Observation needs a value, or a dataAbsentReason.")
    if len(faults.found) > before:
        return None
    return GivenMeasurement(
        code=codes[0],
        value=value,
        unit=unit,
        comparator=comparator,
        text=words,
        systolic=systolic,
        diastolic=diastolic,
        arm=_arm(objects(part(resource.get("bodySite")).get("coding"))),
        display=_concept_text(part(resource.get("code"))),
    )


def _quantity(given: Resource) -> tuple[Decimal, str | None, Comparator | None]:
    number = given.get("value")
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        raise Refused("A quantity needs a value that is a number.", "value")
    sign = given.get("comparator")
    if sign is not None and sign not in _COMPARATORS:
        raise Refused("comparator must be <, <=, >= or >.", "comparator")
    unit = text(given.get("code")) or text(given.get("unit"))
    return Decimal(number), unit, _COMPARATORS[sign] if sign is not None else None


def _arm(codings: Iterable[Resource]) -> Arm | None:
    return next((_ARMS[code] for one in codings if (code := str(one.get("code"))) in _ARMS), None)
