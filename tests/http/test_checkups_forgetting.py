"""Forgetting a patient over HTTP: two people, legal holds, and what is answered afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio

from tests.http.staff import log_in

PERSON = {
    "name": "홍길동",
    "phone": "010-1234-5678",
    "identifiers": [{"system": "chart", "value": "A-17"}],
}


class Ward:
    """A patient with a checkup, and two clinicians."""

    def __init__(self, product: Any, kim: httpx.AsyncClient, kim_id: str, lee: httpx.AsyncClient) -> None:
        self.product, self.kim, self.kim_id, self.lee = product, kim, kim_id, lee
        self.id = self.checkup = ""

    @property
    def path(self) -> str:
        return f"/api/v1/patients/{self.id}"

    async def ask(self, who: httpx.AsyncClient, ground: str = "subject-request") -> httpx.Response:
        return await who.post(f"{self.path}/erasure", json={"ground": ground})

    async def confirm(self, who: httpx.AsyncClient) -> httpx.Response:
        return await who.post(f"{self.path}/erasure/confirm")

    async def hold(self, days: int) -> httpx.Response:
        until = self.product.services.commands.clock.now().date() + timedelta(days=days)
        return await self.kim.post(f"{self.path}/legal-hold", json={"until": until.isoformat(), "reason": "court"})


@pytest_asyncio.fixture
async def ward(product: Any) -> Any:
    kim, kim_id = await log_in(product, "clinician", name="Kim")
    lee, _ = await log_in(product, "clinician", name="Lee")
    made = Ward(product, kim, kim_id, lee)
    made.id = (await kim.post("/api/v1/patients", json=PERSON)).json()["id"]
    body = {"kind": "other", "date": "2026-01-01", "measurements": []}
    made.checkup = (await kim.post(f"{made.path}/checkups", json=body)).json()["id"]
    yield made
    await kim.aclose()
    await lee.aclose()


async def test_after_an_erasure_everything_answers_410_with_when_and_why(ward: Ward) -> None:
    assert (await ward.ask(ward.kim)).status_code == 202
    shown = (await ward.kim.get(ward.path)).json()
    assert (shown["erasure_request"]["by"], shown["erasure_request"]["ground"]) == (
        f"user:{ward.kim_id}", "subject-request",
    )  # fmt: skip
    done = await ward.confirm(ward.lee)
    assert done.status_code == 200, done.text
    body = {"reason": "x", "name": "x"}
    for method, path, given in (
        ("GET", ward.path, None),
        ("GET", f"{ward.path}?as_of=1", None),
        ("GET", f"{ward.path}/checkups", None),
        ("GET", f"/api/v1/checkups/{ward.checkup}", None),
        ("GET", f"/api/v1/checkups/{ward.checkup}/history", None),
        ("PATCH", ward.path, body),
        ("POST", f"{ward.path}/checkups", {"kind": "other", "date": "2026-01-01"}),
        ("POST", f"/api/v1/checkups/{ward.checkup}/void", {"reason": "x"}),
        ("POST", f"{ward.path}/legal-hold", {"until": "2099-01-01", "reason": "x"}),
        ("POST", f"{ward.path}/erasure", {"ground": "legal-order"}),
    ):
        headers = {"If-Match": "*", "Accept-Language": "ko"}
        answer = await ward.kim.request(method, path, json=given, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (410, "/problems/erased"), path
        assert answer.json()["ground"] == "subject-request"
        assert answer.json()["erased_at"] >= shown["registered_at"]
        assert "(UTC)에 삭제된 환자입니다. 본인이 요청하였습니다." in answer.json()["detail"]
        assert "홍길동" not in answer.text
    listed = await ward.kim.get(f"/api/v1/patients?purpose=quality&min_position={done.json()['position']}")
    assert listed.json()["items"] == []
    assert (await ward.kim.post("/api/v1/patients", json=PERSON)).status_code == 201


async def test_the_history_of_an_erased_patient_tells_what_remains(ward: Ward) -> None:
    await ward.ask(ward.kim)
    await ward.confirm(ward.lee)
    told = (await ward.kim.get(f"{ward.path}/history")).json()
    assert told["erased"]["requested_by"] == f"user:{ward.kim_id}"
    assert [one["type"].removeprefix("checkups.") for one in told["items"]] == [
        "patient-registered", "checkup-recorded", "erasure-requested", "erasure-confirmed", "patient-erased",
    ]  # fmt: skip


async def test_nobody_confirms_what_they_asked_for_not_even_with_an_api_key(ward: Ward) -> None:
    await ward.ask(ward.kim)
    expires = ward.product.services.commands.clock.now() + timedelta(days=1)
    asked = {"label": "script", "scopes": ["patients.erase"], "expires_at": expires.isoformat()}
    made = await ward.kim.post("/api/v1/api-keys", json=asked)
    assert made.status_code == 201, made.text
    token = made.json()["key"]
    refused = await ward.confirm(ward.kim)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/refused")
    through_key = await ward.product.http.post(
        f"{ward.path}/erasure/confirm", headers={"Authorization": f"Bearer {token}"}
    )
    assert (through_key.status_code, through_key.json()["type"]) == (409, "/problems/refused"), through_key.text
    assert (await ward.kim.get(ward.path)).status_code == 200


async def test_a_legal_hold_refuses_until_it_is_lifted(ward: Ward) -> None:
    await ward.ask(ward.kim)
    held = await ward.hold(days=1)
    assert held.status_code == 200, held.text
    refused = await ward.confirm(ward.lee)
    assert refused.status_code == 409
    assert (await ward.kim.get(ward.path)).json()["legal_hold"]["until"] in refused.json()["detail"]
    assert (await ward.ask(ward.lee, "legal-order")).status_code == 409
    missing = await ward.kim.request("DELETE", f"{ward.path}/legal-hold", json={"reason": "closed"})
    assert missing.status_code == 428
    lifted = await ward.kim.request(
        "DELETE", f"{ward.path}/legal-hold", json={"reason": "closed"}, headers={"If-Match": held.headers["ETag"]}
    )
    assert lifted.status_code == 200, lifted.text
    assert (await ward.confirm(ward.lee)).status_code == 200


async def test_a_hold_that_would_be_over_is_refused(ward: Ward) -> None:
    past = await ward.hold(days=-1)
    assert (past.status_code, past.json()["errors"][0]["pointer"]) == (422, "/until")


async def test_a_request_is_withdrawn(ward: Ward) -> None:
    assert (await ward.confirm(ward.lee)).status_code == 409
    asked = await ward.ask(ward.kim)
    gone = await ward.kim.request("DELETE", f"{ward.path}/erasure", headers={"If-Match": asked.headers["ETag"]})
    assert gone.status_code == 200, gone.text
    assert (await ward.confirm(ward.lee)).status_code == 409
    assert (await ward.kim.get(ward.path)).json()["erasure_request"] is None


async def test_a_repeated_confirmation_is_harmless(ward: Ward) -> None:
    await ward.ask(ward.kim)
    first = await ward.confirm(ward.lee)
    again = await ward.confirm(ward.kim)
    assert (again.status_code, again.json()) == (200, first.json())


async def test_a_patient_sees_their_own_record_and_nobody_elses(ward: Ward) -> None:
    other = (await ward.kim.post("/api/v1/patients", json={"name": "Other"})).json()
    me, _ = await log_in(ward.product, "patient", name="홍길동", patient_id=ward.id)
    for path in (ward.path, f"{ward.path}/history", f"{ward.path}/checkups", f"/api/v1/checkups/{ward.checkup}"):
        assert (await me.get(path)).status_code == 200, path
    assert (await me.get(f"/api/v1/patients/{other['id']}")).status_code == 404
    listed = await me.get(
        f"/api/v1/patients?purpose=patient-request&patient={ward.id}&min_position={other['position']}"
    )
    assert [one["id"] for one in listed.json()["items"]] == [ward.id]
    assert (await me.patch(ward.path, json={"reason": "x"}, headers={"If-Match": "*"})).status_code == 403
    await me.aclose()
