"""Whoever is shown personal data is on record: asked of every route there is, so that a new one cannot forget it."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from api import policy
from application.identity.record_read import Reads
from application.ports.ledger import LedgerUnavailable
from tests.http.clinic import PERSON, Clinic, open_clinic
from tests.http.staff import create, log_in
from tests.support.waiting import eventually_async

PERSONAL = {"patients.read", "checkups.read", "reports.read", "fhir.read", "users.read"}
"""Every route that asks for one of these shows somebody's data."""
OTHERS = {
    "monitors.read", "monitors.write", "incidents.write", "events.read", "operations.read", "operations.write",
    "users.write", "access.switch", "patients.write", "patients.erase", "checkups.write", "import.write",
    "cohorts.read", "fhir.write", "audit.read", "audit.review", policy.PUBLIC, policy.KNOWN, policy.SELF,
}  # fmt: skip
"""Of these, only routes that do show something personal are recorded."""
PLACE, CLINICIAN, REASON, COLLEAGUE = "서울의원", "한의사", "misread on the scale", "Prudence Colleague"
SECRETS = (
    PERSON["name"], PERSON["birth_date"], PERSON["phone"], "1012345678", PERSON["identifiers"][0]["value"],
    PLACE, CLINICIAN, REASON, COLLEAGUE,
)  # fmt: skip
ENDLESS = "/api/v1/events/live"
QUERIES = {
    "/fhir/Patient": "identifier=chart|A-1001",
    "/fhir/Observation": "patient={patient_id}",
    "/fhir/DiagnosticReport": "patient={patient_id}",
    "/fhir/Provenance": "patient={patient_id}",
    "/fhir/AuditEvent": "patient={patient_id}",
    "/api/v1/audit": "subject={patient_id}&details=true",
    "/api/v1/audit/unusual": "month=2026-10",
    "/api/v1/events": "limit=1000",
    "/api/v1/activity": "limit=1000",
}
"""What a route needs besides its path."""
EXPORTS = (
    "/api/v1/patients", "/api/v1/patients?name=정하늘", "/api/v1/audit?format=csv", "/api/v1/audit?details=true",
    "/api/v1/patients/{patient_id}/report?format=pdf", "/fhir/Patient?name=정하늘", "/fhir/Patient?phone=010-1234-5678",
    "/fhir/Patient/{patient_id}/$everything",
)  # fmt: skip


async def open_everything(product: Any) -> tuple[Any, str, Clinic, dict[str, str]]:
    """Somebody who may see everything, their id, and what there is to see, by the names of the path parameters."""
    http, user = await log_in(product, "admin", "clinician", "auditor", name="Ada Allrights")
    clinic = await open_clinic(http)
    await clinic.amend(clinic.first, "29463-7", 71, "kg", REASON)
    monitor = await product.register()
    colleague = await create(product, "viewer", name=COLLEAGUE)
    ids = {
        "patient_id": clinic.patient,
        "checkup_id": clinic.first,
        "observation_id": f"{clinic.first}.29463-7",
        "version_id": "1",
        "user_id": colleague["id"],
        "monitor_id": monitor["id"],
        "code": "weight",
    }
    return http, user, clinic, ids


def filled(path: str, ids: dict[str, str]) -> str:
    nothing = "00000000-0000-4000-8000-000000000000"
    return re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], nothing), path)


def recorded(product: Any, after: int, user: str) -> list[Any]:
    stored = product.services.commands.ledger.read(after, 1000, types=["identity.personal-data-read"])
    return [one.event for one in stored if one.actor == f"user:{user}"]


