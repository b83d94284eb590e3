"""Bundles over HTTP: taken in whole or not at all, each fault told where it is."""

from __future__ import annotations

import copy
import json
from typing import Any
from uuid import uuid4

from tests.fhir.conftest import Faults, faults
from tests.http.clinic import SECOND, open_clinic, record, register
from tests.http.support import Product

__all__ = ["faults"]
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
MUM = "urn:uuid:6b1d5f0e-0000-4000-8000-000000000001"


def observation(loinc: str, value: float | None = None, unit: str = "", **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": loinc}]},
        "subject": {"reference": MUM},
        "effectiveDateTime": "2026-03-02T09:30:00+09:00",
    }
    if value is not None:
        made["valueQuantity"] = {"value": value, "unit": unit, "system": UCUM, "code": unit}
    return made | more


def pressure(systolic: float, diastolic: float) -> dict[str, Any]:
    parts = [
        {"code": {"coding": [{"system": LOINC, "code": code}]}, "valueQuantity": {"value": value, "code": "mm[Hg]"}}
        for code, value in (("8480-6", systolic), ("8462-4", diastolic))
    ]
    return observation("85354-9", component=parts)


def mixed(second: dict[str, Any]) -> dict[str, Any]:
    """A blood pressure whose second component is odd."""
    made = pressure(132, 86)
    made["component"][1]["valueQuantity"] |= second
    return made


PATIENT = {
    "resourceType": "Patient",
    "name": [{"family": "윤", "given": ["서연"]}],
    "gender": "female",
    "birthDate": "1988-07-09",
    "identifier": [{"system": "urn:oid:1.2.410.1", "value": "X-7"}],
}


def bundle(*resources: dict[str, Any], kind: str = "transaction", **first: Any) -> dict[str, Any]:
    entries: list[Any] = [{"resource": copy.deepcopy(resource)} for resource in resources]
    for entry in entries:
        entry["request"] = {"method": "POST", "url": entry["resource"].get("resourceType", "Patient")}
    entries[0] |= {"fullUrl": MUM}
    entries[0]["request"] |= first
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


async def post(product: Product, body: Any, query: str = "", **headers: str) -> Any:
    return await product.http.post(
        f"/fhir{query}", json=body, headers={"Content-Type": "application/fhir+json"} | headers
    )


async def refused(product: Product, body: Any, status: int = 422) -> list[tuple[str, str]]:
    """Expression and code of each issue; nothing may have been stored."""
    before = await product.services.events.head()
    answer = await post(product, body)
    assert answer.status_code == status, answer.text
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert await product.services.events.head() == before
    return [(issue.get("expression", [""])[0], issue["code"]) for issue in answer.json()["issue"]]


async def test_patient_and_results_are_stored_together(product: Product, faults: Faults) -> None:
    sent = bundle(
        PATIENT, observation("8302-2", 162, "cm"), observation("29463-7", 154.3, "[lb_av]"), pressure(132, 86),
        observation("1558-6", 5.9, "mmol/L"), observation("39156-5", 26.7, "kg/m2"),
    )  # fmt: skip
    answer = await post(product, sent)
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert faults(made) == []
    assert made["type"] == "transaction-response"
    places = [entry["response"].get("location", "") for entry in made["entry"]]
    assert places[0].startswith("Patient/")
    assert places[5] == ""
    weight = (await product.http.get(f"/fhir/{places[2].partition('/_history')[0]}")).json()
    assert weight["effectiveDateTime"] == "2026-03-02"
    assert weight["valueQuantity"]["extension"][0]["valueQuantity"]["value"] == 154.3
    for place in places[:5]:
        assert (await product.http.get(f"/fhir/{place}")).status_code == 200, place
    patient = await product.http.get(f"/fhir/{places[0]}")
    assert patient.json()["name"][0]["text"] == "윤서연"
    report = await product.http.get(f"/fhir/DiagnosticReport?patient={places[0].split('/')[1]}")
    assert report.json()["total"] == 1


async def test_a_dry_run_reports_the_same_and_stores_nothing(product: Product, faults: Faults) -> None:
    before = await product.services.events.head()
    answer = await post(product, bundle(PATIENT, observation("8302-2", 162, "cm")), "?dry_run=true")
    assert [entry["response"]["status"] for entry in answer.json()["entry"]] == ["200 OK", "200 OK"]
    assert faults(answer.json()) == []
    assert await product.services.events.head() == before


