"""Whatever is wrong with what is sent about patients and checkups: a clear answer in Korean, nothing half-stored."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from tests.http.people import person
from tests.http.staff import log_in

PERSON = {"name": "홍길동", "birth_date": "1980-02-29", "sex": "male"}
WEIGHT = {"code": "weight", "value": 70, "unit": "kg"}
PRESSURE = {"code": "blood-pressure", "systolic": 128, "diastolic": 82, "unit": "mmHg"}
CHECKUP = {"kind": "follow-up", "date": "2026-03-02", "measurements": [WEIGHT]}
HANGUL = range(ord("가"), ord("힣") + 1)


@dataclass
class Desk:
    """Where something wrong is sent to, in Korean."""

    http: httpx.AsyncClient
    product: Any

    async def register(self, **changes: Any) -> str:
        answer = await self.http.post("/api/v1/patients", json=PERSON | changes)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    async def record(self, patient: str, **changes: Any) -> str:
        answer = await self.http.post(f"/api/v1/patients/{patient}/checkups", json=CHECKUP | changes)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    async def refused(
        self,
        method: str,
        path: str,
        body: Any,
        status: int,
        problem: str,
        says: str = "",
        pointers: list[str] | None = None,
        stores: int = 0,
        **headers: str,
    ) -> Any:
        """Send it; ``says`` stands in the answer in Korean. ``stores``: how many events it may leave, of reads."""
        before = await self.product.services.events.head()
        text = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        sent = {"Accept-Language": "ko", "If-Match": "*", "Content-Type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        sent = {name: value for name, value in sent.items() if value}
        answer = await self.http.request(method, f"/api/v1{path}", content=text, headers=sent)
        where = f"{method} {path} {body}"
        assert answer.status_code == status, f"{where}: {answer.text}"
        assert answer.headers["Content-Type"] == "application/problem+json"
        told = answer.json()
        assert told["type"] == f"/problems/{problem}", f"{where}: {told}"
        sentences = [told["title"], told["detail"], *(error["detail"] for error in told.get("errors", []))]
        assert all(any(ord(letter) in HANGUL for letter in one) for one in sentences), f"{where}: {sentences}"
        assert any(says in one for one in sentences), f"{where}: {sentences}"
        if pointers is not None:
            assert [error["pointer"] for error in told["errors"]] == pointers, f"{where}: {told}"
        assert await self.product.services.events.head() == before + stores, where
        return told


async def test_implausible_personal_data(product: Any) -> None:
    desk = Desk(product.http, product)
    await desk.register(identifiers=[{"system": "chart", "value": "A-17"}])
    patient = await desk.register()
    steering = "제어 문자"
    for change, pointer, says in (
        ({"birth_date": "2199-01-01"}, "/birth_date", "생년월일이 미래입니다."),
        ({"birth_date": None, "name": None}, "/name", ""),
        ({"name": "a\u0007b"}, "/name", steering),
        ({"name": "a\nb"}, "/name", steering),
        ({"name": "\u202egnp.exe"}, "/name", steering),
        ({"name": "\u2028"}, "/name", "1~200자"),
        ({"phone": "010-1234-567\u0000"}, "/phone", "NUL"),
        ({"phone": "010-1234-5678-9012-3456"}, "/phone", "4~15자리"),
        ({"email": "a\u001b[2J@example.org"}, "/email", steering),
        ({"address": "서울\u0008"}, "/address", steering),
        ({"species": "do\tg", "guardian": {"name": "x"}}, "/species", steering),
        ({"breed": "Jindo"}, "/species", "동물 종을 함께"),
        ({"species": "dog"}, "/guardian", "보호자(guardian)를 함께"),
        ({"guardian": {"name": "\u202e"}}, "/guardian/name", ""),
        ({"identifiers": [{"system": "chart", "value": "A-17"}]}, "/identifiers/0", "이미 다른 환자의 식별번호입니다."),
        ({"identifiers": [{"system": "chart", "value": " A-17 "}]}, "/identifiers/0", "이미 다른 환자의"),
        ({"identifiers": [{"system": "x", "value": "1"}] * 2}, "/identifiers/1", "같은 식별번호가 두 번"),
        ({"sex": "M"}, "/sex", ""),
        # What the server decides cannot be sent.
        *(({name: "x"}, f"/{name}", "") for name in ("id", "patient_id", "version", "actor", "legal_hold", "at")),
    ):
        await desk.refused("POST", "/patients", PERSON | change, 422, "invalid", says, [pointer])
        edit = change | {"reason": "typing error"}
        await desk.refused("PATCH", f"/patients/{patient}", edit, 422, "invalid", says, [pointer])
    for reason in ({}, {"reason": ""}, {"reason": "\n"}, {"reason": "x" * 501}, {"reason": None}):
        edit = {"name": "홍길순", **reason}
        await desk.refused("PATCH", f"/patients/{patient}", edit, 422, "invalid", "", ["/reason"])


async def test_two_patients_at_the_same_moment_cannot_both_get_an_identifier_by_revision(product: Any) -> None:
    desk = Desk(product.http, product)
    patients = [await desk.register(name=f"Patient {number}") for number in range(4)]
    body = {"identifiers": [{"system": "chart", "value": "A-17"}], "reason": "card shown"}
    answers = await asyncio.gather(
        *(product.http.patch(f"/api/v1/patients/{one}", json=body, headers={"If-Match": '"1"'}) for one in patients)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422]
    shown = [(await product.http.get(f"/api/v1/patients/{one}")).json() for one in patients]
    assert sorted(one["version"] for one in shown) == [1, 1, 1, 2]


BAD_MEASUREMENTS: list[tuple[dict[str, Any], str, str]] = [
    (WEIGHT | {"unit": "cm"}, "/unit", "맞지 않는 단위입니다"),
    (WEIGHT | {"unit": "mmol/L"}, "/unit", "맞지 않는 단위입니다"),
    (WEIGHT | {"unit": None}, "/unit", "단위를 입력하세요"),
    (WEIGHT | {"value": -70}, "/value", "있을 수 없는 값입니다"),
    (WEIGHT | {"value": 0}, "/value", "있을 수 없는 값입니다"),
    (WEIGHT | {"value": 1e300}, "/value", "자릿수가 너무 많습니다"),
    (WEIGHT | {"value": 1e-300}, "/value", "자릿수가 너무 많습니다"),
    (WEIGHT | {"value": 70.1234567}, "/value", "자릿수가 너무 많습니다"),
    (WEIGHT | {"value": "70.12345678901234567890"}, "/value", "자릿수가 너무 많습니다"),
    (WEIGHT | {"value": "7" * 41}, "/value", ""),
    (WEIGHT | {"value": "NaN"}, "/value", ""),
    (WEIGHT | {"value": "Infinity"}, "/value", ""),
    (WEIGHT | {"value": "7e1"}, "/value", ""),
    (WEIGHT | {"value": "7_0"}, "/value", ""),
    (WEIGHT | {"value": "７０"}, "/value", ""),
    (WEIGHT | {"value": "70,5"}, "/value", ""),
    (WEIGHT | {"value": True}, "/value", ""),
    (WEIGHT | {"value": [70]}, "/value", ""),
    (WEIGHT | {"value": None}, "/value", "값을 숫자로 입력하세요"),
    (WEIGHT | {"comparator": "<"}, "/comparator", "검체 검사 결과뿐입니다"),
    (WEIGHT | {"arm": "left"}, "/arm", "혈압에만"),
    (PRESSURE | {"systolic": 82, "diastolic": 128}, "/diastolic", "수축기 혈압(systolic)보다 낮아야 합니다"),
    (PRESSURE | {"systolic": 100, "diastolic": 100}, "/diastolic", "낮아야 합니다"),
    (PRESSURE | {"value": 120}, "/value", "한 쌍의 값입니다"),
    ({"code": "8480-6", "value": 120, "unit": "mmHg"}, "/code", "함께 입력하세요"),
    ({"code": "39156-5", "value": 22, "unit": "kg/m2"}, "/code", "Vitalog가 계산합니다"),
    ({"code": "29463-8", "value": 70, "unit": "kg"}, "/code", "검증 숫자가 맞지 않습니다"),
    ({"code": "wieght", "value": 70, "unit": "kg"}, "/code", "LOINC 코드이거나"),
    ({"code": "weight\u0007", "value": 70, "unit": "kg"}, "/code", "LOINC 코드이거나"),
    ({"code": "urine-protein", "text": "5+"}, "/text", "단계로 판독합니다"),
    ({"code": "urine-protein", "value": 1}, "/text", "단계로 판독합니다"),
    ({"code": "11502-2", "text": "a\u001b[2Jb"}, "/text", "제어 문자"),
    ({"code": "11502-2", "text": "ok", "display": "\u202e"}, "/display", ""),
    ({"code": "11502-2", "value": 1, "unit": "마일"}, "/unit", "UCUM"),
    # What the server decides cannot be sent.
    *((WEIGHT | {name: "x"}, f"/{name}", "") for name in ("id", "given", "given_unit", "confirmed", "components")),
]


async def test_impossible_measurements_wherever_they_are_sent(product: Any) -> None:
    desk = Desk(product.http, product)
    patient = await desk.register()
    checkup = await desk.record(patient)
    for measurement, at, says in BAD_MEASUREMENTS:
        body = CHECKUP | {"measurements": [WEIGHT, measurement]}
        path = f"/patients/{patient}/checkups"
        await desk.refused("POST", path, body, 422, "invalid", says, [f"/measurements/1{at}"])
        body = {"measurement": measurement, "reason": "misread"}
        path = f"/checkups/{checkup}/measurements"
        await desk.refused("POST", path, body, 422, "invalid", says, [f"/measurement{at}"])
    other = {"measurement": {"code": "height", "value": 175, "unit": "cm"}, "reason": "misread"}
    path = f"/checkups/{checkup}/measurements/29463-7/amend"
    await desk.refused("POST", path, other, 422, "invalid", "29463-7의 측정값입니다", ["/measurement/code"])


async def test_what_is_no_number_in_json_either(product: Any) -> None:
    desk = Desk(product.http, product)
    path = f"/patients/{await desk.register()}/checkups"
    for number, problem in (
        (b"NaN", "bad-json"),
        (b"-Infinity", "bad-json"),
        (b"1e999", "invalid"),
        (b"0x46", "bad-json"),
        (b"070", "bad-json"),
        (b"7" * 500, "invalid"),
        (b"9007199254740993", "invalid"),
    ):
        text = json.dumps(CHECKUP).encode().replace(b'"value": 70', b'"value": ' + number)
        assert number in text
        await desk.refused("POST", path, text, 422, problem)
    for text in (b'{"kind": "\xff"}', b'{"kind": "\\ud800"}', b"[" * 100_000, b'{"a":' * 40_000, b"", b"[]", b"null"):
        before = await product.services.events.head()
        answer = await product.http.post(f"/api/v1{path}", content=text, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json"), text[:20]
        assert await product.services.events.head() == before
    twice = json.dumps(CHECKUP).replace('"date"', '"date": "2026-01-01", "date"').encode()
    await desk.refused("POST", path, twice, 422, "invalid", "", ["/date"])


async def test_an_unusual_value_needs_to_be_meant_wherever_it_is_sent(product: Any) -> None:
    desk = Desk(product.http, product)
    patient = await desk.register()
    checkup = await desk.record(patient)
    rare = {"measurement": WEIGHT | {"value": 250}, "reason": "misread"}
    bodies = (
        (f"/patients/{patient}/checkups", CHECKUP | {"measurements": [rare["measurement"]]}, "/measurements/0/value"),
        (f"/checkups/{checkup}/measurements", rare, "/measurement/value"),
        (f"/checkups/{checkup}/measurements/29463-7/amend", rare, "/measurement/value"),
    )
    for path, body, pointer in bodies:
        await desk.refused("POST", path, body, 422, "unusual", "드문 값입니다", [pointer])
        await desk.refused("POST", path, body | {"confirm": "yes"}, 422, "invalid", "", ["/confirm"])
        # Confirming says that a rare value is meant, not that an impossible one is possible.
        worse = json.loads(json.dumps(body).replace("250", "2500")) | {"confirm": True}
        await desk.refused("POST", path, worse, 422, "invalid", "있을 수 없는 값입니다", [pointer])
    for path, body, _ in bodies:
        done = await product.http.post(f"/api/v1{path}", json=body | {"confirm": True}, headers={"If-Match": "*"})
        assert done.status_code in {200, 201}, done.text


async def test_impossible_details_of_a_checkup(product: Any) -> None:
    desk = Desk(product.http, product)
    patient = await desk.register()
    checkup = await desk.record(patient)
    tomorrow = (product.services.commands.clock.now() + timedelta(days=2)).date().isoformat()
    for change, pointer, says in (
        ({"date": tomorrow}, "/date", "검진일이 미래입니다."),
        ({"date": "1980-02-28"}, "/date", "생년월일보다 앞섭니다"),
        ({"date": "2026-02-30"}, "/date", ""),
        ({"date": "2026-03-02T00:00:00Z"}, "/date", ""),
        ({"kind": "weekend"}, "/kind", ""),
        ({"place": "a\nb"}, "/place", "제어 문자"),
        ({"clinician": "\u202e"}, "/clinician", ""),
        *(({name: "x"}, f"/{name}", "") for name in ("source", "patient_id", "derived", "judgements", "voided", "at")),
    ):
        await desk.refused("POST", f"/patients/{patient}/checkups", CHECKUP | change, 422, "invalid", says, [pointer])
        edit = change | {"reason": "wrong"}
        await desk.refused("PATCH", f"/checkups/{checkup}", edit, 422, "invalid", says, [pointer])
    noted = CHECKUP | {"note": "a\u0000"}
    await desk.refused("POST", f"/patients/{patient}/checkups", noted, 422, "invalid", "NUL", ["/note"])


async def test_a_birth_date_cannot_be_moved_behind_a_checkup(product: Any) -> None:
    desk = Desk(product.http, product)
    patient = await desk.register(birth_date=None)
    checkup = await desk.record(patient, date="2026-03-02")
    later = {"birth_date": "2026-03-03", "reason": "typing error"}
    says = "2026-03-02의 검진이 생년월일보다 앞서게 됩니다"
    await desk.refused("PATCH", f"/patients/{patient}", later, 422, "invalid", says, ["/birth_date"])
    for method, path, body in (
        ("PATCH", f"/patients/{patient}", {"birth_date": "2026-03-02", "reason": "born that day"}),
        ("POST", f"/checkups/{checkup}/void", {"reason": "another's"}),
        ("PATCH", f"/patients/{patient}", later),
    ):
        done = await product.http.request(method, f"/api/v1{path}", json=body, headers={"If-Match": "*"})
        assert done.status_code == 200, done.text


async def test_a_search_for_nothing(product: Any) -> None:
    desk = Desk(product.http, product)
    await desk.register()
    for query in ("name=", "name=%20", "phone=", "phone=-", "phone=%2B", "phone=call%20me"):
        told = await desk.refused("GET", f"/patients?purpose=quality&{query}", None, 422, "invalid", "하나 이상")
        assert told["errors"][0]["pointer"] == f"?{query.partition('=')[0]}"
    await desk.refused("GET", "/patients?purpose=quality&identifier=A-17", None, 422, "invalid", "system|value")


async def test_corrections_that_cannot_be_made(product: Any) -> None:
    desk = Desk(product.http, product)
    checkup = await desk.record(await desk.register())
    path = f"/checkups/{checkup}"
    amend, good = f"{path}/measurements/29463-7/amend", {"measurement": WEIGHT | {"value": 71}, "reason": "misread"}
    for reason in ({}, {"reason": ""}, {"reason": "\u0007"}, {"reason": None}):
        for command, body in (
            (f"{path}/void", reason),
            (amend, {"measurement": good["measurement"], **reason}),
            (amend, {"measurement": None, **reason}),
            (f"{path}/measurements", {"measurement": WEIGHT, **reason}),
        ):
            told = await desk.refused("POST", command, body, 422, "invalid")
            assert [error["pointer"] for error in told["errors"]] == ["/reason"], command
    for text in ("", " ", "a\u001bb", "x" * 10_001):
        await desk.refused("POST", f"{path}/addenda", {"text": text}, 422, "invalid", "", ["/text"])
    unknown = f"{path}/measurements/718-7/amend"
    await desk.refused("POST", unknown, good, 404, "unknown-measurement")
    # Whoever has read another version than there is has not seen what they would overwrite.
    for tag, status, problem in (
        ("", 428, "if-match-required"),
        ("1", 422, "bad-if-match"),
        ('"1', 422, "bad-if-match"),
        ('"1" x', 422, "bad-if-match"),
        ('*, "1"', 422, "bad-if-match"),
        ("٣", 422, "bad-if-match"),
        ('"0"', 412, "stale"),
        ('"2"', 412, "stale"),
        ('W/"1"', 412, "stale"),
        ('"1", "2"', 412, "stale"),
        ('"-1"', 412, "stale"),
        ('"01x"', 412, "stale"),
        ('"' + "9" * 18 + '"', 412, "stale"),
    ):
        before = await product.services.events.head()
        headers = {b"Accept-Language": b"ko"} | ({b"If-Match": tag.encode()} if tag else {})
        answer = await product.http.post(f"/api/v1{amend}", json=good, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{problem}"), tag
        left = (await product.http.get(f"/api/v1/events?after={before}")).json()["items"]
        assert {event["type"] for event in left} <= {"identity.personal-data-read"}, tag
    gone = {"measurement": None, "reason": "never taken"}
    assert (await product.http.post(f"/api/v1{amend}", json=gone, headers={"If-Match": "*"})).status_code == 200
    await desk.refused("POST", amend, good, 409, "refused", "취소된 측정값입니다")
    void = {"reason": "another's"}
    assert (await product.http.post(f"/api/v1{path}/void", json=void, headers={"If-Match": "*"})).status_code == 200
    for method, command, body in (
        ("POST", amend, good),
        ("POST", f"{path}/measurements", good),
        ("PATCH", path, {"place": "x", "reason": "x"}),
        ("POST", f"{path}/void", void),
    ):
        await desk.refused(method, command, body, 409, "refused", "무효 처리된 검진입니다")


async def test_holds_and_erasures_that_cannot_be(product: Any) -> None:
    kim, _ = await log_in(product, "clinician", name="Kim")
    desk = Desk(kim, product)
    patient = await desk.register()
    path, today = f"/patients/{patient}", product.services.commands.clock.now().date()
    for body, pointer, says in (
        ({"until": str(today - timedelta(days=1)), "reason": "court"}, "/until", "이미 끝난 보존 기한입니다"),
        ({"until": "2199-01-01", "reason": "court"}, "/until", "최대 100년"),
        ({"until": str(today)}, "/reason", ""),
        ({"reason": "court"}, "/until", ""),
        ({"until": str(today), "reason": "court", "by": "user:x"}, "/by", ""),
    ):
        await desk.refused("POST", f"{path}/legal-hold", body, 422, "invalid", says, [pointer])
    await desk.refused(
        "DELETE", f"{path}/legal-hold", {"reason": "x"}, 409, "refused", "법적 보존이 설정되어 있지 않습니다"
    )
    await desk.refused("POST", f"{path}/erasure", {"ground": "because"}, 422, "invalid", "", ["/ground"])
    mine = {"ground": "legal-order", "by": "user:somebody-else"}
    await desk.refused("POST", f"{path}/erasure", mine, 422, "invalid", "", ["/by"])
    await desk.refused("POST", f"{path}/erasure/confirm", None, 409, "refused", "삭제를 요청한 사람이 없습니다")
    await desk.refused("DELETE", f"{path}/erasure", None, 409, "refused", "삭제를 요청한 사람이 없습니다")
    asked = await kim.post(f"/api/v1{path}/erasure", json={"ground": "legal-order"})
    assert asked.status_code == 202
    await desk.refused("POST", f"{path}/erasure/confirm", None, 409, "refused", "요청한 사람이 아닌 다른 사람이")
    await desk.refused("POST", f"{path}/erasure/confirm", {"by": "user:other"}, 409, "refused", "다른 사람이")
    await kim.aclose()


async def test_points_in_time_that_cannot_be(product: Any) -> None:
    desk = Desk(product.http, product)
    patient = await desk.register()
    checkup = await desk.record(patient)
    ahead = (product.services.commands.clock.now() + timedelta(hours=1)).isoformat().replace("+", "%2B")
    for path in (f"/patients/{patient}", f"/patients/{patient}/checkups", f"/checkups/{checkup}"):
        for then, says in (
            (ahead, "미래입니다"),
            ("2199-01-01", "미래입니다"),
            ("999999999999999999", "미래입니다"),
            ("2026-11-20T10:00:00", ""),
            ("2026-02-30", ""),
            ("0000-01-01", ""),
            ("now", "원장 위치"),
            ("", ""),
            ("-1", ""),
            ("1.5", ""),
            ("%2B1", ""),
            ("1e3", ""),
            ("%D9%A3", ""),
            ("1" * 41, ""),
        ):
            await desk.refused("GET", f"{path}?as_of={then}", None, 422, "invalid", says, ["?as_of"])
    for path in (f"/patients/{patient}", f"/checkups/{checkup}"):
        for then in ("0", "0001-01-01", "2000-01-01T00:00:00Z"):
            await desk.refused("GET", f"{path}?as_of={then}", None, 404, "not-known-then", "나중에 기록되었습니다")


async def test_a_record_of_another_is_told_from_one_that_is_not_there_by_nobody(product: Any) -> None:
    desk = Desk(product.http, product)
    own, other = await desk.register(), await desk.register()
    theirs = await desk.record(other)
    pat = await person(product, "pat", "patient", patient_id=own)
    as_pat = {"Authorization": pat.headers["Authorization"]}
    nowhere = "5f6c1c52-54c1-4c36-a9c8-0d0c1f3f9f11"
    for path, there, missing, problem in (
        ("/patients/{}", other, nowhere, "unknown-patient"),
        ("/patients/{}/history", other, nowhere, "unknown-patient"),
        ("/patients/{}/checkups", other, nowhere, "unknown-patient"),
        ("/patients/{}/trends", other, nowhere, "unknown-patient"),
        ("/checkups/{}", theirs, nowhere, "unknown-checkup"),
        ("/checkups/{}/history", theirs, nowhere, "unknown-checkup"),
    ):
        told = [
            await desk.refused("GET", path.format(one), None, 404, problem, stores=1, **as_pat)
            for one in (there, missing)
        ]
        for one, given in zip(told, (there, missing), strict=True):
            del one["correlation_id"], one["instance"]
            assert given in one["detail"]
            one["detail"] = one["detail"].replace(given, "")
        assert told[0] == told[1], path
    denied = (await product.http.get("/api/v1/events?type=identity.access-denied")).json()["items"]
    assert {tuple(event["data"].get("subjects", ())) for event in denied} == {(other,), (nowhere,), ()}
    assert {event["actor"] for event in denied} == {f"user:{pat.id}"}
