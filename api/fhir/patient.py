"""Patient: who the record is about. Animals carry the patient-animal extension."""

from __future__ import annotations

from api.fhir.codes import BREED, HL7, OWN, PROFILES, SPECIES, Resource, lean
from domain.checkups.personal import Guardian, Identifier, Personal

ANIMAL = f"{PROFILES}/patient-animal"


def patient_resource(patient_id: str, personal: Personal) -> Resource:
    """Content without ``meta``."""
    return lean(
        {
            "resourceType": "Patient",
            "id": patient_id,
            "extension": _animal(personal),
            "identifier": [_identifier(identifier) for identifier in personal.identifiers],
            "active": True,
            # One text: a Korean name has no blank that tells the family's from the given one.
            "name": [{"use": "official", "text": personal.name}],
            "telecom": _telecom(personal.phone, personal.email),
            "gender": personal.sex,
            "birthDate": personal.birth_date.isoformat() if personal.birth_date else None,
            "address": [{"text": personal.address}] if personal.address else [],
            "contact": [_guardian(personal.guardian)] if personal.guardian else [],
        }
    )


def system_uri(system: str) -> str:
    """An identifier's system as a URI: itself, or its short name in our own namespace."""
    return system if ":" in system else f"{OWN}:identifier:{system}"


def system_name(uri: str) -> str:
    """The other way round."""
    return uri.removeprefix(f"{OWN}:identifier:")


def _identifier(identifier: Identifier) -> Resource:
    return {"system": system_uri(identifier.system), "value": identifier.value}


def _telecom(phone: str | None, email: str | None) -> list[Resource]:
    given = (("phone", phone), ("email", email))
    return [{"system": system, "value": value} for system, value in given if value]


def _guardian(guardian: Guardian) -> Resource:
    relationship = {
        "coding": [{"system": f"{HL7}/v3-RoleCode", "code": "GUARD", "display": "guardian"}],
        "text": "guardian",
    }
    return lean(
        {
            "relationship": [relationship],
            "name": {"text": guardian.name},
            "telecom": _telecom(guardian.phone, guardian.email),
        }
    )


def _animal(personal: Personal) -> list[Resource]:
    if personal.species is None:
        return []
    parts = [_part("species", SPECIES, personal.species)]
    if personal.breed is not None:
        parts.append(_part("breed", BREED, personal.breed))
    return [{"url": ANIMAL, "extension": parts}]


def _part(url: str, system: str, name: str) -> Resource:
    # A code may hold no leading, trailing or doubled blanks; the text is as it was given.
    code = "-".join(name.casefold().split())
    return {"url": url, "valueCodeableConcept": {"coding": [{"system": system, "code": code}], "text": name}}