async def test_observations_are_grouped_by_report_encounter_or_day(product: Product) -> None:
    report = {
        "resourceType": "DiagnosticReport", "status": "final",
        "code": {"coding": [{"system": "urn:vitalog:checkup-kind", "code": "employment"}]},
        "subject": {"reference": MUM}, "result": [{"reference": "Observation/a"}, {"reference": "Observation/b"}],
        "performer": [{"display": "서울의원"}], "conclusion": "Fit.",
    }  # fmt: skip
    answer = await post(
        product,
        bundle(
            PATIENT,
            observation("8302-2", 162, "cm", id="a"),
            observation("29463-7", 71, "kg", id="b"),
            report,
            observation("8867-4", 70, "/min"),
            observation("8867-4", 72, "/min"),
            observation("8310-5", 36.5, "Cel", effectiveDateTime="2026-04-01"),
            observation("8867-4", 80, "/min", encounter={"reference": "Encounter/9"}),
        ),
    )
    assert answer.status_code == 200, answer.text
    places = [entry["response"]["location"].partition("/_history")[0] for entry in answer.json()["entry"]]
    checkups = [place.split("/")[1].partition(".")[0] for place in places[1:]]
    assert checkups[0] == checkups[1] == checkups[2]
    assert checkups[3] == checkups[4]
    assert places[5].endswith(".8867-4.2")
    assert len(set(checkups)) == 4
    made = (await product.http.get(f"/fhir/{places[3]}")).json()
    assert (made["code"]["coding"][0]["code"], made["performer"][0]["display"]) == ("employment", "서울의원")
    assert made["conclusion"] == "Fit."


async def test_results_of_a_registered_patient_are_added_to_their_record(product: Product) -> None:
    patient = await register(product.http)
    by_id = observation("8302-2", 162, "cm", subject={"reference": f"Patient/{patient}"})
    named = {"identifier": {"system": "urn:vitalog:identifier:chart", "value": "A-1001"}}
    answer = await post(product, bundle(by_id, observation("8867-4", 70, "/min", subject=named)))
    assert answer.status_code == 200, answer.text
    found = await product.http.get(f"/fhir/Observation?patient={patient}")
    assert found.json()["total"] == 2


async def test_if_none_exist_finds_who_is_registered_already(product: Product) -> None:
    sent = bundle(PATIENT, observation("8302-2", 162, "cm"), ifNoneExist="identifier=urn:oid:1.2.410.1|X-7")
    first = (await post(product, sent)).json()["entry"][0]["response"]["location"]
    sent["entry"][1]["resource"]["effectiveDateTime"] = "2026-05-02"
    assert (await post(product, sent)).json()["entry"][0]["response"]["location"] == first
    del sent["entry"][0]["request"]["ifNoneExist"]
    sent["entry"][1]["resource"]["effectiveDateTime"] = "2026-06-02"
    assert await refused(product, sent) == [("Bundle.entry[0].resource.identifier", "value")]


