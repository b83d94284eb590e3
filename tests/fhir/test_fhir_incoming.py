"""Bundles of every wrong shape: whatever is sent, it is read or refused where it is wrong, and nothing breaks."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, cast

import pytest

from api.fhir.incoming import Incoming, incoming
from api.refusals import in_language
from domain.checkups.personal import Identifier

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
SUBJECT = {"reference": "Patient/p", "identifier": {"system": "urn:x", "value": "7"}}
BASE: dict[str, Any] = {
    "resourceType": "Bundle",
    "type": "collection",
    "link": [{"relation": "self", "url": "http://x"}],
    "entry": [
        {
            "fullUrl": "http://x/fhir/Patient/p",
            "request": {"method": "POST", "url": "Patient", "ifNoneExist": "identifier=urn:x|7"},
            "resource": {
                "resourceType": "Patient",
                "id": "p",
                "extension": [
                    {
                        "url": "http://hl7.org/fhir/StructureDefinition/patient-animal",
                        "extension": [{"url": "species", "valueCodeableConcept": {"coding": [{"code": "dog"}]}}],
                    }
                ],
                "identifier": [{"system": "urn:x", "value": "7"}],
                "name": [{"use": "official", "family": "Kim", "given": ["Bada", None]}],
                "telecom": [{"system": "phone", "value": "010-1234-5678"}],
                "gender": "female",
                "birthDate": "2019-01-31",
                "address": [{"line": ["1 Sajik-ro"], "city": "Seoul"}],
                "contact": [
                    {
                        "relationship": [{"coding": [{"code": "GUARD"}]}],
                        "name": {"text": "Park"},
                        "telecom": [{"system": "email", "value": "park@example.org"}],
                    }
                ],
            },
        },
        {
            "resource": {
                "resourceType": "Observation",
                "id": "o",
                "status": "final",
                "extension": [
                    {
                        "url": "http://hl7.org/fhir/StructureDefinition/observation-bodyPosition",
                        "valueCodeableConcept": {"coding": [{"code": "33586001"}], "text": "Sitting"},
                    }
                ],
                "code": {"coding": [{"system": LOINC, "code": "85354-9"}], "text": "Blood pressure"},
                "subject": SUBJECT,
                "encounter": {"reference": "Encounter/1"},
                "effectiveDateTime": "2026-03-02T09:30:00+09:00",
                "bodySite": {"coding": [{"code": "368208006"}]},
                "component": [
                    {
                        "code": {"coding": [{"system": LOINC, "code": code}]},
                        "valueQuantity": {"value": value, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"},
                    }
                    for code, value in (("8480-6", 132), ("8462-4", 86))
                ],
            }
        },
        {
            "resource": {
                "resourceType": "Observation",
                "status": "amended",
                "code": {"coding": [{"system": LOINC, "code": "29463-7"}]},
                "subject": SUBJECT,
                "effectivePeriod": {"start": "2026-03-02", "end": "2026-03-03"},
                "valueQuantity": {
                    "extension": [
                        {
                            "url": "http://hl7.org/fhir/StructureDefinition/iso21090-PQ-translation",
                            "valueQuantity": {"value": Decimal("38.1"), "code": "[lb_av]"},
                        }
                    ],
                    "value": Decimal("17.28"),
                    "code": "kg",
                    "comparator": "<",
                },
            }
        },
        {
            "resource": {
                "resourceType": "DiagnosticReport",
                "code": {"coding": [{"system": "urn:vitalog:checkup-kind", "code": "follow-up"}]},
                "subject": SUBJECT,
                "performer": [{"display": "Clinic"}],
                "resultsInterpreter": [{"display": "Dr Han"}],
                "result": [{"reference": "Observation/o"}],
                "conclusion": "Fit.",
            }
        },
    ],
}
JUNK: tuple[Any, ...] = (None, True, 5, Decimal("1e-999999"), "", "x", "x" * 300, [], {}, [None], [[]], [{}], {"x": []})


def nobody(identifier: Identifier) -> None:
    return None


def read(bundle: Any) -> Incoming:
    found = incoming(bundle, nobody)
    assert len(found.rows) == len(found.groups)
    return found


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in cast("Any", inner):
        yield from places(item, (*path, name))


def changed(path: tuple[Any, ...], junk: Any) -> Any:
    if not path:
        return junk
    whole = copy.deepcopy(BASE)
    inner: Any = whole
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = junk
    return whole


def test_the_bundle_that_is_spoilt_below_is_good() -> None:
    found = read(BASE)
    assert [issue.text for issue in found.issues] == []
    assert [len(group.given) for group in found.groups] == [1, 1]


def test_whatever_stands_anywhere_is_read_or_refused_and_nothing_breaks() -> None:
    paths = list(places(BASE))
    assert len(paths) > 120
    said: set[str] = set()
    for path in paths:
        for junk in JUNK:
            found = read(changed(path, junk))
            assert all(issue.expression for issue in found.issues), (path, junk)
            said |= {issue.text for issue in found.issues}
    for text in said:
        assert any("가" <= letter <= "힣" for letter in in_language(text, "ko")), text


@pytest.mark.parametrize(
    ("path", "junk", "expression"),
    [
        (("type",), ["collection"], "Bundle.type"),
        (("entry",), {}, "Bundle.entry"),
        (("entry", 1), None, "Bundle.entry[1]"),
        (("entry", 0, "resource"), [], "Bundle.entry[0].resource"),
        (("entry", 0, "resource", "gender"), ["male"], "Bundle.entry[0].resource.gender"),
        (("entry", 0, "resource", "name", 0, "given"), "Bada", "Bundle.entry[0].resource.name[0].given"),
        (("entry", 0, "resource", "name", 0, "given", 0), 5, "Bundle.entry[0].resource.name[0].given[0]"),
        (("entry", 0, "resource", "birthDate"), "2019-01-31T00:00", "Bundle.entry[0].resource.birthDate"),
        (("entry", 0, "resource", "contact", 0, "name"), {}, "Bundle.entry[0].resource.contact"),
        (("entry", 0, "request", "ifNoneExist"), "identifier=a|b&name=x", "Bundle.entry[0].request.ifNoneExist"),
        (("entry", 1, "resource", "status"), {}, "Bundle.entry[1].resource.status"),
        (("entry", 1, "resource", "encounter", "reference"), {}, "Bundle.entry[1].resource.encounter.reference"),
        (("entry", 1, "resource", "effectiveDateTime"), "2026-03-02x", "Bundle.entry[1].resource.effectiveDateTime"),
        (
            ("entry", 1, "resource", "effectiveDateTime"), "2026-03-02T25:00:00Z",
            "Bundle.entry[1].resource.effectiveDateTime",
        ),
        (
            ("entry", 1, "resource", "component", 1, "code", "coding", 0, "code"), "8480-6",
            "Bundle.entry[1].resource.component[1].code",
        ),
        (
            ("entry", 2, "resource", "valueQuantity", "comparator"), ["<"],
            "Bundle.entry[2].resource.valueQuantity.comparator",
        ),
        (("entry", 2, "resource", "valueQuantity", "value"), "17", "Bundle.entry[2].resource.valueQuantity.value"),
        (
            ("entry", 3, "resource", "result", 0, "reference"), "Patient/p",
            "Bundle.entry[3].resource.result[0].reference",
        ),
    ],
)  # fmt: skip
def test_a_fault_is_told_where_it_stands(path: tuple[Any, ...], junk: Any, expression: str) -> None:
    assert [issue.expression for issue in read(changed(path, junk)).issues] == [expression]


@pytest.mark.parametrize("value", ["1e999999", "-1e-999999", "1e13"])
def test_a_number_that_is_short_to_write_and_long_to_reckon_with_is_refused(value: str) -> None:
    path = ("entry", 2, "resource", "valueQuantity")
    expected = ["Bundle.entry[2].resource.valueQuantity.value"]
    assert [one.expression for one in read(changed((*path, "value"), Decimal(value))).issues] == expected
    assert read(changed((*path, "extension", 0, "valueQuantity", "value"), Decimal(value))).issues == []


def test_a_unit_code_of_another_system_is_no_unit() -> None:
    bundle = changed(("entry", 2, "resource", "valueQuantity", "system"), "http://snomed.info/sct")
    (weight,) = (one for row in read(bundle).rows for one in row.given if one.code == "29463-7")
    assert weight.unit is None


def test_what_was_given_in_another_unit_comes_back_so_if_it_is_the_same_amount() -> None:
    for value, expected in (("17.281869", ("38.1", "[lb_av]")), ("17.28", ("17.28", "kg"))):
        bundle = changed(("entry", 2, "resource", "valueQuantity", "value"), Decimal(value))
        (weight,) = (one for row in read(bundle).rows for one in row.given if one.code == "29463-7")
        assert (str(weight.value), weight.unit) == expected
