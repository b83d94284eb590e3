"""FHIR and reports by role: patients see their own record alone, auditors see who saw it."""

from __future__ import annotations

from typing import Any

import pytest_asyncio

from tests.fhir.conftest import Faults, faults
from tests.http.clinic import FIRST, Clinic, open_clinic, record, register
from tests.http.people import events_of, person
from tests.http.support import Product

__all__ = ["faults"]


@pytest_asyncio.fixture
async def clinic(product: Product) -> Clinic:
    return await open_clinic(product.http)


async def statuses(product: Product, headers: dict[str, str], *paths: str) -> dict[str, int]:
    return {path: (await product.http.get(path, headers=headers)).status_code for path in paths}


async def test_a_patient_sees_their_own_record_and_for_everything_else_there_is_nothing(
    product: Product, clinic: Clinic
) -> None:
    other = await register(product.http, name="김바다", identifiers=[])
    others = await record(product.http, other, FIRST, "2026-05-05")
    own = await person(product, "haneul", "patient", patient_id=clinic.patient)

    def paths(patient: str, checkup: str) -> list[str]:
        return [
            f"/fhir/Patient/{patient}",
            f"/fhir/Patient/{patient}/_history",
            f"/fhir/Patient/{patient}/$everything?purpose=patient-request",
            f"/fhir/Observation?patient={patient}",
            f"/fhir/Observation?subject=Patient/{patient}",
            f"/fhir/Observation/{checkup}.8302-2",
            f"/fhir/Observation/{checkup}.8302-2/_history",
            f"/fhir/Observation/{checkup}.8302-2/_history/1",
            f"/fhir/DiagnosticReport?patient={patient}",
            f"/fhir/DiagnosticReport/{checkup}",
            f"/fhir/DiagnosticReport/{checkup}/_history/1",
            f"/fhir/Provenance?patient={patient}",
            f"/api/v1/patients/{patient}/report",
            f"/api/v1/patients/{patient}/report?format=pdf&purpose=patient-request",
        ]

    mine = await statuses(product, own.headers, *paths(clinic.patient, clinic.first))
    assert set(mine.values()) == {200}, mine
    theirs = await statuses(product, own.headers, *paths(other, others))
    assert set(theirs.values()) == {404}, theirs
    denied = [event["data"] for event in await events_of(product, "access-denied")]
    assert len(denied) == len(theirs)
    assert all(one["subjects"] == [other] for one in denied)
    mixed = await statuses(
        product, own.headers, f"/fhir/Observation?patient={clinic.patient}&subject={other}",
        "/fhir/Patient?identifier=chart|A-1001", "/fhir/Patient?name=김바다&purpose=treatment",
        f"/fhir/Observation?_id={others}.8302-2", "/fhir/AuditEvent",
    )  # fmt: skip
    assert set(mixed.values()) <= {403, 404}, mixed
    broad = await product.http.get("/fhir/Patient?identifier=chart|A-1001", headers=own.headers)
    assert "your own record alone" in broad.json()["issue"][0]["details"]["text"]
    desk = await person(product, "desk", "viewer")
    about = (f"/fhir/Observation/{others}.8302-2", f"/fhir/AuditEvent?patient={other}", f"/api/v1/checkups/{others}")
    refused = await statuses(product, desk.headers, *about, f"/api/v1/audit?subject={other}")
    assert set(refused.values()) == {403}, refused
    denied = [event["data"] for event in await events_of(product, "access-denied")][-len(refused) :]
    assert all(one["subjects"] == [other] for one in denied), denied
    assert (await product.http.post("/fhir", json={}, headers=own.headers)).status_code == 403


async def test_an_id_that_does_not_exist_looks_like_another_persons(product: Product, clinic: Clinic) -> None:
    other = await register(product.http, name="김바다", identifiers=[])
    own = await person(product, "haneul", "patient", patient_id=clinic.patient)
    answers: list[Any] = []
    for patient in (other, "00000000-0000-4000-8000-000000000000"):
        answer = await product.http.get(f"/fhir/Patient/{patient}", headers=own.headers)
        answers.append([answer.status_code, answer.json()["issue"][0]["details"]["coding"]])
    assert answers[0] == answers[1]


