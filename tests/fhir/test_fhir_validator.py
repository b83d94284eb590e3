"""The judge itself: what is broken is found, so that its silence about our resources means something."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.conftest import Faults

VITALS = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}
HEIGHT: dict[str, Any] = {
    "resourceType": "Observation",
    "meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/bodyheight"]},
    "status": "final",
    "category": [VITALS],
    "code": {"coding": [{"system": "http://loinc.org", "code": "8302-2"}]},
    "subject": {"reference": "Patient/1"},
    "effectiveDateTime": "2026-03-02",
    "valueQuantity": {"value": 171.5, "unit": "cm", "system": "http://unitsofmeasure.org", "code": "cm"},
}


def test_a_valid_resource_has_no_faults(faults: Faults) -> None:
    assert faults(HEIGHT) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"status": "done"}, "observation-status"),
        ({"colour": "blue"}, 'additional property "colour"'),
        ({"code": None}, "Missing required property"),
        ({"effectiveDateTime": "2026-13-02"}, "dateTime"),
        ({"valueQuantity": None}, "vs-2"),
        ({"valueQuantity": {**HEIGHT["valueQuantity"], "value": "171.5"}}, "Invalid JSON type"),
        ({"valueQuantity": {**HEIGHT["valueQuantity"], "comparator": "~"}}, "quantity-comparator"),
        ({"valueString": "tall"}, "value"),
        ({"subject": None}, "subject"),
    ],
)
def test_a_broken_resource_is_rejected(change: dict[str, Any], told: str, faults: Faults) -> None:
    broken = {name: value for name, value in {**HEIGHT, **change}.items() if value is not None}
    assert told in " ".join(faults(broken))


def test_a_broken_resource_within_a_bundle_is_rejected(faults: Faults) -> None:
    entry = {"fullUrl": "http://x/fhir/Observation/1", "resource": {**HEIGHT, "status": "done"}}
    assert faults({"resourceType": "Bundle", "type": "collection", "entry": [entry]}) != []
