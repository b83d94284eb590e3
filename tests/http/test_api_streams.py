"""Live events behind a real server: every event once and in order, whatever breaks in between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest_asyncio
import uvicorn

from api import live
from tests.http.support import AUTHORIZED
from tests.support.waiting import eventually_async


class Served:
    def __init__(self, product: Any, server: uvicorn.Server, url: str) -> None:
        self.product, self.server, self.url = product, server, url


@pytest_asyncio.fixture
async def served(product: Any) -> AsyncGenerator[Served]:
    """The product's application behind uvicorn; its services are open already."""
    config = uvicorn.Config(product.app, port=0, lifespan="off", log_config=None, timeout_graceful_shutdown=20)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    await eventually_async(started)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Served(product, server, f"http://127.0.0.1:{port}")
    product.app.state.live.close()
    server.should_exit = True
    await task


@asynccontextmanager
async def stream(url: str, query: str = "", **headers: str) -> AsyncGenerator[httpx.Response]:
    async with (
        httpx.AsyncClient(headers=AUTHORIZED | headers, timeout=30) as http,
        http.stream("GET", f"{url}/api/v1/events/live{query}") as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield answer


async def events_of(answer: httpx.Response) -> AsyncGenerator[dict[str, Any]]:
    """Events as a browser's EventSource would give them out."""
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            yield {"id": int(fields["id"]), "type": fields["event"], **json.loads(fields["data"])}
            fields = {}


async def take(answer: httpx.Response, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(60):
        async for event in events_of(answer):
            found.append(event)
            if len(found) == count:
                return found
    raise AssertionError(f"the stream ended after {len(found)} events")


async def test_a_stream_begins_now_and_brings_what_is_appended(served: Served) -> None:
    await served.product.register("before")
    async with stream(served.url) as answer:
        made = await served.product.register("after")
        (event,) = await take(answer, 1)
    assert (event["id"], event["position"]) == (made["position"], made["position"])
    assert event["type"] == "monitoring.monitor-registered"
    assert event["data"]["name"] == "after"


async def test_last_event_id_resumes_without_loss_or_repetition(served: Served) -> None:
    made = await served.product.register()
    await served.product.observe(made["id"], *["pass"] * 40, every_s=1.0)
    head = await served.product.services.events.head()
    seen: list[int] = []
    while len(seen) < head:
        last = {"Last-Event-ID": str(seen[-1])} if seen else {}
        async with stream(served.url, "?after=0", **last) as answer:
            seen += [event["id"] for event in await take(answer, min(7, head - len(seen)))]
    assert seen == list(range(1, head + 1))


async def test_many_readers_see_every_event_of_concurrent_writers_once_and_in_order(served: Served) -> None:
    total = 200

    async def read() -> list[int]:
        async with stream(served.url, "?after=0") as answer:
            return [event["id"] for event in await take(answer, total)]

    readers = [asyncio.create_task(read()) for _ in range(5)]
    await asyncio.gather(*(served.product.register(f"m{n}") for n in range(total)))
    for seen in await asyncio.gather(*readers):
        assert seen == list(range(1, total + 1))


async def test_a_filter_leaves_events_out_and_still_moves_on(served: Served) -> None:
    made = await served.product.register()
    async with stream(served.url, "?after=0&type=monitoring.monitor-went-down") as answer:
        await served.product.observe(made["id"], "pass", "fail", "fail", every_s=1.0)
        (event,) = await take(answer, 1)
    assert event["type"] == "monitoring.monitor-went-down"


async def test_a_reader_that_fell_out_of_the_ring_reads_on_from_the_ledger(served: Served, monkeypatch: Any) -> None:
    monkeypatch.setattr(live, "PAGE", 3)
    made = await served.product.register()
    async with stream(served.url, "?after=0") as answer:
        await take(answer, 1)
        # Nobody reads meanwhile: the ring holds less than what is appended now.
        served.product.app.state.live._ring = live.deque(maxlen=5)
        await served.product.observe(made["id"], *["pass"] * 50, every_s=1.0)
        head = await served.product.services.events.head()
        # httpx cannot iterate a stream twice: resume in another one.
    async with stream(served.url, "", **{"Last-Event-ID": "1"}) as answer:
        assert [event["id"] for event in await take(answer, head - 1)] == list(range(2, head + 1))


async def test_stopping_ends_streams_instead_of_waiting_for_them(served: Served) -> None:
    async with stream(served.url) as answer:
        lines = answer.aiter_lines()
        assert await anext(lines) == ": connected"
        served.product.app.state.live.close()
        async for _ in lines:
            pass
    assert served.product.app.state.live.readers == 0


async def test_readers_that_leave_at_any_moment_are_forgotten(served: Served) -> None:
    made = await served.product.register()
    port = int(served.url.rpartition(":")[2])
    asking = (
        f"GET /api/v1/events/live?after=0 HTTP/1.1\r\nHost: x\r\nAuthorization: {AUTHORIZED['Authorization']}\r\n\r\n"
    )

    async def come_and_go(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(asking.encode())
        await reader.readuntil(b": connected")
        for _ in range(number % 7):
            await asyncio.sleep(0)
        if number % 2:
            writer.transport.abort()
        else:
            writer.close()

    for _ in range(3):
        await asyncio.gather(
            *(come_and_go(number) for number in range(60)), served.product.observe(made["id"], "pass", "fail")
        )

    async def forgotten() -> bool:
        return served.product.app.state.live.readers == 0

    await eventually_async(forgotten)


async def test_a_bad_last_event_id_is_a_problem(product: Any) -> None:
    for value in ("x", "-1", "9" * 30, "0" * 20 + "9" * 20, "0" * 20 + "9" * 5000):
        answer = await product.http.get("/api/v1/events/live", headers={"Last-Event-ID": value})
        assert answer.status_code == 422


async def test_events_are_paged_by_position_and_filtered(product: Any) -> None:
    made = [await product.register(f"m{n}") for n in range(5)]
    path, seen = "/api/v1/events?limit=2", list[int]()
    while path:
        answer = await product.http.get(path)
        seen += [item["position"] for item in answer.json()["items"]]
        path = answer.links.get("next", {}).get("url")
    assert seen == [1, 2, 3, 4, 5]
    one = (await product.http.get(f"/api/v1/events?stream=monitor:{made[2]['id']}&actor=admin")).json()
    assert [item["position"] for item in one["items"]] == [3]
    assert set(one["items"][0]) == {
        "position", "stream", "version", "type", "schema_version", "recorded_at", "actor", "correlation_id",
        "causation_id", "data",
    }  # fmt: skip
    none = await product.http.get("/api/v1/events?actor=nobody")
    assert none.json() == {"items": [], "next": None}
