"""Patients and checkups over HTTP: entered, corrected, read as known then, voided; every refusal clear."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.http.people import person

PERSON = {
    "name": "홍길동",
    "birth_date": "1980-02-29",
    "sex": "male",
    "phone": "010-1234-5678",
    "identifiers": [{"system": "chart", "value": "A-17"}],
}
BODY = [
    {"code": "height", "value": 175, "unit": "cm"},
    {"code": "weight", "value": 154.3, "unit": "lb"},
    {"code": "blood-pressure", "systolic": 128, "diastolic": 82, "unit": "mmHg", "arm": "left"},
]
CHECKUP = {"kind": "national-general", "date": "2026-11-19", "place": "종로구 보건소", "measurements": BODY}


async def registered(product: Any, **changes: Any) -> dict[str, Any]:
    answer = await product.http.post("/api/v1/patients", json=PERSON | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def recorded(product: Any, patient_id: str | None = None, **changes: Any) -> dict[str, Any]:
    patient_id = patient_id or (await registered(product, identifiers=[]))["id"]
    answer = await product.http.post(f"/api/v1/patients/{patient_id}/checkups", json=CHECKUP | changes)
    assert answer.status_code == 201, answer.text
    return answer.json() | {"patient_id": patient_id}


async def got(product: Any, path: str) -> Any:
    answer = await product.http.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def edited(product: Any, method: str, path: str, body: Any, version: int | str) -> Any:
    tag = version if isinstance(version, str) else f'"{version}"'
    return await product.http.request(method, f"/api/v1{path}", json=body, headers={"If-Match": tag})


async def amended(product: Any, checkup: Any, value: float, version: int = 1) -> Any:
    body = {"measurement": {"code": "weight", "value": value, "unit": "kg"}, "reason": "misread"}
    return await edited(product, "POST", f"/checkups/{checkup['id']}/measurements/29463-7/amend", body, version)


def pointers(answer: Any, status: int = 422) -> list[str]:
    assert answer.status_code == status, answer.text
    return [error["pointer"] for error in answer.json()["errors"]]


async def head(product: Any) -> int:
    return await product.services.events.head()


async def test_a_patient_is_registered_and_read_back(product: Any) -> None:
    answer = await product.http.post("/api/v1/patients", json=PERSON)
    made = answer.json()
    assert answer.headers["Location"] == f"/api/v1/patients/{made['id']}"
    assert answer.headers["Vitalog-Position"] == str(made["position"])
    assert "홍길동" not in answer.text
    shown = await product.http.get(f"/api/v1/patients/{made['id']}")
    assert shown.headers["ETag"] == '"1"'
    patient = shown.json()
    assert {name: patient[name] for name in PERSON} == PERSON
    assert (patient["species"], patient["legal_hold"], patient["recorded_by"]) == (None, None, "admin")


async def test_registering_twice_with_one_key_makes_one_patient(product: Any) -> None:
    key = {"Idempotency-Key": "front-desk-1"}
    first, second = [await product.http.post("/api/v1/patients", json=PERSON, headers=key) for _ in range(2)]
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"


async def test_an_animal_has_a_guardian_and_is_found_by_them(product: Any) -> None:
    dog = {
        "name": "Bori", "species": "Dog", "breed": "Jindo", "sex": "female",
        "guardian": {"name": "김영희", "phone": "010-9876-5432"},
    }  # fmt: skip
    made = (await product.http.post("/api/v1/patients", json=dog)).json()
    assert (await got(product, f"/patients/{made['id']}"))["species"] == "dog"
    for query in ("name=김영희", "name=bori", "phone=%2B82 10 9876 5432"):
        path = f"/patients?{query}&purpose=treatment&min_position={made['position']}"
        assert [one["id"] for one in (await got(product, path))["items"]] == [made["id"]], query


async def test_patients_are_listed_for_a_purpose_and_in_pages(product: Any) -> None:
    ids = [(await registered(product, identifiers=[]))["id"] for _ in range(3)]
    position = await head(product)
    refused = await product.http.get("/api/v1/patients")
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/purpose-required")
    path = f"/api/v1/patients?limit=2&purpose=quality&min_position={position}&name=홍길동"
    first = await product.http.get(path)
    assert [one["id"] for one in first.json()["items"]] == [ids[2], ids[1]]
    assert first.json()["items"][0]["phone"] == "010-1234-5678"
    second = await product.http.get(first.links["next"]["url"])
    assert [one["id"] for one in second.json()["items"]] == [ids[0]]
    assert second.json()["next"] is None


async def test_whoever_is_given_an_identifier_is_found_by_it_at_once(product: Any) -> None:
    for number in range(10):
        made = await registered(product, identifiers=[{"system": "chart", "value": f"C-{number}"}])
        found = await got(product, f"/patients?identifier=chart|C-{number}&purpose=treatment")
        assert [one["id"] for one in found["items"]] == [made["id"]]


async def test_an_identifier_belongs_to_one_patient_at_a_time(product: Any) -> None:
    first = await registered(product)
    before = await head(product)
    again = await product.http.post("/api/v1/patients", json=PERSON | {"name": "Somebody else"})
    assert pointers(again) == ["/identifiers/0"]
    assert await head(product) == before
    other = {"system": "chart", "value": "B-1"}
    released = await edited(
        product, "PATCH", f"/patients/{first['id']}", {"identifiers": [other], "reason": "swapped"}, 1
    )
    assert released.status_code == 200, released.text
    second = await registered(product, name="Somebody else")
    back = {"identifiers": [other, PERSON["identifiers"][0]], "reason": "swapped back"}
    assert pointers(await edited(product, "PATCH", f"/patients/{first['id']}", back, 2)) == ["/identifiers/1"]
    path = f"/patients?identifier=chart|A-17&purpose=treatment&min_position={second['position']}"
    assert [one["id"] for one in (await got(product, path))["items"]] == [second["id"]]


async def test_two_registrations_at_once_cannot_both_get_an_identifier(product: Any) -> None:
    import asyncio

    answers = await asyncio.gather(*(product.http.post("/api/v1/patients", json=PERSON) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422, 422]


async def test_a_revision_needs_a_reason_and_the_version_that_was_read(product: Any) -> None:
    made = await registered(product)
    path = f"/patients/{made['id']}"
    assert (await product.http.patch(f"/api/v1{path}", json={"name": "x", "reason": "x"})).status_code == 428
    assert pointers(await edited(product, "PATCH", path, {"name": "홍길순"}, 1)) == ["/reason"]
    revised = await edited(
        product, "PATCH", path, {"name": "홍길순", "sex": "female", "phone": None, "reason": "typing error"}, 1
    )
    assert (revised.status_code, revised.headers["ETag"]) == (200, '"2"')
    patient = await got(product, path)
    assert (patient["name"], patient["phone"], patient["birth_date"]) == ("홍길순", None, "1980-02-29")
    history = (await got(product, f"{path}/history"))["items"]
    assert [(entry["version"], entry["reason"], entry["actor"]) for entry in history] == [
        (1, None, "admin"),
        (2, "typing error", "admin"),
    ]
    assert {"field": "/name", "old": "홍길동", "new": "홍길순"} in history[1]["changes"]
    assert {"field": "/phone", "old": "010-1234-5678", "new": None} in history[1]["changes"]


async def test_a_stale_edit_of_a_patient_is_told_what_changed_meanwhile(product: Any) -> None:
    made = await registered(product)
    path = f"/patients/{made['id']}"
    await edited(product, "PATCH", path, {"name": "홍길순", "reason": "typing error"}, 1)
    await edited(product, "PATCH", path, {"address": "서울", "reason": "moved"}, 2)
    stale = await edited(product, "PATCH", path, {"name": "x", "reason": "x"}, 1)
    assert (stale.status_code, stale.json()["version"]) == (412, 3)
    assert [change["reason"] for change in stale.json()["changes"]] == ["typing error", "moved"]
    assert stale.json()["changes"][1]["changes"] == [{"field": "/address", "old": None, "new": "서울"}]


async def test_recording_answers_what_was_derived_and_judged(product: Any) -> None:
    patient = await registered(product)
    answer = await product.http.post(f"/api/v1/patients/{patient['id']}/checkups", json=CHECKUP)
    made = answer.json()
    assert answer.headers["Location"] == f"/api/v1/checkups/{made['id']}"
    assert (made["derived"][0]["name"], made["derived"][0]["value"]) == ("Body mass index", 22.85)
    grades = {(one["scheme"], one["code"]): one["grade"] for one in made["judgements"]}
    assert grades["kr-national", "85354-9"] == "borderline"
    shown = await product.http.get(f"/api/v1/checkups/{made['id']}", headers={"Accept-Language": "ko"})
    assert (shown.headers["ETag"], shown.json()["patient_id"]) == ('"1"', patient["id"])
    weight = shown.json()["measurements"][1]
    assert (weight["given"], weight["given_unit"], weight["value"], weight["unit"]) == (
        154.3, "[lb_av]", 69.989303, "kg",
    )  # fmt: skip
    assert weight["name"] == "체중"
    assert shown.json()["judgements"] == [
        one | {"name": named["name"]} for one, named in zip(made["judgements"], shown.json()["judgements"], strict=True)
    ]


async def test_recording_twice_with_one_key_makes_one_checkup_with_the_same_answer(product: Any) -> None:
    patient = await registered(product)
    path, key = f"/api/v1/patients/{patient['id']}/checkups", {"Idempotency-Key": "form-7"}
    first, second = [await product.http.post(path, json=CHECKUP, headers=key) for _ in range(2)]
    assert first.json() == second.json()
    assert len((await got(product, f"/patients/{patient['id']}/checkups"))["items"]) == 1


async def test_unusual_values_are_asked_about_all_at_once(product: Any) -> None:
    patient = await registered(product)
    path = f"/api/v1/patients/{patient['id']}/checkups"
    rare = CHECKUP | {"measurements": [BODY[0] | {"value": 235}, BODY[1], BODY[1] | {"value": 250, "unit": "kg"}]}
    asked = await product.http.post(path, json=rare, headers={"Accept-Language": "ko"})
    assert asked.json()["type"] == "/problems/unusual"
    assert asked.json()["title"] == "정말 맞는 값인가요?"
    assert pointers(asked) == ["/measurements/0/value", "/measurements/2/value"]
    assert all("confirm" in error["detail"] for error in asked.json()["errors"])
    made = await product.http.post(path, json=rare | {"confirm": True})
    assert made.status_code == 201
    shown = await got(product, f"/checkups/{made.json()['id']}")
    assert [one["confirmed"] for one in shown["measurements"]] == [True, False, True]


async def test_an_amendment_shows_old_and_new_and_the_original_stays_readable(product: Any) -> None:
    made = await recorded(product)
    path = f"/checkups/{made['id']}"
    answer = await amended(product, made, 80)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert answer.json()["derived"][0]["value"] == 26.12
    told = await got(product, f"{path}/history")
    changes = {change["field"]: (change["old"], change["new"]) for change in told["items"][1]["changes"]}
    assert changes["/measurements/29463-7/value"] == (69.989303, 80)
    assert changes["/derived/39156-5/value"] == (22.85, 26.12)
    assert (told["items"][1]["reason"], told["items"][1]["actor"]) == ("misread", "admin")
    assert told["original"]["measurements"][1]["value"] == 69.989303
    assert (await got(product, path))["measurements"][1]["value"] == 80


async def test_what_was_known_then_is_answered_by_time_position_and_day(product: Any) -> None:
    made = await recorded(product)
    path = f"/checkups/{made['id']}"
    await amended(product, made, 80)
    first, second = (await got(product, f"{path}/history"))["items"]
    for then, weight in (
        (str(first["position"]), 69.989303),
        (str(second["position"]), 80),
        (first["recorded_at"], 69.989303),
        (second["recorded_at"], 80),
        (second["recorded_at"][:10], 80),
    ):
        shown = await product.http.get(f"/api/v1{path}", params={"as_of": then})
        assert shown.status_code == 200, shown.text
        assert shown.json()["measurements"][1]["value"] == weight, then
        assert shown.headers["ETag"] == f'"{1 if weight != 80 else 2}"'
    for then in (str(first["position"] - 1), "2026-11-18", "2001-01-01T00:00:00Z"):
        early = await product.http.get(f"/api/v1{path}", params={"as_of": then})
        assert (early.status_code, early.json()["type"]) == (404, "/problems/not-known-then")
    for wrong in ("tomorrow", "2199-01-01", "2199-01-01T00:00:00Z", "9" * 18, "2026-11-20T00:00:00", "-1", "٣"):
        assert pointers(await product.http.get(f"/api/v1{path}", params={"as_of": wrong})) == ["?as_of"], wrong
    patient = f"/api/v1/patients/{made['patient_id']}"
    assert (await product.http.get(patient, params={"as_of": "1"})).status_code == 200
    assert (await product.http.get(patient, params={"as_of": "0"})).json()["type"] == "/problems/not-known-then"
    assert (await got(product, f"/patients/{made['patient_id']}/checkups?as_of={first['position']}"))["items"]
    assert not (await got(product, f"/patients/{made['patient_id']}/checkups?as_of={first['position'] - 1}"))["items"]


async def test_a_stale_edit_of_a_checkup_is_told_what_changed_meanwhile(product: Any) -> None:
    made = await recorded(product)
    await amended(product, made, 80)
    stale = await amended(product, made, 90)
    assert (stale.status_code, stale.json()["version"]) == (412, 2)
    (change,) = stale.json()["changes"]
    assert {"field": "/measurements/29463-7/value", "old": 69.989303, "new": 80} in change["changes"]
    assert (await amended(product, made, 90, version=2)).status_code == 200


async def test_a_missing_measurement_is_added_and_a_wrong_one_withdrawn(product: Any) -> None:
    made = await recorded(product)
    path = f"/checkups/{made['id']}/measurements"
    pulse = {"measurement": {"code": "pulse", "value": 61, "unit": "/min"}, "reason": "was on paper"}
    added = await edited(product, "POST", path, pulse, 1)
    assert added.status_code == 200, added.text
    gone = await edited(product, "POST", f"{path}/8302-2/amend", {"measurement": None, "reason": "not taken"}, 2)
    assert gone.status_code == 200, gone.text
    shown = await got(product, f"/checkups/{made['id']}")
    assert [one["id"] for one in shown["measurements"]] == ["29463-7", "85354-9", "8867-4"]
    missing = await edited(product, "POST", f"{path}/718-7/amend", {"measurement": None, "reason": "x"}, 3)
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/unknown-measurement")
    again = await edited(product, "POST", f"{path}/8302-2/amend", {"measurement": None, "reason": "x"}, 3)
    assert again.status_code == 409
    assert pointers(await edited(product, "POST", path, {"measurement": pulse["measurement"]}, 3)) == ["/reason"]


async def test_details_are_corrected_with_a_reason(product: Any) -> None:
    made = await recorded(product)
    path = f"/checkups/{made['id']}"
    done = await edited(product, "PATCH", path, {"date": "2026-11-01", "place": None, "reason": "wrong day"}, 1)
    assert done.status_code == 200, done.text
    shown = await got(product, path)
    assert (shown["date"], shown["place"], shown["version"]) == ("2026-11-01", None, 2)
    assert pointers(await edited(product, "PATCH", path, {"date": "1979-01-01", "reason": "x"}, 2)) == ["/date"]
    assert pointers(await edited(product, "PATCH", path, {"kind": None, "reason": "x"}, 2)) == ["/kind"]
    assert pointers(await edited(product, "PATCH", path, {"note": "x", "reason": "x"}, 2)) == ["/note"]


async def test_a_voided_checkup_stays_readable_and_only_takes_addenda(product: Any) -> None:
    made = await recorded(product)
    path = f"/checkups/{made['id']}"
    voided = await edited(product, "POST", f"{path}/void", {"reason": "another patient's"}, 1)
    assert voided.status_code == 200, voided.text
    refused = await amended(product, made, 80, version=2)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/refused")
    added = await product.http.post(f"/api/v1{path}/addenda", json={"text": "told the patient"})
    assert added.status_code == 200, added.text
    shown = await got(product, path)
    assert (shown["voided"]["reason"], shown["voided"]["by"]) == ("another patient's", "admin")
    assert (shown["addenda"][0]["text"], shown["addenda"][0]["by"]) == ("told the patient", "admin")
    (listed,) = (await got(product, f"/patients/{made['patient_id']}/checkups"))["items"]
    assert (listed["voided"], listed["addenda"]) == (True, 1)
    types = [entry["type"] for entry in (await got(product, f"{path}/history"))["items"]]
    assert types == ["checkups.checkup-recorded", "checkups.checkup-voided", "checkups.addendum-added"]


async def test_a_patients_checkups_are_listed_newest_first_in_pages(product: Any) -> None:
    patient = await registered(product)
    for day in ("2024-05-01", "2026-05-01", "2025-05-01", "2025-05-01"):
        await recorded(product, patient["id"], date=day, measurements=[])
    path, days = f"/api/v1/patients/{patient['id']}/checkups?limit=2", list[str]()
    while path:
        answer = await product.http.get(path)
        days += [item["date"] for item in answer.json()["items"]]
        path = answer.links.get("next", {}).get("url")
    assert days == ["2026-05-01", "2025-05-01", "2025-05-01", "2024-05-01"]


async def test_every_read_of_personal_data_is_in_the_ledger_before_it_is_answered(product: Any) -> None:
    made = await recorded(product)
    patient, checkup = f"/patients/{made['patient_id']}", f"/checkups/{made['id']}"
    await amended(product, made, 80)
    for path in (patient, f"{patient}/history", f"{patient}/checkups", checkup, f"{checkup}/history"):
        before = await head(product)
        await got(product, path)
        events = (await got(product, f"/events?after={before}"))["items"]
        subjects = [made["patient_id"], *([made["id"]] if path.startswith("/checkups/") else [])]
        assert [(one["type"], one["data"]["subjects"]) for one in events] == [
            ("identity.personal-data-read", subjects)
        ], path
    before = await head(product)
    await got(product, f"/patients?purpose=research&min_position={before}")
    (event,) = (await got(product, f"/events?after={before}"))["items"]
    assert (event["data"]["purpose"], event["data"]["operation"]) == ("research", "GET /api/v1/patients")
    before = await head(product)
    await amended(product, made, 90)
    assert [one["type"] for one in (await got(product, f"/events?after={before}"))["items"]] == [
        "identity.personal-data-read"
    ]


async def test_nothing_personal_can_be_read_in_the_ledger_itself(product: Any) -> None:
    made = await recorded(product)
    await edited(product, "POST", f"/checkups/{made['id']}/void", {"reason": "secret-reason"}, 1)
    text = (await product.http.get("/api/v1/events?limit=100")).text
    for word in ("홍길동", "1234", "1980", "154.3", "보건소", "secret-reason"):
        assert word not in text


BAD_PATIENTS = [
    ({"birth_date": "2199-01-01"}, "/birth_date"),
    ({"birth_date": "1849-12-31"}, "/birth_date"),
    ({"birth_date": "19800229"}, "/birth_date"),
    ({"birth_date": "2023-02-29"}, "/birth_date"),
    ({"birth_date": 19800229}, "/birth_date"),
    ({"name": " "}, "/name"),
    ({"name": "x" * 201}, "/name"),
    ({"name": "\u202eevil"}, "/name"),
    ({"phone": "call me"}, "/phone"),
    ({"email": "nobody"}, "/email"),
    ({"sex": "m"}, "/sex"),
    ({"identifiers": [{"system": "chart"}]}, "/identifiers/0/value"),
    ({"identifiers": [{"system": "chart", "value": str(n)} for n in range(21)]}, "/identifiers"),
    ({"guardian": {"phone": "010-1234-5678"}}, "/guardian/name"),
    ({"nickname": "x"}, "/nickname"),
]


async def test_an_implausible_patient_is_refused_and_nothing_stored(product: Any) -> None:
    before = await head(product)
    for change, pointer in BAD_PATIENTS:
        answer = await product.http.post("/api/v1/patients", json=PERSON | change, headers={"Accept-Language": "ko"})
        assert pointers(answer) == [pointer]
        assert any("가" <= letter <= "힣" for letter in answer.json()["errors"][0]["detail"]), answer.text
    assert await head(product) == before


BAD_CHECKUPS = [
    ({"date": "2199-01-01"}, ["/date"]),
    ({"date": "1979-12-31"}, ["/date"]),
    ({"date": "yesterday"}, ["/date"]),
    ({"kind": "weekend"}, ["/kind"]),
    ({"place": ""}, ["/place"]),
    ({"measurements": [{"code": "weight", "value": 70, "unit": "cm"}]}, ["/measurements/0/unit"]),
    ({"measurements": [{"code": "weight", "value": "heavy", "unit": "kg"}]}, ["/measurements/0/value"]),
    ({"measurements": [{"code": "weight", "value": True, "unit": "kg"}]}, ["/measurements/0/value"]),
    ({"measurements": [{"code": "weight", "value": 7000, "unit": "kg"}]}, ["/measurements/0/value"]),
    ({"measurements": [{"code": "weight", "value": 1e300, "unit": "kg"}]}, ["/measurements/0/value"]),
    ({"measurements": [BODY[2] | {"systolic": 82, "diastolic": 128}]}, ["/measurements/0/diastolic"]),
    ({"measurements": [BODY[2] | {"diastolic": None}]}, ["/measurements/0/diastolic"]),
    ({"measurements": [{"code": "29463-8", "value": 70, "unit": "kg"}]}, ["/measurements/0/code"]),
    ({"measurements": [BODY[0]] * 201}, ["/measurements"]),
    (
        {"date": "2199-01-01", "measurements": [BODY[0] | {"unit": "kg"}, BODY[1], BODY[1] | {"value": 600}]},
        ["/date", "/measurements/0/unit", "/measurements/2/value"],
    ),
]


async def test_an_impossible_checkup_is_refused_with_every_fault_and_nothing_stored(product: Any) -> None:
    patient = await registered(product)
    before = await head(product)
    for change, expected in BAD_CHECKUPS:
        answer = await product.http.post(
            f"/api/v1/patients/{patient['id']}/checkups", json=CHECKUP | change, headers={"Accept-Language": "ko"}
        )
        assert pointers(answer) == expected
        for error in answer.json()["errors"]:
            assert any("가" <= letter <= "힣" for letter in error["detail"]), error
    assert await head(product) == before


async def test_an_unknown_or_malformed_id_is_not_found(product: Any) -> None:
    for unknown in (str(uuid4()), "x", str(uuid4()).upper(), "a" * 300):
        for method, path, body in (
            ("GET", f"/patients/{unknown}", None),
            ("GET", f"/patients/{unknown}/history", None),
            ("GET", f"/patients/{unknown}/checkups", None),
            ("POST", f"/patients/{unknown}/checkups", CHECKUP),
            ("PATCH", f"/patients/{unknown}", {"reason": "x"}),
            ("POST", f"/patients/{unknown}/erasure/confirm", None),
            ("GET", f"/checkups/{unknown}", None),
            ("GET", f"/checkups/{unknown}/history", None),
            ("POST", f"/checkups/{unknown}/void", {"reason": "x"}),
        ):
            answer = await edited(product, method, path, body, "*")
            assert (answer.status_code, answer.json()["type"]) == (
                404, f"/problems/unknown-{path[1:8].rstrip('s')}",
            ), path  # fmt: skip


async def test_whoever_may_only_write_is_told_nothing_of_what_is_on_record(product: Any) -> None:
    kim = await person(product, "kim", "clinician")
    expires = product.services.commands.clock.now() + timedelta(days=1)
    made = await product.http.post(
        "/api/v1/api-keys",
        json={"label": "scale", "scopes": ["checkups.write"], "expires_at": expires.isoformat()},
        headers=kim.headers,
    )
    checkup = await recorded(product)
    scale = {"Authorization": f"Bearer {made.json()['key']}", "If-Match": '"1"'}
    path = f"/api/v1/checkups/{checkup['id']}/measurements/29463-7/amend"
    body = {"measurement": {"code": "weight", "value": 71, "unit": "kg"}, "reason": "misread"}
    answers = [
        await product.http.post(f"/api/v1/patients/{checkup['patient_id']}/checkups", json=CHECKUP, headers=scale),
        await product.http.post(path, json=body, headers=scale),
        await product.http.post(path, json=body, headers=scale),
        await product.http.get(f"/api/v1/checkups/{checkup['id']}", headers=scale),
    ]
    assert [answer.status_code for answer in answers] == [201, 200, 412, 403]
    assert [set(answer.json()) for answer in answers[:2]] == [{"id", "position", "version"}] * 2
    assert "changes" not in answers[2].json()
