"""Every field of personal data, looked for in what every route shows every role: ``FIELDS`` says who may see it."""

from __future__ import annotations

import re
from typing import Any

from api import policy
from api.principal import Principal
from domain.identity.user import ROLES
from tests.http.people import PASSWORD, events_of, person, stranger
from tests.http.processes import process

TOLD = {
    "identity.user-created.email": "zed-made@canary.example",
    "identity.user-created.name": "Zed Canarymade",
    "identity.user-revised.email": "zed-revised@canary.example",
    "identity.user-revised.name": "Zed Canaryrevised",
    "identity.logged-in.address": "203.0.113.77",
    "identity.login-failed.address": "203.0.113.78",
    "identity.account-linked.issuer": "https://nid.naver.com",
    "checkups.patient-registered.personal": "Pat Canaryname",
    "checkups.patient-revised.personal": "Canary Street 7",
    "checkups.patient-revised.reason": "canary moved house",
    "checkups.legal-hold-placed.reason": "canary lawsuit",
    "checkups.legal-hold-lifted.reason": "canary settled",
    "checkups.checkup-recorded.place": "Canary Clinic",
    "checkups.checkup-recorded.clinician": "Doctor Canary",
    "checkups.checkup-recorded.note": "canary note of the day",
    "checkups.checkup-recorded.results": "83.271",
    "checkups.measurement-amended.new": "84.362",
    "checkups.measurement-amended.reason": "canary misreading",
    "checkups.checkup-details-amended.new": "Canary Hospital",
    "checkups.checkup-details-amended.reason": "canary transfer",
    "checkups.addendum-added.text": "canary addendum",
    "checkups.checkup-voided.reason": "canary mistake",
}
"""What stands in the field, found nowhere else."""
UNTOLD = {
    # Words of a short list, ids, days and times: to be found everywhere, or told by the fields above as well.
    "identity.user-created": "language roles patient_id",
    "identity.user-revised": "language patient_id",
    "identity.account-linked": "subject",
    "identity.account-unlinked": "issuer subject",
    "identity.logged-in": "session_id method",
    "identity.login-failed": "reason",
    "checkups.legal-hold-placed": "until",
    "checkups.erasure-requested": "by ground",
    "checkups.erasure-confirmed": "by",
    "checkups.checkup-recorded": "kind date source",
    "checkups.measurement-amended": "measurement_id old derived judgements",
    "checkups.checkup-details-amended": "old derived judgements",
}
NAVER = '[{"name": "naver", "preset": "naver", "client_id": "x"}]'


async def done(answer: Any) -> Any:
    answer = await answer
    assert answer.is_success, answer.text
    return answer.json()


async def told_everything(product: Any) -> dict[str, str]:
    """Everything that ``TOLD`` says, told once; ids by the names of path parameters."""
    http = product.http
    zed = {"roles": ["clinician"], "email": TOLD["identity.user-created.email"], "password": PASSWORD}
    user = (await done(http.post("/api/v1/users", json=zed | {"name": TOLD["identity.user-created.name"]})))["id"]
    answers: list[Any] = []
    for field, password in (("logged-in", PASSWORD), ("login-failed", "not the password")):
        async with stranger(product, TOLD[f"identity.{field}.address"]) as other:
            sent = {"email": zed["email"], "password": password}
            answers.append(await other.post("/api/v1/login", json=sent))
    assert [answer.status_code for answer in answers] == [200, 401]
    headers = {"Authorization": f"Bearer {answers[0].json()['access_token']}"}
    mine = {"headers": headers}
    edit = {"headers": headers | {"If-Match": "*"}}
    p, c = "checkups.patient", "checkups.checkup"
    patient = (
        await done(
            http.post("/api/v1/patients", json={"name": TOLD[f"{p}-registered.personal"], "sex": "male"}, **mine)
        )
    )["id"]
    of_patient = f"/api/v1/patients/{patient}"
    revised = {"address": TOLD[f"{p}-revised.personal"], "reason": TOLD[f"{p}-revised.reason"]}
    await done(http.patch(of_patient, json=revised, **edit))
    hold = {"until": "2099-12-31", "reason": TOLD["checkups.legal-hold-placed.reason"]}
    await done(http.post(f"{of_patient}/legal-hold", json=hold, **edit))
    lifted = {"reason": TOLD["checkups.legal-hold-lifted.reason"]}
    await done(http.request("DELETE", f"{of_patient}/legal-hold", json=lifted, **edit))
    weight = {"code": "weight", "value": float(TOLD[f"{c}-recorded.results"]), "unit": "kg"}
    record = {"kind": "employment", "date": "2026-11-02", "measurements": [weight]}
    record |= {name: TOLD[f"{c}-recorded.{name}"] for name in ("place", "clinician", "note")}
    checkups = [(await done(http.post(f"{of_patient}/checkups", json=record, **mine)))["id"] for _ in range(2)]
    first, second = (f"/api/v1/checkups/{checkup}" for checkup in checkups)
    amended = {"measurement": weight | {"value": float(TOLD["checkups.measurement-amended.new"])}}
    amended |= {"reason": TOLD["checkups.measurement-amended.reason"]}
    await done(http.post(f"{first}/measurements/29463-7/amend", json=amended, **edit))
    details = {"place": TOLD[f"{c}-details-amended.new"], "reason": TOLD[f"{c}-details-amended.reason"]}
    await done(http.patch(first, json=details, **edit))
    await done(http.post(f"{first}/addenda", json={"text": TOLD["checkups.addendum-added.text"]}, **edit))
    await done(http.post(f"{second}/void", json={"reason": TOLD[f"{c}-voided.reason"]}, **edit))
    changed = {name: TOLD[f"identity.user-revised.{name}"] for name in ("email", "name")}
    await done(http.patch(f"/api/v1/users/{user}", json=changed, headers={"If-Match": "*"}))
    link = {"provider": "naver", "subject": "naver-canary"}
    await done(http.post(f"/api/v1/users/{user}/links", json=link))
    return {"user_id": user, "patient_id": patient, "checkup_id": checkups[0]}


