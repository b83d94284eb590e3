"""Patients as others send them, as far as Vitalog keeps them."""

from __future__ import annotations

import re
from typing import Any, cast

from api.fhir.codes import Resource
from api.fhir.incoming_parts import concept_text, day, objects, part, text
from api.fhir.patient import ANIMAL, system_name
from domain.checkups.personal import Guardian, Identifier, Personal, Sex
from domain.refusal import Refused

_HANGUL = re.compile(r"[가-힣]+")
_SEXES: dict[str, Sex] = {"male": "male", "female": "female", "other": "other", "unknown": "unknown"}


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
        # A date, and no dateTime: the time of birth is not kept.
        birth_date=None if born is None else day(born if len(born) == len("2026-03-02") else None, "birthDate"),
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
            try:
                name = _name([part(contact.get("name"))])
            except Refused as refused:
                raise Refused(str(refused), "contact") from None
            return Guardian(name=name, phone=_telecom(contact, "phone"), email=_telecom(contact, "email"))
    return None


def _animal(resource: Resource) -> tuple[str | None, str | None]:
    for extension in objects(resource.get("extension")):
        if extension.get("url") == ANIMAL:
            named = {
                one.get("url"): concept_text(part(one.get("valueCodeableConcept")))
                for one in objects(extension.get("extension"))
            }
            return named.get("species"), named.get("breed")
    return None, None