MALFORMED: list[tuple[Any, tuple[str, str]]] = [
    ({"resourceType": "Patient"}, ("Bundle.resourceType", "structure")),
    ([], ("Bundle.resourceType", "structure")),
    ({"resourceType": "Bundle", "type": "history"}, ("Bundle.type", "value")),
    ({"resourceType": "Bundle", "type": "batch"}, ("Bundle.entry", "required")),
    (bundle(PATIENT, {"resourceType": "Medication"}), ("1.resourceType", "not-supported")),
    (bundle(PATIENT, {"resourceType": ["x"]}), ("1.resourceType", "structure")),
    (bundle(PATIENT), ("0", "business-rule")),
    (bundle(PATIENT, observation("8302-2", 162, "cm", code={})), ("1.code", "required")),
    (bundle(PATIENT, observation("8302-2", 162, "parsec")), ("1.valueQuantity.code", "value")),
    (bundle(PATIENT, observation("8302-2", 9000, "cm")), ("1.valueQuantity.value", "value")),
    (bundle(PATIENT, observation("8302-2")), ("1.value", "value")),
    (bundle(PATIENT, observation("8302-2", 30, "cm")), ("1.valueQuantity.value", "business-rule")),
    (bundle(PATIENT, pressure(80, 120)), ("1.component", "value")),
    (
        bundle(PATIENT, observation("8302-2", 162, "cm", effectiveDateTime="2026")),
        ("1.effectiveDateTime", "value"),
    ),
    (
        bundle(PATIENT, observation("8302-2", 162, "cm", effectiveDateTime="1950-01-01")),
        ("1.effectiveDateTime", "value"),
    ),
    (
        bundle(PATIENT, observation("8302-2", 162, "cm", subject={"reference": "urn:uuid:nobody"})),
        ("1.subject", "not-found"),
    ),
    (
        bundle(observation("8302-2", 162, "cm", subject={"reference": f"Patient/{uuid4()}"})),
        ("0.subject", "value"),
    ),
    (bundle(PATIENT | {"birthDate": "1988"}, observation("8302-2", 1, "m")), ("0.birthDate", "value")),
    (bundle(PATIENT | {"gender": "robot"}, observation("8302-2", 1, "m")), ("0.gender", "value")),
    (bundle(PATIENT | {"name": []}, observation("8302-2", 1, "m")), ("0.name", "value")),
    (
        bundle(PATIENT | {"birthDate": "2100-01-01"}, observation("8302-2", 1, "m")),
        ("0.birthDate", "value"),
    ),
    ({"resourceType": "Bundle", "type": "collection", "entry": {}}, ("Bundle.entry", "structure")),
    ({"resourceType": "Bundle", "type": "collection", "entry": [None]}, ("Bundle.entry[0]", "structure")),
    (
        bundle(PATIENT, observation("8302-2", 162, "cm")) | {"type": "searchset", "link": [{"relation": "next"}]},
        ("Bundle.link", "incomplete"),
    ),
    (
        bundle(PATIENT, observation("8302-2", 162, "cm", modifierExtension=[{"url": "urn:not"}])),
        ("1.modifierExtension", "extension"),
    ),
    (bundle(PATIENT | {"implicitRules": "urn:x"}, observation("8302-2", 1, "m")), ("0.implicitRules", "extension")),
    (bundle(PATIENT, observation("8302-2", valueBoolean=True)), ("1.valueBoolean", "value")),
    (bundle(PATIENT, observation("8302-2", valueInteger=True)), ("1.valueInteger", "structure")),
    (
        bundle(PATIENT, observation("8302-2", 162, "cm", subject={"reference": f"http://else.where/Patient/{uuid4()}"})),
        ("1.subject", "not-found"),
    ),
    (bundle(PATIENT, mixed(second={"code": "kPa"})), ("1.component[1].valueQuantity.code", "value")),
    (
        bundle(PATIENT, mixed(second={"comparator": "<"})),
        ("1.component[1].valueQuantity.comparator", "value"),
    ),
    (
        bundle(PATIENT, PATIENT, observation("8302-2", 162, "cm")),
        ("1", "duplicate"),
    ),
]  # fmt: skip


async def test_a_malformed_bundle_stores_nothing_and_says_where(product: Product) -> None:
    for body, (place, code) in MALFORMED:
        expression = f"Bundle.entry[{place[0]}].resource{place[1:]}" if place[0].isdigit() else place
        assert (expression, code) in await refused(product, body)


async def test_one_wrong_entry_keeps_all_others_out(product: Product) -> None:
    other = PATIENT | {"identifier": []}
    sent = bundle(PATIENT, observation("8302-2", 162, "cm"), other, observation("29463-7", -3, "kg"))
    sent["entry"][2]["fullUrl"] = "urn:uuid:6b1d5f0e-0000-4000-8000-000000000002"
    sent["entry"][3]["resource"]["subject"] = {"reference": "urn:uuid:6b1d5f0e-0000-4000-8000-000000000002"}
    assert await refused(product, sent) == [("Bundle.entry[3].resource.valueQuantity.value", "value")]
    found = await product.http.get("/fhir/Patient?identifier=urn:oid:1.2.410.1|X-7")
    assert found.json()["total"] == 0


async def test_the_same_bundle_twice_is_refused_and_with_a_key_it_is_repeated(product: Product) -> None:
    sent = bundle(PATIENT, observation("8302-2", 162, "cm"), ifNoneExist="identifier=urn:oid:1.2.410.1|X-7")
    key = {"Idempotency-Key": "transfer-1"}
    first = await post(product, sent, **key)
    before = await product.services.events.head()
    again = await post(product, sent, **key)
    assert (again.status_code, again.json()) == (200, first.json())
    assert await product.services.events.head() == before
    assert ("Bundle.entry[1].resource", "duplicate") in await refused(product, sent)