def addresses(document: Any, ids: dict[str, str]) -> list[str]:
    """Everything that can be read, about whom was told everything."""
    ids = ids | {"observation_id": f"{ids['checkup_id']}.29463-7", "code": "29463-7", "version_id": "1"}
    patient = f"patient={ids['patient_id']}"
    asked = {
        "/api/v1/audit": "details=true&limit=200",
        "/fhir/Patient": f"_id={ids['patient_id']}",
        "/fhir/Observation": patient,
        "/fhir/DiagnosticReport": patient,
        "/fhir/Provenance": patient,
        "/fhir/AuditEvent": patient,
    }
    found: list[str] = []
    for path, operations in document["paths"].items():
        if "get" in operations and not path.endswith(("/live", "/start", "/callback")):
            concrete = re.sub(r"\{(\w+)\}", lambda name: ids.get(name[1], "none"), path)
            found.append(f"{concrete}?purpose=quality&{asked.get(path, '')}")
    return found


def test_every_field_is_looked_for_or_known_to_be_told_by_another() -> None:
    untold = {f"{kind}.{field}" for kind, fields in UNTOLD.items() for field in fields.split()}
    assert set(TOLD) | untold == set(policy.FIELDS)
    assert not set(TOLD) & untold
    assert len(set(TOLD.values())) == len(TOLD)


async def test_no_route_shows_a_field_to_a_role_that_may_not_see_it(database: Any, projector: None) -> None:
    async with process(database.url, NAVER) as product:
        ids = await told_everything(product)
        document = (await product.http.get("/api/openapi.json")).json()
        seen: dict[str, set[str]] = {field: set() for field in TOLD}
        own = {"patient": {"patient_id": "00000000-0000-4000-8000-00000000000b"}}
        head = await product.services.events.head()
        await product.http.get(f"/api/v1/audit?limit=1&purpose=quality&min_position={head}")
        for role in ROLES:
            one = await person(product, role, role, **own.get(role, {}))
            for address in addresses(document, ids):
                if address.startswith("/api/v1/me"):
                    continue
                text = (await product.http.get(address, headers=one.headers)).text
                for field, what in TOLD.items():
                    if what in text:
                        seen[field].add(role)
                        who = Principal(actor="user:x", roles=frozenset({role}))
                        assert who.may(policy.FIELDS[field]), f"{address} shows {field} to {role}"
        denied = [event["data"] for event in await events_of(product, "access-denied")]
        routes = {one["operation"] for one in denied if one.get("subjects") == [ids["patient_id"]]}
        assert {path for path in document["paths"] if re.search(r"\{(patient|checkup|observation)_id\}", path)} <= {
            operation.removeprefix("GET ") for operation in routes
        } | {path for path, operations in document["paths"].items() if "get" not in operations}
        assert {field for field, roles in seen.items() if "patient" in roles} == set(), "of somebody else's record"
        assert {field for field, roles in seen.items() if "admin" not in roles} == set(), "told, and shown nowhere"
