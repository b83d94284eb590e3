"""FHIR over HTTP: reads, searches, histories and pages of one patient's record."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.fhir.conftest import Faults, faults
from tests.http.clinic import SECOND, Clinic, open_clinic, record, register
from tests.http.support import Product

__all__ = ["faults"]


@pytest_asyncio.fixture
async def clinic(product: Product) -> Clinic:
    return await open_clinic(product.http)


def ids(bundle: Any) -> list[str]:
    return [entry["resource"]["id"] for entry in bundle["entry"] if entry["search"]["mode"] == "match"]


def dates(bundle: Any) -> list[str]:
    return [entry["resource"]["effectiveDateTime"] for entry in bundle.get("entry", [])]


async def test_everybody_may_ask_what_the_server_can_do(product: Product, faults: Faults) -> None:
    answer = await product.http.get("/fhir/metadata", headers={"Authorization": ""})
    assert answer.status_code == 200
    assert answer.json()["fhirVersion"] == "4.0.1"
    assert faults(answer.json()) == []


async def test_a_patient_is_read_with_its_version(clinic: Clinic, faults: Faults) -> None:
    answer = await clinic.http.get(f"/fhir/Patient/{clinic.patient}")
    assert answer.headers["ETag"] == 'W/"1"'
    assert answer.headers["Last-Modified"].endswith("GMT")
    assert answer.json()["name"][0]["text"] == "정하늘"
    assert faults(answer.json()) == []
    again = await clinic.http.get(f"/fhir/Patient/{clinic.patient}", headers={"If-None-Match": 'W/"1"'})
    assert (again.status_code, again.content) == (304, b"")
    changed = await clinic.http.get(f"/fhir/Patient/{clinic.patient}", headers={"If-None-Match": 'W/"2"'})
    assert changed.status_code == 200


async def test_a_patient_is_found_by_identifier_and_by_nothing_that_is_not_asked(clinic: Clinic) -> None:
    found = await clinic.fhir("/Patient?identifier=urn:vitalog:identifier:chart|A-1001")
    assert ids(found) == [clinic.patient]
    assert (await clinic.fhir("/Patient?identifier=chart|A-1002"))["total"] == 0
    refused = await clinic.fhir("/Patient", 400)
    assert refused["resourceType"] == "OperationOutcome"
    by_name = await clinic.fhir("/Patient?name=정하늘", 422)
    assert by_name["issue"][0]["details"]["coding"][0]["code"] == "purpose-required"


async def test_a_name_is_found_when_it_is_said_why(product: Product, clinic: Clinic) -> None:
    position = await product.services.events.head()
    await product.read("/patients?purpose=treatment", position)
    assert ids(await clinic.fhir("/Patient?name=정하늘&purpose=treatment")) == [clinic.patient]
    assert (await clinic.fhir("/Patient?name=김하늘&purpose=treatment"))["total"] == 0


async def test_observations_are_searched_by_code_date_and_category(clinic: Clinic, faults: Faults) -> None:
    path = f"/Observation?patient={clinic.patient}"
    everything = await clinic.fhir(path)
    assert everything["total"] == len(ids(everything)) == 13
    assert dates(everything) == sorted(dates(everything), reverse=True)
    assert faults(everything) == []
    assert ids(await clinic.fhir(f"{path}&code=http://loinc.org|29463-7")) == [
        f"{clinic.second}.29463-7",
        f"{clinic.first}.29463-7",
    ]
    assert ids(await clinic.fhir(f"{path}&code=29463-7&_sort=date")) == [
        f"{clinic.first}.29463-7",
        f"{clinic.second}.29463-7",
    ]
    assert (await clinic.fhir(f"{path}&code=http://snomed.info/sct|29463-7"))["total"] == 0
    assert (await clinic.fhir(f"{path}&code=29463-7,8302-2&date=ge2026-11"))["total"] == 2
    assert (await clinic.fhir(f"{path}&category=laboratory&date=2026-03-02"))["total"] == 4
    assert (await clinic.fhir(f"/Observation?subject=Patient/{clinic.patient}&code=85354-9&date=lt2026-06"))[
        "total"
    ] == 1


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("2026", {"2026-03-02", "2026-11-12"}),
        ("2026-03", {"2026-03-02"}),
        ("2026-03-02", {"2026-03-02"}),
        ("gt2026-03-02", {"2026-11-12"}),
        ("ge2026-03-02", {"2026-03-02", "2026-11-12"}),
        ("lt2026-11-12", {"2026-03-02"}),
        ("le2026-11-12", {"2026-03-02", "2026-11-12"}),
        ("ne2026-03-02", {"2026-11-12"}),
        ("sa2026-03", {"2026-11-12"}),
        ("eb2026-04", {"2026-03-02"}),
        ("2026-03-02,2026-11", {"2026-03-02", "2026-11-12"}),
        ("gt2026", set()),
    ],
)
async def test_dates_are_compared_with_their_precision(clinic: Clinic, asked: str, expected: set[str]) -> None:
    found = await clinic.fhir(f"/DiagnosticReport?patient={clinic.patient}&date={asked}")
    assert set(dates(found)) == expected


async def test_several_dates_must_all_be_met(clinic: Clinic) -> None:
    path = f"/DiagnosticReport?patient={clinic.patient}"
    assert dates(await clinic.fhir(f"{path}&date=ge2026-03&date=lt2026-11-12")) == ["2026-03-02"]


@pytest.mark.parametrize(
    "query",
    [
        "date=yesterday",
        "date=2026-13",
        "date:missing=true",
        "_sort=code",
        "_count=-1",
        "_count=1&_count=2",
        "patient=Group/1",
    ],
)
async def test_what_cannot_be_understood_is_refused_as_an_outcome(clinic: Clinic, query: str, faults: Faults) -> None:
    outcome = await clinic.fhir(f"/Observation?subject={clinic.patient}&{query}", 400)
    assert outcome["resourceType"] == "OperationOutcome"
    assert outcome["issue"][0]["expression"][0].startswith("http.")
    assert faults(outcome) == []


async def test_results_of_everybody_at_once_are_refused(clinic: Clinic) -> None:
    assert (await clinic.fhir("/Observation?code=29463-7", 400))["issue"][0]["severity"] == "error"


async def test_an_unknown_parameter_is_told_or_refused_as_the_caller_prefers(clinic: Clinic, faults: Faults) -> None:
    path = f"/Observation?patient={clinic.patient}&colour=blue&code=8302-2"
    lenient = await clinic.fhir(path)
    assert lenient["total"] == 2
    assert lenient["entry"][-1]["search"]["mode"] == "outcome"
    assert "colour" not in lenient["link"][0]["url"]
    assert faults(lenient) == []
    await clinic.fhir(path, 400, Prefer="handling=strict")


async def test_pages_neither_skip_nor_repeat_when_something_comes_in_between(clinic: Clinic) -> None:
    found: list[str] = []
    path = f"/Observation?patient={clinic.patient}&_count=4"
    new = ""
    while path:
        bundle = await clinic.fhir(path)
        found += ids(bundle)
        if not new:
            new = await record(clinic.http, clinic.patient, SECOND, "2026-11-20")
        links = {link["relation"]: link["url"] for link in bundle["link"]}
        path = links.get("next", "").partition("/fhir")[2]
    assert len(found) == len(set(found)) == 13
    assert not any(one.startswith(new) for one in found)


async def test_a_cursor_of_another_search_is_refused(clinic: Clinic) -> None:
    bundle = await clinic.fhir(f"/Observation?patient={clinic.patient}&_count=4")
    cursor = bundle["link"][1]["url"].partition("_cursor=")[2]
    await clinic.fhir(f"/Observation?patient={clinic.patient}&code=8302-2&_cursor={cursor}", 422)


async def test_count_zero_counts(clinic: Clinic) -> None:
    bundle = await clinic.fhir(f"/Observation?patient={clinic.patient}&_count=0")
    assert bundle["total"] == 13
    assert "entry" not in bundle


async def test_every_version_stays_readable_after_a_correction(clinic: Clinic, faults: Faults) -> None:
    await clinic.amend(clinic.second, "29463-7", 70.9, "kg", "typed wrongly")
    weight = f"/Observation/{clinic.second}.29463-7"
    answer = await clinic.http.get(f"/fhir{weight}")
    assert answer.headers["ETag"] == 'W/"2"'
    assert (answer.json()["status"], answer.json()["valueQuantity"]["value"]) == ("corrected", 70.9)
    first = await clinic.fhir(f"{weight}/_history/1")
    assert (first["status"], first["valueQuantity"]["value"]) == ("final", 70.1)
    past = await clinic.fhir(f"{weight}/_history")
    assert [entry["resource"]["meta"]["versionId"] for entry in past["entry"]] == ["2", "1"]
    assert faults(past) == []
    height = await clinic.fhir(f"/Observation/{clinic.second}.8302-2/_history")
    assert height["total"] == 1
    await clinic.fhir(f"{weight}/_history/3", 404)
    provenance = await clinic.fhir(f"/Provenance?patient={clinic.patient}&target=Observation/{clinic.second}.29463-7")
    assert [entry["resource"].get("reason") for entry in provenance["entry"]] == [[{"text": "typed wrongly"}], None]
    assert faults(provenance) == []


async def test_what_was_voided_is_found_by_who_asks_for_it_alone(clinic: Clinic, faults: Faults) -> None:
    await clinic.void(clinic.first)
    path = f"/DiagnosticReport?patient={clinic.patient}"
    assert ids(await clinic.fhir(path)) == [clinic.second]
    assert ids(await clinic.fhir(f"{path}&status=entered-in-error")) == [clinic.first]
    assert set(ids(await clinic.fhir(f"{path}&_lastUpdated=gt2020"))) == {clinic.first, clinic.second}
    report = await clinic.fhir(f"/DiagnosticReport/{clinic.first}")
    assert report["status"] == "entered-in-error"
    assert (await clinic.fhir(f"/Observation/{clinic.first}.8302-2"))["status"] == "entered-in-error"
    past = await clinic.fhir(f"/DiagnosticReport/{clinic.first}/_history")
    assert [entry["resource"]["status"] for entry in past["entry"]] == ["entered-in-error", "final"]
    assert faults(past) == []


async def test_everything_about_a_patient_can_be_taken_away(clinic: Clinic, faults: Faults) -> None:
    path = f"/Patient/{clinic.patient}/$everything"
    assert (await clinic.fhir(path, 422))["issue"][0]["details"]["coding"][0]["code"] == "purpose-required"
    whole = await clinic.fhir(f"{path}?purpose=patient-request")
    kinds = [entry["resource"]["resourceType"] for entry in whole["entry"]]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "Patient": 1, "DiagnosticReport": 2, "Observation": 13, "Provenance": 3,
    }  # fmt: skip
    assert faults(whole) == []
    await clinic.amend(clinic.second, "29463-7", 70.9, "kg")
    recorded = [entry["resource"]["meta"]["lastUpdated"] for entry in whole["entry"]]
    since = await clinic.fhir(f"{path}?purpose=patient-request&_type=Observation&_since={max(recorded)[:-1]}999Z")
    assert {entry["resource"]["id"].partition(".")[2] for entry in since["entry"]} == {"29463-7", "d-39156-5"}


async def test_what_there_is_not_is_a_404_with_an_outcome(clinic: Clinic, faults: Faults) -> None:
    for path in (
        f"/Patient/{uuid4()}", "/Patient/nobody", f"/Observation/{uuid4()}.8302-2", f"/Observation/{clinic.first}.1-8",
        "/Observation/x", f"/DiagnosticReport/{uuid4()}", f"/Patient/{clinic.patient}/_history/9", "/Nothing/1",
    ):  # fmt: skip
        assert faults(await clinic.fhir(path, 404)) == [], path


async def test_without_a_token_the_refusal_is_an_outcome(clinic: Clinic) -> None:
    outcome = await clinic.fhir(f"/Patient/{clinic.patient}", 401, Authorization="")
    assert outcome["issue"][0]["code"] == "login"


async def test_another_form_than_json_is_refused(clinic: Clinic) -> None:
    await clinic.fhir(f"/Patient/{clinic.patient}", 406, Accept="application/fhir+xml")
    await clinic.fhir(f"/Patient/{clinic.patient}?_format=xml", 406)
    await clinic.fhir(f"/Patient/{clinic.patient}?_format=application/fhir%2Bjson")


async def test_every_read_is_recorded_with_whose_data_it_was(product: Product, clinic: Clinic) -> None:
    before = await product.services.events.head()
    await clinic.fhir(f"/Observation?patient={clinic.patient}")
    await clinic.fhir(f"/DiagnosticReport/{clinic.first}/_history")
    answer = await product.http.get(f"/api/v1/events?after={before}&type=identity.personal-data-read")
    reads = [item["data"] for item in answer.json()["items"]]
    assert [read["operation"] for read in reads] == [
        "GET /fhir/Observation",
        "GET /fhir/DiagnosticReport/{checkup_id}/_history",
    ]
    assert [read["subjects"] for read in reads] == [[clinic.patient], [clinic.patient, clinic.first]]


async def test_an_animal_is_a_patient_with_a_species(product: Product, faults: Faults) -> None:
    dog = await register(
        product.http,
        name="보리",
        species="dog",
        breed="진돗개",
        guardian={"name": "김주인"},
        identifiers=[],
        birth_date=None,
    )
    answer = await product.http.get(f"/fhir/Patient/{dog}")
    assert answer.json()["extension"][0]["extension"][0]["valueCodeableConcept"]["text"] == "dog"
    assert faults(answer.json()) == []