async def test_what_one_vitalog_gives_away_another_takes_in(product: Product) -> None:
    clinic = await open_clinic(product.http)
    odd = [
        {"code": "weight", "value": 154.3, "unit": "lb"},
        {
            "code": "blood-pressure",
            "systolic": 150,
            "diastolic": 95,
            "unit": "mmHg",
            "arm": "left",
            "position": "sitting",
        },
        {
            "code": "blood-pressure",
            "systolic": 120,
            "diastolic": 75,
            "unit": "mmHg",
            "arm": "right",
            "position": "supine",
        },
        {"code": "ggt", "value": 5, "unit": "U/L", "comparator": "<"},
        {"code": "5778-6", "text": "Yellow", "display": "Color of Urine"},
    ]
    third = await record(product.http, clinic.patient, odd, "2026-11-13", kind="employment", note="Rested.")
    fourth = await record(product.http, clinic.patient, SECOND, "2026-11-14")
    # Corrected, the first of two pressures is the later event; the second one is still the one that counts.
    amended = {
        "code": "85354-9",
        "systolic": 148,
        "diastolic": 93,
        "unit": "mmHg",
        "arm": "left",
        "position": "sitting",
    }
    answer = await product.http.post(
        f"/api/v1/checkups/{third}/measurements/85354-9/amend",
        json={"measurement": amended, "reason": "misread"},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200, answer.text
    await clinic.void(fourth)
    path = f"/fhir/Patient/{clinic.patient}/$everything?purpose=patient-request&_count=500"
    whole = (await clinic.http.get(path)).json()
    assert {"searchset"} == {whole["type"]}
    for entry in whole["entry"]:
        # Here the patient is registered already; elsewhere nobody has the identifier.
        entry["resource"].pop("identifier", None)
    answer = await post(product, whole)
    assert answer.status_code == 200, answer.text
    place = next(
        entry["response"]["location"]
        for entry in answer.json()["entry"]
        if entry["response"].get("location", "").startswith("Patient/")
    )
    copied = place.split("/")[1]

    async def values(kind: str, patient: str) -> list[Any]:
        found = await product.http.get(f"/fhir/{kind}?patient={patient}&_count=100")
        return sorted(
            (one["effectiveDateTime"], one["id"].partition(".")[2], said(one))
            for one in (entry["resource"] for entry in found.json()["entry"])
        )

    assert len(await values("Observation", copied)) == 18
    assert await values("Observation", copied) == await values("Observation", clinic.patient)
    assert await values("DiagnosticReport", copied) == await values("DiagnosticReport", clinic.patient)
    assert [one[0] for one in await values("DiagnosticReport", copied)] == ["2026-03-02", "2026-11-12", "2026-11-13"]


def said(resource: Any) -> str:
    """What a resource says, without what is of its place: ids, references, versions, times of recording."""
    own = {"id", "meta", "issued", "subject", "derivedFrom", "result", "status", "note"}
    return json.dumps({name: value for name, value in resource.items() if name not in own}, sort_keys=True)


async def test_of_two_servers_the_same_relative_id_is_not_the_same_patient(product: Product) -> None:
    sent = bundle(
        PATIENT | {"id": "1"}, observation("8302-2", 162, "cm", subject={"reference": "http://a/fhir/Patient/1"}),
        PATIENT | {"id": "1", "identifier": []}, observation("8302-2", 180, "cm", subject={"reference": "Patient/1"}),
    )  # fmt: skip
    sent["entry"][0]["fullUrl"], sent["entry"][2]["fullUrl"] = "http://a/fhir/Patient/1", "http://b/fhir/Patient/1"
    assert await refused(product, sent) == [("Bundle.entry[2].fullUrl", "duplicate")]


async def test_two_entries_with_one_full_url_are_refused(product: Product) -> None:
    sent = bundle(PATIENT, observation("8302-2", 162, "cm"), PATIENT | {"identifier": []})
    sent["entry"][2]["fullUrl"] = MUM
    assert ("Bundle.entry[2].fullUrl", "duplicate") in await refused(product, sent)


async def test_every_sentence_about_a_bundle_is_said_in_korean(product: Product) -> None:
    sent = bundle(PATIENT, PATIENT, mixed(second={"code": "kPa"}), observation("8302-2", valueRatio={}))
    sent["entry"].append({"resource": observation("8302-2", 1, "m", modifierExtension=[{}]), "fullUrl": MUM})
    answer = await post(product, sent, **{"Accept-Language": "ko"})
    told = [issue["details"]["text"] for issue in answer.json()["issue"]]
    assert len(told) >= 5
    assert all(any("가" <= letter <= "힣" for letter in one) for one in told), told


async def test_a_body_of_another_type_or_none_is_refused_as_an_outcome(product: Product) -> None:
    answer = await product.http.post("/fhir", content=b"<Bundle/>", headers={"Content-Type": "application/fhir+xml"})
    assert (answer.status_code, answer.json()["resourceType"]) == (415, "OperationOutcome")
    answer = await product.http.post("/fhir", content=b'{"a":', headers={"Content-Type": "application/fhir+json"})
    assert (answer.status_code, answer.json()["resourceType"]) == (422, "OperationOutcome")
    answer = await product.http.post("/fhir")
    assert (answer.status_code, answer.json()["resourceType"]) == (422, "OperationOutcome")