async def test_of_somebody_erased_every_read_says_gone_and_no_search_finds_them(
    product: Product, clinic: Clinic, faults: Faults
) -> None:
    for name, path in (("kim", "erasure"), ("lee", "erasure/confirm")):
        doctor = await person(product, name, "clinician")
        answer = await product.http.post(
            f"/api/v1/patients/{clinic.patient}/{path}", json={"ground": "subject-request"}, headers=doctor.headers
        )
        assert answer.status_code in {200, 202}, answer.text
    for path in (
        f"/Patient/{clinic.patient}",
        f"/Patient/{clinic.patient}/_history",
        f"/Patient/{clinic.patient}/_history/1",
        f"/Patient/{clinic.patient}/$everything?purpose=legal",
        f"/Observation?patient={clinic.patient}",
        f"/Observation/{clinic.first}.8302-2",
        f"/DiagnosticReport/{clinic.first}/_history",
        f"/Provenance?patient={clinic.patient}",
    ):
        outcome = await clinic.fhir(path, 410)
        assert outcome["issue"][0]["code"] == "deleted"
        assert faults(outcome) == []
    report = await product.http.get(f"/api/v1/patients/{clinic.patient}/report")
    assert (report.status_code, report.json()["type"]) == (410, "/problems/erased")
    for path in ("/Patient?identifier=chart|A-1001", f"/Patient?_id={clinic.patient}"):
        assert (await clinic.fhir(path))["total"] == 0
    subject = {"reference": f"Patient/{clinic.patient}"}
    code = {"coding": [{"system": "http://loinc.org", "code": "8302-2"}]}
    one = {"resourceType": "Observation", "status": "final", "subject": subject, "code": code}
    one |= {"effectiveDateTime": "2026-01-01", "valueQuantity": {"value": 162, "code": "cm"}}
    sent = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one}]}
    answer = await product.http.post("/fhir", json=sent)
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["expression"] == ["Bundle.entry[0].resource.subject"]


async def test_who_watches_monitors_sees_no_patient(product: Product, clinic: Clinic) -> None:
    operator = await person(product, "oper", "operator")
    seen = await statuses(
        product, operator.headers, f"/fhir/Patient/{clinic.patient}", f"/fhir/Observation?patient={clinic.patient}",
        f"/api/v1/patients/{clinic.patient}/report",
    )  # fmt: skip
    assert set(seen.values()) == {403}


async def test_an_auditor_asks_who_saw_and_who_changed_a_record(
    product: Product, clinic: Clinic, faults: Faults
) -> None:
    doctor = await person(product, "doctor", "clinician")
    auditor = await person(product, "auditor", "auditor")
    await product.http.get(f"/fhir/Patient/{clinic.patient}?purpose=treatment", headers=doctor.headers)
    await clinic.amend(clinic.first, "29463-7", 73, "kg")
    position = await product.services.events.head()
    await product.read("/activity?limit=1", position)
    path = f"/fhir/AuditEvent?patient={clinic.patient}"
    answer = await product.http.get(path, headers=auditor.headers)
    bundle = answer.json()
    assert faults(bundle) == []
    found = [(one["resource"]["subtype"][0]["code"], one["resource"]["action"]) for one in bundle["entry"]]
    assert ("checkups.measurement-amended", "U") in found
    assert ("checkups.checkup-recorded", "C") in found
    by_doctor = await product.http.get(f"{path}&agent=user:{doctor.id}", headers=auditor.headers)
    (read,) = [one["resource"] for one in by_doctor.json()["entry"]]
    assert (read["action"], read["outcome"]) == ("R", "0")
    assert read["purposeOfEvent"][0]["coding"][0]["code"] == "TREAT"
    assert read["entity"][0]["what"]["reference"] == f"Patient/{clinic.patient}"
    await product.http.get(f"/fhir/Observation/{clinic.first}.29463-7", headers=doctor.headers)
    await product.read("/activity?limit=1", await product.services.events.head())
    newest = (await product.http.get(f"{path}&agent=user:{doctor.id}", headers=auditor.headers)).json()
    assert faults(newest) == []
    # Of a read of one checkup that is told too, and not taken for a patient.
    assert {one["what"]["reference"] for one in newest["entry"][0]["resource"]["entity"] if "what" in one} == {
        f"Patient/{clinic.patient}",
        f"DiagnosticReport/{clinic.first}",
    }
    later = await product.http.get(f"{path}&date=gt2200", headers=auditor.headers)
    assert "entry" not in later.json()
    assert (await product.http.get(path, headers=doctor.headers)).status_code == 403


async def test_pages_of_the_audit_trail_neither_skip_nor_repeat(product: Product, clinic: Clinic) -> None:
    position = await product.services.events.head()
    await product.read("/activity?limit=1", position)
    whole = await clinic.fhir(f"/AuditEvent?patient={clinic.patient}&_count=500")
    path, found = f"/AuditEvent?patient={clinic.patient}&_count=2&date=lt2200", list[str]()
    while path:
        bundle = await clinic.fhir(path)
        found += [one["resource"]["id"] for one in bundle.get("entry", [])]
        links = {link["relation"]: link["url"] for link in bundle["link"]}
        path = links.get("next", "").partition("/fhir")[2]
    ids = [one["resource"]["id"] for one in whole["entry"]]
    assert [one for one in found if one in ids] == ids
    assert len(found) == len(set(found))
