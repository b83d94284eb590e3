"""What changes reaches other clients at once, over real sockets; and nobody is shown what is not theirs to see."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from infra.bounded_http import BoundedHttp
from infra.bounded_socket import MAX_MESSAGE, BoundedSocket
from tests.http.clinic import FIRST, record, register
from tests.http.people import Person, person
from tests.http.support import AUTHORIZED
from tests.support.waiting import eventually_async

WEIGHT = {"measurement": {"code": "weight", "value": 71, "unit": "kg"}, "reason": "misread"}
ITEM = {
    "position", "stream", "version", "type", "schema_version", "recorded_at", "actor", "correlation_id",
    "causation_id", "data",
}  # fmt: skip


class Served:
    def __init__(self, product: Any, port: int) -> None:
        self.product, self.port = product, port
        self.url = f"ws://127.0.0.1:{port}/api/v1/events/ws"

    @asynccontextmanager
    async def open(self, query: str = "", headers: dict[str, str] = AUTHORIZED) -> AsyncGenerator[ClientConnection]:
        """A socket that has been told where it stands."""
        async with connect(self.url + query, additional_headers=headers, proxy=None) as socket:
            assert set(json.loads(await socket.recv())) == {"position"}
            yield socket

    async def refused(self, query: str = "", headers: dict[str, str] = AUTHORIZED) -> Any:
        with pytest.raises(InvalidStatus) as refusal:
            async with connect(self.url + query, additional_headers=headers, proxy=None):
                pass
        answer = refusal.value.response
        assert answer.headers["Content-Type"] == "application/problem+json"
        return answer.status_code, json.loads(answer.body)


class Hurried(BoundedHttp):
    head_within_s = 0.2


@pytest_asyncio.fixture
async def served(product: Any) -> AsyncGenerator[Served]:
    """The product behind the same server as in production, but in a hurry."""
    config = uvicorn.Config(
        product.app, port=0, http=Hurried, ws=BoundedSocket, ws_max_size=MAX_MESSAGE, lifespan="off", log_config=None,
        timeout_graceful_shutdown=20,
    )  # fmt: skip
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    await eventually_async(started)
    yield Served(product, server.servers[0].sockets[0].getsockname()[1])
    product.app.state.live.close()
    server.should_exit = True
    await task


async def event(socket: ClientConnection) -> dict[str, Any]:
    """The next event."""
    async with asyncio.timeout(60):
        while True:
            told = json.loads(await socket.recv())
            if "type" in told:
                return told


async def closed(socket: ClientConnection, sent: list[Any] | None = None) -> tuple[int | None, str | None]:
    """Code and reason with which the server closes; what it still sends goes to ``sent``."""
    with suppress(ConnectionClosed):
        async with asyncio.timeout(60):
            while True:
                told = await socket.recv()
                if sent is not None:
                    sent.append(json.loads(told))
    return socket.close_code, socket.close_reason


async def amend(product: Any, checkup: str, who: Person) -> httpx.Response:
    path = f"/api/v1/checkups/{checkup}/measurements/29463-7/amend"
    return await product.http.post(path, json=WEIGHT, headers={"If-Match": '"1"', **who.headers})


async def test_what_one_clinician_edits_the_other_is_told_and_reads(served: Served) -> None:
    product = served.product
    kim, lee = await person(product, "kim", "clinician"), await person(product, "lee", "clinician")
    patient = await register(product.http)
    checkup = await record(product.http, patient, FIRST, "2026-03-02")
    async with served.open(headers=lee.headers) as open_record:
        edited = await amend(product, checkup, kim)
        assert edited.status_code == 200, edited.text
        told = await event(open_record)
    assert set(told) == ITEM
    assert (told["type"], told["actor"]) == ("checkups.measurement-amended", f"user:{kim.id}")
    assert (told["position"], told["version"]) == (edited.json()["position"], 2)
    assert told["data"] == {"sealed": True, "patient_id": patient, "checkup_id": checkup}
    fresh = await product.http.get(f"/api/v1/checkups/{checkup}", headers=lee.headers)
    assert (fresh.headers["ETag"], fresh.json()["measurements"][1]["value"]) == ('"2"', 71)


async def test_a_patient_is_told_of_the_own_record_alone(served: Served) -> None:
    product = served.product
    own, other = [await register(product.http, identifiers=[]) for _ in range(2)]
    pat = await person(product, "pat", "patient", patient_id=own)
    async with served.open("?after=0", pat.headers) as socket:
        await record(product.http, other, FIRST, "2026-03-02")
        await record(product.http, own, FIRST, "2026-03-03")
        first, second = await event(socket), await event(socket)
    assert [first["type"], second["type"]] == ["checkups.patient-registered", "checkups.checkup-recorded"]
    assert {first["data"]["patient_id"], second["data"]["patient_id"]} == {own}
    async with served.open(f"?after=0&stream=patient:{other}", pat.headers) as socket:
        await product.http.post(f"/api/v1/patients/{own}/erasure", json={"ground": "subject-request"})
        product.app.state.live.close()
        sent: list[Any] = []
        assert await closed(socket, sent) == (1001, "The server stops.")
        assert sent == []


@pytest.mark.parametrize(
    ("role", "contexts"),
    [
        ("operator", {"monitoring"}),
        ("viewer", {"monitoring"}),
        ("clinician", {"checkups"}),
        ("auditor", {"monitoring", "checkups", "identity"}),
    ],
)
async def test_each_role_is_told_of_its_contexts_alone(served: Served, role: str, contexts: set[str]) -> None:
    product = served.product
    reader = await person(product, "reader", role)
    await register(product.http)
    made = await product.register()
    last = made["position"]
    if role == "clinician":
        last = (await product.http.post("/api/v1/patients", json={"name": "Last"})).json()["position"]
    seen: set[str] = set()
    async with served.open("?after=0", reader.headers) as socket:
        while True:
            told = await event(socket)
            seen.add(told["type"].partition(".")[0])
            if told["position"] >= last:
                break
    assert seen == contexts


async def test_a_socket_resumes_where_it_was_without_loss_or_repetition(served: Served) -> None:
    for number in range(12):
        await served.product.register(f"m{number}")
    seen: list[int] = []
    while len(seen) < 12:
        async with served.open(f"?after={seen[-1] if seen else 0}") as socket:
            seen += [(await event(socket))["position"] for _ in range(min(5, 12 - len(seen)))]
    assert seen == list(range(1, 13))


async def test_a_socket_begins_now_and_says_where_that_is(served: Served) -> None:
    made = await served.product.register("before")
    async with connect(served.url, additional_headers=AUTHORIZED, proxy=None) as socket:
        assert json.loads(await socket.recv()) == {"position": made["position"]}
        after = await served.product.register("after")
        assert (await event(socket))["position"] == after["position"]


async def test_a_quiet_socket_is_told_how_far_it_is(served: Served, monkeypatch: Any) -> None:
    monkeypatch.setattr("api.live.HEARTBEAT_S", 0.05)
    async with served.open("?after=0&type=monitoring.monitor-went-down") as socket:
        made = await served.product.register()
        async with asyncio.timeout(60):
            while json.loads(await socket.recv()) != {"position": made["position"]}:
                pass


async def test_a_socket_ends_with_the_session_of_its_reader(served: Served, monkeypatch: Any) -> None:
    monkeypatch.setattr("api.live.RECHECK_S", 0.05)
    kim = await person(served.product, "kim", "clinician")
    async with served.open(headers=kim.headers) as socket:
        await served.product.http.post("/api/v1/logout", headers=kim.headers)
        assert await closed(socket) == (1008, "The session has ended.")


async def test_a_socket_ends_when_its_readers_role_is_taken_away(served: Served, monkeypatch: Any) -> None:
    monkeypatch.setattr("api.live.RECHECK_S", 0.05)
    kim = await person(served.product, "kim", "clinician")
    async with served.open(headers=kim.headers) as socket:
        user = await served.product.http.get(f"/api/v1/users/{kim.id}")
        path = f"/api/v1/users/{kim.id}/roles/clinician"
        gone = await served.product.http.delete(path, headers={"If-Match": user.headers["ETag"]})
        assert gone.status_code == 200, gone.text
        assert (await closed(socket))[0] == 1008


async def test_a_socket_ends_when_the_api_key_of_its_reader_is_over(served: Served, monkeypatch: Any) -> None:
    monkeypatch.setattr("api.live.RECHECK_S", 0.05)
    kim = await person(served.product, "kim", "clinician")
    soon = served.product.services.commands.clock.now() + timedelta(seconds=1.5)
    body = {"label": "short", "scopes": ["events.read"], "expires_at": soon.isoformat()}
    made = await served.product.http.post("/api/v1/api-keys", json=body, headers=kim.headers)
    assert made.status_code == 201, made.text
    async with served.open(headers={"Authorization": f"Bearer {made.json()['key']}"}) as socket:
        assert (await closed(socket))[0] == 1008


async def test_nothing_can_be_sent_to_it(served: Served) -> None:
    async with served.open() as socket:
        await socket.send("let me in")
        assert (await closed(socket))[0] == 1003
    async with served.open() as socket:
        await socket.send("x" * (MAX_MESSAGE + 1))
        assert (await closed(socket))[0] == 1009


async def test_a_stopping_server_ends_sockets(served: Served) -> None:
    async with served.open() as socket:
        served.product.app.state.live.close()
        assert (await closed(socket))[0] == 1001
    assert served.product.app.state.live.readers == 0


async def test_a_refused_socket_is_told_why_before_it_is_opened(served: Served) -> None:
    status, problem = await served.refused(headers={})
    assert (status, problem["type"]) == (401, "/problems/unauthorized")
    status, problem = await served.refused(headers={"Authorization": "Bearer x.y.z"})
    assert (status, problem["type"]) == (401, "/problems/token-refused")
    status, problem = await served.refused("?after=-1", AUTHORIZED | {"Accept-Language": "ko"})
    assert (status, problem["errors"][0]["pointer"]) == (422, "?after")
    assert "0 이상" in problem["errors"][0]["detail"]
    assert problem["title"] == "요청을 처리할 수 없습니다"


async def test_a_page_of_another_site_cannot_use_the_readers_cookie(served: Served) -> None:
    page = httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}", follow_redirects=False)
    async with page:
        token = AUTHORIZED["Authorization"].removeprefix("Bearer ")
        await page.post("/login", data={"token": token}, headers={"Origin": str(page.base_url)})
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in page.cookies.items())}
    assert cookie["Cookie"]
    status, _ = await served.refused(headers=cookie | {"Origin": "https://evil.example"})
    assert status == 401
    status, _ = await served.refused(headers=cookie)
    assert status == 401
    async with served.open(headers=cookie | {"Origin": f"http://127.0.0.1:{served.port}"}) as socket:
        made = await served.product.register()
        assert (await event(socket))["position"] == made["position"]


async def test_whoever_may_see_no_events_is_refused_and_that_is_recorded(served: Served) -> None:
    product = served.product
    ann = await person(product, "ann", "viewer")
    answer = await product.http.post(
        "/api/v1/api-keys",
        json={"label": "x", "scopes": ["monitors.read"], "expires_at": "2027-01-01T00:00:00Z"},
        headers=ann.headers,
    )
    status, problem = await served.refused(headers={"Authorization": f"Bearer {answer.json()['key']}"})
    assert (status, problem["type"]) == (403, "/problems/forbidden")
    (denied,) = (await product.http.get("/api/v1/events?type=identity.access-denied")).json()["items"]
    assert denied["data"]["operation"] == "WEBSOCKET /api/v1/events/ws"


async def test_too_many_readers_are_asked_to_come_later(served: Served, monkeypatch: Any) -> None:
    monkeypatch.setattr("api.routes.events.MAX_STREAMS", 1)
    async with served.open():
        status, problem = await served.refused()
        assert (status, problem["type"]) == (503, "/problems/too-many-streams")


async def test_no_ciphertext_leaves_the_ledger_through_the_api(served: Served) -> None:
    product = served.product
    await register(product.http)
    listed = (await product.http.get("/api/v1/events?type=checkups.patient-registered")).json()["items"]
    assert listed[0]["data"] == {"sealed": True, "patient_id": listed[0]["stream"].partition(":")[2]}
    async with served.open("?after=0") as socket:
        assert await event(socket) == listed[0]


async def test_a_socket_outlives_the_time_that_a_request_has(served: Served, monkeypatch: Any) -> None:
    monkeypatch.setattr("api.live.HEARTBEAT_S", 0.05)
    loop = asyncio.get_running_loop()
    async with served.open("?type=monitoring.none") as socket:
        until = loop.time() + 3 * Hurried.head_within_s
        while loop.time() < until:
            await socket.recv()