async def test_every_route_that_shows_personal_data_is_on_record_before_it_answers(product: Any) -> None:
    http, user, _, ids = await open_everything(product)
    assert set(policy.PERMISSIONS) | {policy.PUBLIC, policy.KNOWN, policy.SELF} == PERSONAL | OTHERS
    document = (await http.get("/api/openapi.json")).json()
    paths = {path for path, operations in document["paths"].items() if "get" in operations}
    paths |= {path for method, path in policy.ROUTES if method == "GET"}  # pages are in the table alone
    unrecorded: list[str] = []
    personal: set[str] = set()
    for path in sorted(paths):
        if path == ENDLESS:
            continue  # below
        before = await product.services.events.head()
        query = filled(QUERIES.get(path, ""), ids)
        answer = await http.get(f"{filled(path, ids)}?{query}", headers={"X-Purpose": "quality"})
        asked = policy.ROUTES["GET", path]
        shown = [secret for secret in SECRETS if secret in answer.text]
        if asked in PERSONAL:
            assert answer.status_code == 200, (path, answer.text)
        if asked not in PERSONAL and not shown:
            continue
        personal.add(path)
        events = recorded(product, before, user)
        concerned = {subject for event in events for subject in event.subjects}
        whom = ids["user_id"] if "user" in path else ids["patient_id"]
        if not (whom in concerned and {event.operation for event in events} == {f"GET {path}"}):
            unrecorded.append(f"{path} shows {shown}; on record: {events}")
        assert {event.purpose for event in events} <= {"quality"}
    assert unrecorded == []
    assert {"/api/v1/audit", "/fhir/Observation", "/api/v1/patients", "/api/v1/users"} < personal
    assert len(personal) >= 25


async def test_the_live_stream_tells_nothing_personal(product: Any) -> None:
    http, user, clinic, _ = await open_everything(product)
    live = product.app.state.live
    reading = asyncio.create_task(http.get(f"{ENDLESS}?after=0"))

    async def entered() -> bool:
        return live.readers > 0

    await eventually_async(entered)
    live.close()  # the stream ends when it has sent what there is
    told = (await reading).text
    assert f"patient:{clinic.patient}" in told
    assert [secret for secret in SECRETS if secret in told] == []
    assert recorded(product, 0, user) == []


async def test_what_changed_meanwhile_is_on_record_when_it_is_told(product: Any) -> None:
    http, user, clinic, _ = await open_everything(product)
    path = f"/api/v1/patients/{clinic.patient}"
    change = {"name": "정바다", "reason": "misspelt"}
    assert (await http.patch(path, json=change, headers={"If-Match": '"1"'})).status_code == 200
    before = await product.services.events.head()
    stale = await http.patch(path, json=change, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert "정바다" in stale.text
    (event,) = recorded(product, before, user)
    assert (event.operation, event.subjects) == ("PATCH /api/v1/patients/{patient_id}", (clinic.patient,))


async def test_lists_and_exports_need_a_purpose_and_without_one_show_nothing(product: Any) -> None:
    http, user, _, ids = await open_everything(product)
    before = await product.services.events.head()
    for path in EXPORTS:
        answer = await http.get(filled(path, ids))
        assert answer.status_code == 422, path
        assert "purpose" in answer.text
        assert [secret for secret in SECRETS if secret in answer.text] == []
        assert recorded(product, before, user) == [], path
    for path in EXPORTS:
        answer = await http.get(filled(path, ids), headers={"X-Purpose": "legal"})
        assert answer.status_code == 200, (path, answer.text)
    assert {event.purpose for event in recorded(product, before, user)} == {"legal"}


async def test_what_cannot_be_put_on_record_is_not_shown(product: Any, monkeypatch: Any) -> None:
    http, _, _, ids = await open_everything(product)

    async def fail(*_: Any, **__: Any) -> int:
        raise LedgerUnavailable("the disk is full")

    monkeypatch.setattr(Reads, "shown", fail)
    for path, asked in policy.ROUTES.items():
        if path[0] != "GET" or asked not in PERSONAL:
            continue
        query = filled(QUERIES.get(path[1], ""), ids)
        answer = await http.get(f"{filled(path[1], ids)}?{query}", headers={"X-Purpose": "quality"})
        assert answer.status_code == 503, (path, answer.text)
        assert [secret for secret in SECRETS if secret in answer.text] == []
