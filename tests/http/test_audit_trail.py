"""Who saw and who changed this, and what did it say before: asked by an auditor, in one request."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx
import pytest

from api.audit_entries import csv_line
from api.audit_texts import SENTENCES
from api.problems import Problem
from domain.kernel import event_types
from tests.http.clinic import open_clinic, record, register
from tests.http.staff import log_in


async def got(product: Any, path: str, client: Any = None, **headers: str) -> Any:
    head = await product.services.events.head()
    joint = "&" if "?" in path else "?"
    answer = await (client or product.http).get(f"/api/v1{path}{joint}min_position={head}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def sentences(trail: Any) -> list[tuple[str, str]]:
    return [(entry["actor"], entry["sentence"]) for entry in trail["items"]]


async def test_who_saw_and_who_changed_this_and_what_it_said_before_is_one_request(product: Any) -> None:
    nurse, nurse_id = await log_in(product, "clinician", name="이서연")
    doctor, doctor_id = await log_in(product, "clinician", name="Dr. Park")
    auditor, _ = await log_in(product, "auditor", name="Aud Itor")
    patient = await register(nurse)
    other = await register(nurse, name="Bob", identifiers=[])
    weight = [{"code": "weight", "value": 70, "unit": "kg"}]
    checkup = await record(nurse, patient, weight, "2026-11-12")
    assert (await doctor.get(f"/api/v1/checkups/{checkup}?purpose=treatment")).status_code == 200
    body = {"measurement": {"code": "weight", "value": 71, "unit": "kg"}, "reason": "scale was off"}
    path = f"/api/v1/checkups/{checkup}/measurements/29463-7/amend"
    assert (await doctor.post(path, json=body, headers={"If-Match": "*"})).status_code == 200
    assert (await nurse.get(f"/api/v1/patients/{other}")).status_code == 200

    trail = await got(product, f"/audit?subject={patient}&details=true&purpose=quality", auditor)
    assert sentences(trail) == [
        (f"user:{doctor_id}", "corrected a measurement"),
        (f"user:{doctor_id}", "was shown personal data"),
        (f"user:{nurse_id}", "recorded a checkup"),
        (f"user:{nurse_id}", "gave a patient an identifier"),
        (f"user:{nurse_id}", "registered a patient"),
    ]
    corrected, seen, recorded, _, registered = trail["items"]
    assert corrected["actor_name"] == "Dr. Park"
    assert corrected["details"]["reason"] == "scale was off"
    (value,) = [one for one in corrected["details"]["changes"] if one["field"] == "/measurements/29463-7/value"]
    assert (value["old"], value["new"]) == (70, 71)
    assert (seen["operation"], seen["purpose"], seen["purpose_name"]) == (
        "GET /api/v1/checkups/{checkup_id}", "treatment", "treatment",
    )  # fmt: skip
    assert set(seen["subjects"]) == {patient, checkup}
    assert set(recorded["subjects"]) == {patient, checkup}
    changes = {one["field"]: one["new"] for one in registered["details"]["changes"]}
    assert changes["/name"] == "정하늘"
    # And that the auditor looked is a part of the trail from now on.
    again = await got(product, f"/audit?subject={patient}", auditor)
    assert again["items"][0]["operation"] == "GET /api/v1/audit"
    assert again["items"][0]["purpose"] == "quality"


async def test_of_one_checkup_the_trail_tells_its_changes_and_reads_and_nothing_of_another(product: Any) -> None:
    nurse, nurse_id = await log_in(product, "clinician", name="이서연")
    doctor, doctor_id = await log_in(product, "clinician", name="Dr. Park")
    auditor, _ = await log_in(product, "auditor", name="Aud Itor")
    patient = await register(nurse)
    weight = [{"code": "weight", "value": 70, "unit": "kg"}]
    assert (await nurse.get(f"/api/v1/patients/{patient}")).status_code == 200  # before there was a checkup
    checkup = await record(nurse, patient, weight, "2026-11-12")
    other = await record(nurse, patient, weight, "2026-11-13")
    stranger = await register(nurse, name="Bob", identifiers=[])
    for path in (f"checkups/{other}", f"patients/{stranger}/checkups", f"checkups/{other}/history"):
        assert (await nurse.get(f"/api/v1/{path}")).status_code == 200
    assert (await nurse.get(f"/fhir/Observation/{other}.29463-7")).status_code == 200
    assert (await doctor.get(f"/api/v1/checkups/{checkup}")).status_code == 200
    assert (await doctor.get(f"/fhir/Observation/{checkup}.29463-7")).status_code == 200
    assert (await doctor.get(f"/api/v1/patients/{patient}/trends")).status_code == 200  # of all checkups
    body = {"measurement": {"code": "weight", "value": 71, "unit": "kg"}, "reason": "scale was off"}
    path = f"/api/v1/checkups/{checkup}/measurements/29463-7/amend"
    assert (await doctor.post(path, json=body, headers={"If-Match": "*"})).status_code == 200
    path = f"/api/v1/checkups/{other}/void"
    assert (await nurse.post(path, json={"reason": "wrong"}, headers={"If-Match": "*"})).status_code == 200

    trail = await got(product, f"/audit?subject={checkup}&details=true&purpose=quality", auditor)
    assert [(entry["actor"], entry["operation"] or entry["sentence"]) for entry in trail["items"]] == [
        (f"user:{doctor_id}", "corrected a measurement"),
        (f"user:{doctor_id}", "GET /api/v1/patients/{patient_id}/trends"),
        (f"user:{doctor_id}", "GET /fhir/Observation/{observation_id}"),
        (f"user:{doctor_id}", "GET /api/v1/checkups/{checkup_id}"),
        (f"user:{nurse_id}", "recorded a checkup"),
    ]
    corrected, *_, recorded = trail["items"]
    assert corrected["details"]["reason"] == "scale was off"
    (value,) = [one for one in corrected["details"]["changes"] if one["field"] == "/measurements/29463-7/value"]
    assert (value["old"], value["new"]) == (70, 71)
    assert {one["field"]: one["new"] for one in recorded["details"]["changes"]}["/measurements/29463-7/value"] == 70
    # That the auditor saw it is known of the patient, too.
    again = (await got(product, f"/audit?subject={patient}", auditor))["items"][0]
    assert (again["operation"], set(again["subjects"])) >= ("GET /api/v1/audit", {patient, checkup})
    assert (await got(product, f"/audit?subject={checkup}"))["items"][0]["operation"] == "GET /api/v1/audit"


async def test_everything_a_user_did_is_found_with_what_their_keys_did(product: Any) -> None:
    nurse, nurse_id = await log_in(product, "clinician")
    patient = await register(nurse)
    asked = {"label": "import", "scopes": ["patients.read"], "expires_at": "2027-01-01T00:00:00Z"}
    key = await nurse.post("/api/v1/api-keys", json=asked)
    assert key.status_code == 201, key.text
    headers = {"Authorization": f"Bearer {key.json()['key']}"}
    assert (await product.http.get(f"/api/v1/patients/{patient}", headers=headers)).status_code == 200
    await register(product.http, name="Bob", identifiers=[])

    trail = await got(product, f"/audit?actor=user:{nurse_id}")
    assert sentences(trail)[0] == (f"api-key:{key.json()['id']}", "was shown personal data")
    assert {actor for actor, _ in sentences(trail)} == {f"user:{nurse_id}", f"api-key:{key.json()['id']}"}
    assert "registered a patient" in {said for _, said in sentences(trail)}
    assert {entry["actor_name"] for entry in trail["items"]} == {"Ann Smith"}
    about = await got(product, f"/audit?subject={nurse_id}")
    assert {"logged in", "created a user"} <= {said for _, said in sentences(about)}


async def test_the_trail_is_filtered_and_paged_over_all_contexts(product: Any) -> None:
    made = await product.register()
    patient = await register(product.http)
    whole = await got(product, "/audit?limit=1000")
    contexts = {entry["type"].partition(".")[0] for entry in whole["items"]}
    assert contexts == {"monitoring", "checkups"}
    positions = [entry["position"] for entry in whole["items"]]
    assert positions == sorted(positions, reverse=True)

    paged: list[int] = []
    path = "/audit?limit=2"
    while path:
        found = await got(product, path)
        paged += [entry["position"] for entry in found["items"]]
        path = f"/audit?limit=2&cursor={found['next']}" if found["next"] else ""
    assert [position for position in paged if position in positions] == positions

    (registered,) = (await got(product, "/audit?type=checkups.patient-registered"))["items"]
    assert registered["subjects"] == [patient]
    same = await got(product, f"/audit?correlation_id={registered['correlation_id']}")
    assert {entry["type"] for entry in same["items"]} == {
        "checkups.identifier-claimed", "checkups.patient-registered"
    }  # fmt: skip
    assert [entry["type"] for entry in (await got(product, f"/audit?subject={made['id']}"))["items"]] == [
        "monitoring.monitor-registered"
    ]
    at = registered["at"].replace("+", "%2B")
    assert (await got(product, f"/audit?to={at}&type=checkups.patient-registered"))["items"] == []
    assert len((await got(product, f"/audit?from={at}&type=checkups.patient-registered"))["items"]) == 1
    assert (await got(product, "/audit?actor=nobody"))["items"] == []


async def test_pages_miss_and_repeat_nothing_while_others_go_on(product: Any) -> None:
    auditor, _ = await log_in(product, "auditor", name="Aud Itor")
    patient = await register(product.http)
    for _ in range(5):
        assert (await auditor.get(f"/api/v1/patients/{patient}")).status_code == 200
    positions = [one["position"] for one in (await got(product, f"/audit?subject={patient}"))["items"]]
    paged: list[int] = []
    path = f"/audit?subject={patient}&limit=2"
    following = ""
    while following is not None:
        # Each of these reads is an entry of what is being read.
        found = await got(product, f"{path}&cursor={following}" if following else path, auditor)
        paged += [one["position"] for one in found["items"]]
        following = found["next"]
    assert [one for one in paged if one <= positions[0]] == positions
    assert paged == sorted(set(paged), reverse=True)
    cursor = (await got(product, path, auditor))["next"]
    spliced = await auditor.get(f"/api/v1/audit?subject={patient}&actor=admin&limit=2&cursor={cursor}")
    assert (spliced.status_code, spliced.json()["type"]) == (422, "/problems/bad-cursor")


async def test_a_time_means_the_same_in_every_zone_and_a_period_leaves_out_its_end(product: Any) -> None:
    await register(product.http)
    entry = (await got(product, "/audit?type=checkups.patient-registered"))["items"][0]
    at = datetime.fromisoformat(entry["at"])
    seoul = at.astimezone(timezone(timedelta(hours=9))).isoformat().replace("+", "%2B")
    kind = "type=checkups.patient-registered"
    assert len((await got(product, f"/audit?{kind}&from={seoul}"))["items"]) == 1
    assert (await got(product, f"/audit?{kind}&to={seoul}"))["items"] == []
    later = (at + timedelta(microseconds=1)).isoformat().replace("+", "%2B")
    assert len((await got(product, f"/audit?{kind}&from={seoul}&to={later}"))["items"]) == 1
    for wrong in ("from=0001-01-01T00:00:00%2B09:00", "to=9999-12-31T23:59:59-18:00", "from=2026-11-21T00:00:00"):
        assert (await product.http.get(f"/api/v1/audit?{wrong}")).status_code == 422
    for name in ("subject", "actor", "type", "correlation_id"):
        assert (await product.http.get(f"/api/v1/audit?{name}=%00")).status_code == 422


async def test_details_tell_what_a_monitor_and_a_user_were_before(product: Any) -> None:
    made = await product.register()
    change = await product.http.patch(
        f"/api/v1/monitors/{made['id']}", json={"name": "Shop"}, headers={"If-Match": "*"}
    )
    assert change.status_code == 200, change.text
    trail = await got(product, f"/audit?subject={made['id']}&details=true&purpose=operations")
    changes = {one["field"]: (one["old"], one["new"]) for one in trail["items"][0]["details"]["changes"]}
    assert changes["name"] == ("Example", "Shop")
    _, user = await log_in(product, "viewer", name="Vera")
    await product.http.post(f"/api/v1/users/{user}/roles", json={"role": "auditor"})
    trail = await got(product, f"/audit?subject={user}&details=true&purpose=operations")
    by_type = {entry["type"]: entry["details"] for entry in trail["items"]}
    assert by_type["identity.role-granted"]["changes"] == [
        {"field": "roles", "old": ["viewer"], "new": ["auditor", "viewer"]}
    ]
    assert by_type["identity.logged-in"]["said"]["method"] == "password"


async def test_of_an_erased_patient_the_trail_tells_that_there_was_something_and_not_what(product: Any) -> None:
    nurse, _ = await log_in(product, "clinician")
    doctor, _ = await log_in(product, "clinician")
    clinic = await open_clinic(nurse)
    path = f"/api/v1/patients/{clinic.patient}/erasure"
    assert (await nurse.post(path, json={"ground": "subject-request"})).status_code == 202
    assert (await doctor.post(f"{path}/confirm")).status_code == 200
    trail = await got(product, f"/audit?subject={clinic.patient}&details=true&purpose=legal")
    told = {entry["type"]: entry["details"] for entry in trail["items"]}
    assert told["checkups.checkup-recorded"]["erased"] is True
    assert told["checkups.checkup-recorded"]["changes"] is None
    assert told["checkups.patient-registered"]["erased"] is True
    assert told["checkups.patient-erased"]["said"]["ground"] == "subject-request"
    assert "정하늘" not in str(trail)
    said = {entry["sentence"] for entry in trail["items"]}
    assert {"registered a patient", "recorded a checkup", "erased a patient"} <= said


async def test_who_was_refused_a_patients_record_is_told_with_that_patient(product: Any) -> None:
    patient = await register(product.http)
    own = await register(product.http, name="Bob", identifiers=[])
    checkup = await record(product.http, patient, [{"code": "weight", "value": 70, "unit": "kg"}], "2026-11-12")
    curious, curious_id = await log_in(product, "patient", patient_id=own)
    viewer, viewer_id = await log_in(product, "viewer")
    assert (await curious.get(f"/api/v1/checkups/{checkup}")).status_code == 404
    assert (await viewer.get(f"/api/v1/patients/{patient}")).status_code == 403
    trail = await got(product, f"/audit?subject={patient}")
    assert [(one["actor"], one["sentence"], one["operation"]) for one in trail["items"][:2]] == [
        (f"user:{viewer_id}", "was refused access", "GET /api/v1/patients/{patient_id}"),
        (f"user:{curious_id}", "was refused access", "GET /api/v1/checkups/{checkup_id}"),
    ]


async def test_an_export_is_a_csv_without_formulas_and_is_itself_in_the_trail(product: Any) -> None:
    auditor, auditor_id = await log_in(product, "auditor", name="=HYPERLINK(1)")
    patient = await register(product.http)
    for _ in range(3):
        await product.http.get(f"/api/v1/patients/{patient}")
    await got(product, f"/audit?subject={patient}", auditor)
    head = await product.services.events.head()
    asked = f"/api/v1/audit?format=csv&subject={patient}&min_position={head}"
    refused = await auditor.get(asked)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/purpose-required")
    answer = await auditor.get(f"{asked}&purpose=legal", headers={"Accept": "text/csv"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    # Excel where Korean is spoken reads CP949 unless this mark says that it is UTF-8.
    assert answer.content.startswith(b"\xef\xbb\xbfposition,")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [line["sentence"] for line in lines[-5:]] == [
        "was shown personal data", "was shown personal data", "was shown personal data",
        "gave a patient an identifier", "registered a patient",
    ]  # fmt: skip
    assert {line["actor_name"] for line in lines} == {"", "'=HYPERLINK(1)"}
    assert {line["subjects"] for line in lines[-4:]} == {patient}
    exported = await got(product, f"/audit?actor=user:{auditor_id}&type=identity.personal-data-read")
    assert {(entry["purpose"], entry["export"]) for entry in exported["items"]} >= {("legal", True)}
    assert exported["items"][0]["sentence"] == "exported personal data"


async def test_an_export_of_many_pages_misses_and_repeats_nothing(product: Any) -> None:
    patient = await register(product.http)
    await asyncio.gather(*(product.http.get(f"/api/v1/patients/{patient}") for _ in range(700)))
    head = await product.services.events.head()
    asked = f"/api/v1/audit?format=csv&purpose=legal&type=identity.personal-data-read&min_position={head}"
    answer = await product.http.get(asked)
    positions = [int(line["position"]) for line in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))]
    assert positions == sorted(set(positions), reverse=True)
    stored = product.services.commands.ledger.read(0, 10_000, types=["identity.personal-data-read"])
    assert set(positions) >= {one.position for one in stored if one.event.operation.endswith("{patient_id}")}
    assert len(positions) >= 700
    exports = [one for one in (await got(product, "/audit?limit=20"))["items"] if one["export"]]
    assert len(exports) == 1, "the administrator's token has no name to tell; that it exported is recorded once"


async def test_an_export_breaks_off_when_its_reader_is_no_auditor_any_more(product: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("api.routes.audit._EXPORTED_AT_ONCE", 2)
    auditor, auditor_id = await log_in(product, "auditor", name="Aud Itor")
    for number in range(6):
        await product.register(f"Monitor {number}")
    head = await product.services.events.head()
    path = f"/api/v1/audit?format=csv&purpose=legal&min_position={head}"
    whole = await auditor.get(path)
    assert whole.text.count("\r\n") >= 7
    lines: list[str] = []

    def counted(view: Any) -> str:
        lines.append(csv_line(view))
        return lines[-1]

    monkeypatch.setattr("api.routes.audit.csv_line", counted)
    holds = product.app.state.authenticator.still_holds

    async def until_disabled(principal: Any) -> bool:
        if lines:
            answer = await product.http.post(f"/api/v1/users/{auditor_id}/disable", headers={"If-Match": "*"})
            assert answer.status_code == 200, answer.text
        return await holds(principal)

    monkeypatch.setattr(product.app.state.authenticator, "still_holds", until_disabled)
    with pytest.raises(Problem):
        await auditor.get(path)
    assert len(lines) == 2


@pytest.mark.parametrize("role", ["operator", "clinician", "viewer", "patient"])
async def test_only_auditors_and_administrators_see_the_trail(product: Any, role: str) -> None:
    more = {"patient_id": await register(product.http)} if role == "patient" else {}
    client, _ = await log_in(product, role, **more)
    for path in ("/audit", "/audit?format=csv&purpose=legal", "/audit/unusual?month=2026-11", "/audit/reviews"):
        assert (await client.get(f"/api/v1{path}")).status_code == 403, path
    denied = await got(product, "/audit?type=identity.access-denied")
    assert denied["items"][0]["operation"] == "GET /api/v1/audit/reviews"


async def test_a_key_for_the_trail_alone_is_told_neither_names_nor_what_was_said(product: Any) -> None:
    auditor, _ = await log_in(product, "auditor")
    patient = await register(product.http)
    asked = {"label": "siem", "scopes": ["audit.read"], "expires_at": "2027-01-01T00:00:00Z"}
    key = await auditor.post("/api/v1/api-keys", json=asked)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=product.app),
        base_url="http://test",
        headers={"Authorization": f"Bearer {key.json()['key']}"},
    ) as program:
        trail = await got(product, "/audit?details=true&purpose=legal", program)
    told = {entry["type"]: entry for entry in trail["items"]}
    assert told["checkups.patient-registered"]["details"] == {
        "erased": False, "withheld": ["patients.read"], "reason": None, "changes": None, "said": None,
    }  # fmt: skip
    assert told["identity.user-created"]["details"]["withheld"] == ["users.read"]
    assert all(entry["actor_name"] is None for entry in trail["items"])
    assert "정하늘" not in str(trail)
    assert patient in str(trail)


async def test_what_cannot_be_asked_is_said(product: Any) -> None:
    for query, pointer in (
        ("from=yesterday", "?from"),
        ("from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "?from"),
        ("purpose=curiosity", "?purpose"),
        ("format=xml", "?format"),
        ("limit=0", "?limit"),
    ):
        answer = await product.http.get(f"/api/v1/audit?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), query
    assert (await product.http.get("/api/v1/audit?details=true")).json()["type"] == "/problems/purpose-required"
    assert (await product.http.get("/api/v1/audit?cursor=x")).json()["type"] == "/problems/bad-cursor"
    assert (await product.http.get("/api/v1/audit/unusual?month=2026")).json()["errors"][0]["pointer"] == "?month"
    assert (await product.http.get("/api/v1/audit", headers={"Accept": "image/png"})).status_code == 406


async def test_a_purpose_may_come_in_a_header(product: Any) -> None:
    answer = await product.http.get("/api/v1/audit?details=true", headers={"X-Purpose": "legal"})
    assert answer.status_code == 200
    wrong = await product.http.get("/api/v1/audit", headers={"X-Purpose": "fun"})
    assert wrong.json()["errors"][0]["pointer"] == "X-Purpose"


def test_every_event_of_the_trail_has_a_sentence_in_both_languages() -> None:
    unsaid = {"monitoring.probe-recorded", "monitoring.ping-received"}
    ours = {name for name in event_types() if name.startswith(("checkups.", "identity.", "monitoring."))}
    assert set(SENTENCES) == ours - unsaid
    for texts in SENTENCES.values():
        assert any("가" <= letter <= "힣" for letter in texts["ko"])
        assert texts["en"][0].islower()
