"""Code systems, and the small parts that every resource is made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

Resource = dict[str, Any]
"""A resource, or a part of one, as JSON. Decimals are written as numbers, digit by digit."""

MEDIA_TYPE = "application/fhir+json"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
SNOMED = "http://snomed.info/sct"
HL7 = "http://terminology.hl7.org/CodeSystem"
CATEGORY = f"{HL7}/observation-category"
INTERPRETATION = f"{HL7}/v3-ObservationInterpretation"
PROFILES = "http://hl7.org/fhir/StructureDefinition"
OWN = "urn:vitalog"
KIND = f"{OWN}:checkup-kind"
EVENT = f"{OWN}:event-type"
ACTOR = f"{OWN}:actor"
JUDGEMENT = f"{OWN}:judgement"
"""Followed by the scheme: ``urn:vitalog:judgement:kr-national``; the edition is the coding's version."""
SPECIES, BREED = f"{OWN}:species", f"{OWN}:breed"

_encoder = msgspec.json.Encoder(decimal_format="number")


def encode(resource: Resource) -> bytes:
    """The resource as FHIR JSON (UTF-8)."""
    return _encoder.encode(resource)


def lean(parts: Mapping[str, Any]) -> Resource:
    """Without what is absent: FHIR knows neither null nor empty lists and objects."""
    return {name: value for name, value in parts.items() if value not in (None, "", [], {}, ())}


def instant(at: datetime) -> str:
    """With milliseconds, which every FHIR library reads."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def concept(system: str, code: str, display: str | None = None, *, text: str | None = None) -> Resource:
    """A CodeableConcept of one coding."""
    return lean({"coding": [lean({"system": system, "code": code, "display": display})], "text": text or display})


def quantity(value: Decimal, unit: str | None, comparator: str | None = None) -> Resource:
    """A Quantity in a UCUM unit."""
    return lean({"comparator": comparator, "unit": unit, "system": UCUM if unit else None, "code": unit}) | {
        "value": plain(value)
    }


def plain(value: Decimal) -> Decimal:
    """Without an exponent and without zeros that nobody measured behind the point."""
    tidy = value.normalize()
    return tidy.quantize(Decimal(1)) if tidy == tidy.to_integral_value() else Decimal(f"{tidy:f}")
