"""PostgreSQL away: prompt 503s with Retry-After, a process that stays alive, and a recovery without help."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import psycopg
import pytest_asyncio

from adapters.postgres.migrator import migrate
from adapters.postgres.projector import Projector
from api.app import create_app
from tests.http.support import AUTHORIZED, Observed, Product, make_services
from tests.support.waiting import eventually_async


@pytest_asyncio.fixture
async def mortal(own_postgres: Any) -> AsyncGenerator[tuple[Product, Any]]:
    """The API on a PostgreSQL that may be stopped; its read models were made, and nobody updates them."""
    migrate(own_postgres.url)
    projector = Projector(own_postgres.url)
    projector.start()
    services = make_services(own_postgres.url)
    app = create_app(services)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://test", headers=AUTHORIZED, timeout=60
        ) as http,
    ):
        product = Product(services, app, http, Observed(services), own_postgres.url)
        made = await product.register()
        projector.catch_up()
        projector.close()
        product.monitor_id = made["id"]
        yield product, own_postgres


async def test_reads_and_commands_say_503_and_work_again_by_themselves(mortal: Any) -> None:
    product, postgres = mortal
    http, path = product.http, f"/api/v1/monitors/{product.monitor_id}"
    push = {"name": "Job", "kind": "push", "interval_s": 60}
    ping = httpx.URL((await http.post("/api/v1/monitors", json=push)).json()["ping_url"]).path
    assert (await http.get(path)).status_code == 200
    await asyncio.to_thread(postgres.stop)

    async def refused() -> bool:
        return (await http.get(path)).status_code == 503

    await eventually_async(refused)
    asked = await asyncio.gather(
        http.get("/api/v1/monitors"),
        http.get("/api/v1/events"),
        http.get(f"{path}/uptime"),
        http.get(f"{path}/outcomes"),
        http.post("/api/v1/monitors", json={"name": "x", "kind": "tcp", "target": "localhost:1"}),
        http.post(f"{path}/pause", headers={"Idempotency-Key": "k"}),
        http.get(ping),
        http.get("/readyz?verbose"),
    )
    for answer in asked:
        assert answer.status_code == 503, answer.url
        assert answer.headers["Retry-After"]
        assert answer.headers["content-type"] == "application/problem+json"
    assert asked[-1].json()["checks"]["database"]["state"] == "down"
    assert (await http.get("/livez")).status_code == 200
    page = await http.get("/")
    assert (page.status_code, "database is away" in page.text) == (503, True)
    assert "vitalog_database_up 0.0" in (await http.get("/metrics")).text
    await asyncio.to_thread(postgres.start)

    async def answered() -> bool:
        return (await http.get(path)).status_code == 200

    async def pinged() -> bool:
        return (await http.get(ping)).text == "OK"

    await eventually_async(answered)
    await eventually_async(pinged)
    assert (await http.get("/readyz")).status_code == 200


async def test_nothing_is_answered_from_memory_while_changes_cannot_be_heard(product: Any) -> None:
    made = await product.register("First")
    path = f"/api/v1/monitors/{made['id']}"
    assert (await product.http.get(path)).json()["name"] == "First"
    signals = product.services.signals
    async with await psycopg.AsyncConnection.connect(product.url, autocommit=True) as db:
        await db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'vitalog api signals'"
        )

    async def deaf() -> bool:
        return not signals.connected

    await eventually_async(deaf)
    assert product.app.state.hot.get(made["id"], path, b"") is None

    async def hears() -> bool:
        return signals.connected

    await eventually_async(hears)


async def test_a_kept_answer_is_dropped_when_its_monitor_changes(product: Any, monkeypatch: Any) -> None:
    # Without the projector's word it would be kept for an hour.
    monkeypatch.setattr("api.hot_reads.MAX_AGE_S", 3600.0)
    made = await product.register("0")
    path = f"/api/v1/monitors/{made['id']}"
    for number in range(1, 6):
        assert (await product.http.get(path)).status_code == 200
        revised = await product.http.patch(path, json={"name": str(number)}, headers={"If-Match": "*"})
        fresh = await product.read(f"/monitors/{made['id']}", revised.json()["position"])
        assert fresh["name"] == str(number)

        async def seen(name: str = str(number)) -> bool:
            return (await product.http.get(path)).json()["name"] == name

        await eventually_async(seen)


async def test_a_position_that_is_not_reached_in_time_is_a_503(product: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("api.context.WAIT_S", 0.2)
    made = await product.register()
    answer = await product.http.get(f"/api/v1/monitors/{made['id']}?min_position=999999")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/not-there-yet")
