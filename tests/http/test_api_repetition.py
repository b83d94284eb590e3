"""A request sent twice with the same Idempotency-Key is carried out once, also when the first try died half-way."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest

from tests.support.waiting import eventually_async

BODY = {"name": "Once", "kind": "http", "target": "https://example.org/"}
KEY = {"Idempotency-Key": "order-1"}


async def count(product: Any, type_: str) -> int:
    return len((await product.http.get(f"/api/v1/events?type={type_}&limit=1000")).json()["items"])


async def test_the_same_request_gets_the_same_answer(product: Any) -> None:
    first = await product.http.post("/api/v1/monitors", json=BODY, headers=KEY)
    second = await product.http.post("/api/v1/monitors", json=BODY, headers=KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second.headers["Location"] == first.headers["Location"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert await count(product, "monitoring.monitor-registered") == 1


async def test_the_key_with_another_request_is_refused(product: Any) -> None:
    await product.http.post("/api/v1/monitors", json=BODY, headers=KEY)
    other = await product.http.post("/api/v1/monitors", json=BODY | {"name": "Other"}, headers=KEY)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    for key in ("", "x" * 256):
        bad = await product.http.post("/api/v1/monitors", json=BODY, headers={"Idempotency-Key": key})
        assert (bad.status_code, bad.json()["type"]) == (422, "/problems/bad-idempotency-key")


async def test_a_refused_request_frees_its_key(product: Any) -> None:
    refused = await product.http.post("/api/v1/monitors", json=BODY | {"interval_s": 0}, headers=KEY)
    assert refused.status_code == 422
    assert (await product.http.post("/api/v1/monitors", json=BODY, headers=KEY)).status_code == 201


async def test_twins_at_the_same_moment_register_one_monitor(product: Any) -> None:
    answers = await asyncio.gather(*(product.http.post("/api/v1/monitors", json=BODY, headers=KEY) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert await count(product, "monitoring.monitor-registered") == 1


@pytest.mark.parametrize("action", ["register", "note", "probe"])
async def test_a_try_that_died_after_the_append_is_found_again(product: Any, action: str) -> None:
    made = await product.register()
    position = await product.observe(made["id"], "fail", "fail")
    incident = (await product.read("/incidents", position))["items"][0]
    path, body, type_ = {
        "register": ("/api/v1/monitors", BODY, "monitoring.monitor-registered"),
        "note": (f"/api/v1/incidents/{incident['id']}/note", {"note": "seen"}, "monitoring.incident-noted"),
        "probe": (f"/api/v1/monitors/{made['id']}/probe", None, "monitoring.probe-requested"),
    }[action]
    first = await product.http.post(path, json=body, headers=KEY)
    before = await count(product, type_)
    async with await psycopg.AsyncConnection.connect(product.url, autocommit=True) as db:
        # As if the process had been killed between the append and the answer, half a minute ago.
        await db.execute(
            "UPDATE api.answers SET status = NULL, headers = NULL, body = NULL, begun_at = now() - interval '1 minute'"
        )
    second = await product.http.post(path, json=body, headers=KEY)
    assert second.status_code == first.status_code
    assert second.json()["id"] == first.json()["id"]
    assert second.json()["position"] == first.json()["position"]
    assert await count(product, type_) == before


async def test_a_request_that_is_still_being_worked_on_is_not_started_again(product: Any) -> None:
    await product.http.post("/api/v1/monitors", json=BODY, headers=KEY)
    async with await psycopg.AsyncConnection.connect(product.url, autocommit=True) as db:
        await db.execute("UPDATE api.answers SET status = NULL, headers = NULL, body = NULL")
    answer = await product.http.post("/api/v1/monitors", json=BODY, headers=KEY)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/idempotency-key-in-use")
    assert answer.headers["Retry-After"]


async def test_the_key_of_a_killed_process_is_free_at_once(product: Any) -> None:
    first = await product.http.post("/api/v1/monitors", json=BODY, headers=KEY)
    async with await psycopg.AsyncConnection.connect(product.url, autocommit=True) as db:
        async with await psycopg.AsyncConnection.connect(product.url, autocommit=True) as killed:
            pid = killed.info.backend_pid
            await db.execute("UPDATE api.answers SET status = NULL, headers = NULL, body = NULL, holder = %s", [pid])
            held = await product.http.post("/api/v1/monitors", json=BODY, headers=KEY)

        async def gone() -> bool:
            return not await (await db.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid])).fetchone()

        await eventually_async(gone)
    again = await product.http.post("/api/v1/monitors", json=BODY, headers=KEY)
    assert held.status_code == 409
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])


async def test_incidents_are_acknowledged_noted_and_resolved_by_people(product: Any) -> None:
    made = await product.register()
    position = await product.observe(made["id"], "fail", "fail")
    incident = (await product.read(f"/incidents?monitor_id={made['id']}", position))["items"][0]
    path = f"/api/v1/incidents/{incident['id']}"
    for action, body, state in (
        ("acknowledge", None, "acknowledged"),
        ("note", {"note": "looking"}, "acknowledged"),
        ("resolve", {"note": "fixed"}, "resolved"),
    ):
        answer = await product.http.post(f"{path}/{action}", json=body)
        assert answer.status_code == 200, answer.text
        shown = await product.read(f"/incidents/{incident['id']}", answer.json()["position"])
        assert shown["state"] == state
    assert len(shown["timeline"]) == 4
    late = await product.http.post(f"{path}/acknowledge")
    assert late.status_code == 409
