"""Every route times every role: the answers are what the policy table says, and nothing is left out of it."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.routing import WebSocketRoute

from api import policy
from domain.identity.user import ROLES
from tests.http.people import PASSWORD, Person, person, stranger

OWN = "6f1f2c9e-3b7a-4a58-9d0e-2f6f4f1c7a11"
OTHERS = "0c5d3e52-9b1f-4a7e-8a43-7d1c2b9e6f20"
SCOPE = "monitors.read"
REFUSED = {401, 403}


def routes_of(app: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for route in app.routes:
        if isinstance(route, WebSocketRoute):
            found.append(("WEBSOCKET", route.path))
        else:
            assert isinstance(route, APIRoute), route
            found += [(method, route.path) for method in sorted(route.methods)]
    return found


def concrete(path: str, patient: str = OTHERS) -> str:
    """A path with an id in every place: of things that do not exist."""
    path = path.replace("{patient_id}", patient).replace("{role}", "viewer").replace("{code}", "1558-6")
    return re.sub(r"\{\w+\}", "00000000-0000-4000-8000-000000000000", path)


async def test_every_route_is_in_the_table_and_every_line_of_the_table_is_a_route(product: Any) -> None:
    document = (await product.http.get("/api/openapi.json")).json()
    listed = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    routes = routes_of(product.app)
    assert len(routes) == len(set(routes)), "one route answers each method and path"
    assert listed <= set(routes)
    assert set(routes) - set(policy.ROUTES) == set(), "routes without a line: nobody may ask them"
    assert set(policy.ROUTES) - set(routes) == set(), "lines without a route"
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            asked = policy.ROUTES[method.upper(), path]
            assert operation["x-permission"] == asked
            assert (operation["security"] == []) is (asked == policy.PUBLIC)


async def people(product: Any) -> dict[str, Person]:
    return {
        role: await person(product, role, role, **({"patient_id": OWN} if role == "patient" else {})) for role in ROLES
    }


def expected(method: str, path: str, role: str | None, scopes: set[str] | None = None) -> set[int] | None:
    """Statuses that refuse; None: anything but those."""
    asked = policy.ROUTES[method, path]
    if asked == policy.PUBLIC:
        return None
    if role is None:
        return {401}
    if asked == policy.KNOWN:
        return None
    if asked == policy.SELF:
        return None if scopes is None else {403}
    if role not in policy.PERMISSIONS[asked] or (scopes is not None and asked not in scopes):
        return {403}
    if role == "patient" and (method, path) not in policy.FILTERED:
        return {404} if re.search(r"\{(patient|checkup|observation)_id\}", path) else {403}
    return None


async def ask(http: Any, method: str, path: str, headers: dict[str, str]) -> Any:
    live = path == "/api/v1/events/live"
    if live:
        # A stream never ends; what the guard says comes before it begins.
        async with http.stream(method, path, headers=headers) as answer:
            return answer
    return await http.request(method, path, headers=headers)


async def test_every_route_answers_every_role_as_the_table_says(product: Any, monkeypatch: Any) -> None:
    # Rate limits and streams have tests of their own; here each route is asked by everybody.
    monkeypatch.setattr("api.limits.AttemptLimits.take", lambda *_: {})
    everybody = await people(product)
    expires = product.services.commands.clock.now() + timedelta(days=1)
    body = {"label": "one scope", "scopes": [SCOPE], "expires_at": expires.isoformat()}
    made = await product.http.post("/api/v1/api-keys", json=body, headers=everybody["admin"].headers)
    key = {"Authorization": f"Bearer {made.json()['key']}"}
    wrong: list[str] = []
    product.app.state.live.close()
    async with stranger(product) as http:
        for method, path in routes_of(product.app):
            if method == "WEBSOCKET" or (method, path) in {("POST", "/api/v1/logout"), ("POST", "/logout")}:
                continue  # sockets have a test of their own, and whoever is asked to log out is gone for the rest
            cases: list[tuple[str, dict[str, str], set[int] | None]] = [
                (role, one.headers, expected(method, path, role)) for role, one in everybody.items()
            ]
            cases.append(("nobody", {}, expected(method, path, None)))
            cases.append(("key", key, expected(method, path, "admin", {SCOPE})))
            for who, headers, refusing in cases:
                answer = await ask(http, method, concrete(path), headers)
                status = answer.status_code
                fits = status in refusing if refusing is not None else status not in REFUSED
                if policy.ROUTES[method, path] in {policy.PUBLIC, policy.SELF} and refusing is None:
                    fits = status != 403  # a login without a body, a wrong code: its own affair
                if not fits:
                    wrong.append(f"{method} {path} as {who}: {status}, expected {refusing or 'to be let in'}")
    assert wrong == []


async def knock(app: Any, path: str, headers: dict[str, str]) -> int:
    """The status that a WebSocket is refused with; 101 when it is let in."""
    sent: list[Any] = []
    over = asyncio.Event()
    arriving = [{"type": "websocket.connect"}]

    async def receive() -> Any:
        if arriving:
            return arriving.pop()
        await over.wait()
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Any) -> None:
        sent.append(message)
        over.set()

    scope = {
        "type": "websocket", "path": path, "raw_path": path.encode(), "query_string": b"", "scheme": "ws", "state": {},
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()], "subprotocols": [],
        "client": ("127.0.0.1", 1), "server": ("test", 80), "extensions": {"websocket.http.response": {}},
    }  # fmt: skip
    await app(scope, receive, send)
    return 101 if sent[0]["type"] == "websocket.accept" else sent[0]["status"]


async def test_every_socket_is_opened_to_every_role_as_the_table_says(product: Any) -> None:
    everybody = await people(product)
    sockets = [path for method, path in routes_of(product.app) if method == "WEBSOCKET"]
    assert sockets
    for path in sockets:
        for role, one in everybody.items():
            refusing = expected("WEBSOCKET", path, role)
            assert await knock(product.app, path, one.headers) in (refusing or {101}), (path, role)
        assert await knock(product.app, path, {}) == 401
        assert await knock(product.app, path, {"Authorization": "Bearer wrong"}) == 401
        nobody = await person(product, f"norole{len(path)}")
        assert await knock(product.app, path, nobody.headers) == 403
        # A page of another site may open a socket, and the browser would send the cookie.
        async with stranger(product) as http:
            await http.post("/login", data={"email": everybody["admin"].email, "password": PASSWORD})
            cookie = {"Cookie": f"vitalog_session={http.cookies['vitalog_session']}", "Host": "test"}
        assert await knock(product.app, path, cookie | {"Origin": "http://test"}) == 101
        assert await knock(product.app, path, cookie | {"Origin": "https://evil.example"}) == 401
        assert await knock(product.app, path, cookie) == 401


async def test_a_patient_is_let_in_to_the_own_record_and_told_that_others_do_not_exist(product: Any) -> None:
    pat = await person(product, "pat", "patient", patient_id=OWN)
    for path in ("/api/v1/patients/{patient_id}", "/fhir/Patient/{patient_id}"):
        own = await product.http.get(concrete(path, OWN), headers=pat.headers)
        other = await product.http.get(concrete(path, OTHERS), headers=pat.headers)
        # Neither exists here: the same words for what is another's and what is not there.
        assert own.status_code == other.status_code == 404
        keep = ("type", "title", "status", "resourceType")
        assert [own.json().get(k) for k in keep] == [other.json().get(k) for k in keep]
    searches = {"": 403, "?patient=": 403, f"?patient={OTHERS}": 404, f"?patient=Patient/{OTHERS}": 404}
    searches |= {f"?patient={OWN}&patient={OTHERS}": 403, f"?patient={OWN},{OTHERS}": 404}
    searches |= {f"?patient={OWN}&subject:Patient={OTHERS}": 403}
    for query, status in searches.items():
        answer = await product.http.get(f"/fhir/Observation{query}", headers=pat.headers)
        assert answer.status_code == status, (query, answer.text)
    # What a route does not heed confines nothing: this would find others by their identifier.
    searches = {f"?patient={OWN}": 403, f"?patient={OWN}&_id={OTHERS}": 404, f"?patient={OWN}&identifier=chart|1": 403}
    searches |= {f"?_id={OWN}": 200, f"?_id={OWN}&_id={OTHERS}": 403, f"?_id={OWN},{OTHERS}": 404}
    searches |= {f"?_id={OTHERS}": 404, f"?subject={OWN}&name=Kim&purpose=treatment": 403}
    for query, status in searches.items():
        answer = await product.http.get(f"/fhir/Patient{query}", headers=pat.headers)
        assert answer.status_code == status, (query, answer.text)
    denied = (await product.http.get("/api/v1/events?type=identity.access-denied&limit=100")).json()["items"]
    assert {event["actor"] for event in denied} == {f"user:{pat.id}"}
    assert [OTHERS] in [event["data"].get("subjects") for event in denied]
    assert {event["data"]["operation"] for event in denied} >= {"GET /api/v1/patients/{patient_id}"}


async def test_what_is_refused_to_somebody_known_is_recorded(product: Any) -> None:
    ann = await person(product, "ann", "viewer")
    answer = await product.http.get(f"/api/v1/patients/{OTHERS}", headers=ann.headers)
    assert answer.status_code == 403
    await product.http.get("/api/v1/patients/Kim%20Minjun", headers=ann.headers)
    denied = (await product.http.get("/api/v1/events?type=identity.access-denied")).json()["items"]
    assert [event["data"].get("subjects") for event in denied] == [[OTHERS], None], "an id that is none may be a name"


async def test_a_route_without_a_line_is_closed_to_everybody(product: Any) -> None:
    async def surprise() -> dict[str, str]:
        return {}

    product.app.add_api_route("/api/v1/surprise", surprise, methods=["GET"])
    answer = await product.http.get("/api/v1/surprise")
    assert answer.status_code == 403


async def test_a_body_is_not_looked_at_before_it_is_known_who_sends_it(product: Any) -> None:
    ann = await person(product, "ann", "viewer")
    answer = await product.http.post("/api/v1/monitors", json={"nonsense": 1}, headers=ann.headers)
    assert answer.status_code == 403


async def test_an_id_that_cannot_be_one_is_nobodys(product: Any) -> None:
    root = await person(product, "root", "admin")
    async with stranger(product) as http:
        for method, path in routes_of(product.app):
            if method == "WEBSOCKET" or "{" not in path:
                continue
            answer = await http.request(method, re.sub(r"\{\w+\}", "%00", path), headers=root.headers)
            assert answer.status_code == 404, (method, path)
        for path in ("/fhir/AuditEvent?patient=%00", "/fhir/Patient?name=%00&purpose=treatment"):
            assert (await http.get(path, headers=root.headers)).status_code == 422


@pytest.mark.parametrize("path", ["/api/v1/monitors", "/api/v1/nothing", "/metrics", "/fhir/Patient"])
async def test_a_stranger_is_asked_for_a_token(product: Any, path: str) -> None:
    async with stranger(product) as http:
        answer = await http.get(path)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_events_are_shown_by_context_and_a_patient_sees_those_of_the_own_record_alone(product: Any) -> None:
    await product.register()
    record = {"name": "Kim Minjun", "birth_date": "1980-05-17", "sex": "male"}
    own, other = [
        (await product.http.post("/api/v1/patients", json=record | {"phone": phone})).json()["id"]
        for phone in ("010-1234-5678", "010-8765-4321")
    ]
    sees: dict[str, set[str]] = {}
    streams: dict[str, set[str]] = {}
    for role in ROLES:
        one = await person(product, role, role, **({"patient_id": own} if role == "patient" else {}))
        answer = await product.http.get("/api/v1/events?limit=1000", headers=one.headers)
        sees[role] = {event["type"].partition(".")[0] for event in answer.json()["items"]}
        streams[role] = {event["stream"] for event in answer.json()["items"]}
    assert sees == {role: set(policy.EVENT_CONTEXTS[role]) for role in ROLES}
    assert streams["patient"] == {f"patient:{own}"}
    assert streams["clinician"] >= {f"patient:{own}", f"patient:{other}"}
    both = await person(product, "both", "patient", "viewer", patient_id=own)
    answer = await product.http.get("/api/v1/events?limit=1000", headers=both.headers)
    assert {event["type"].partition(".")[0] for event in answer.json()["items"]} == {"monitoring"}


async def test_a_live_stream_shows_no_more_than_its_reader_may_see_and_ends_with_the_session(
    product: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("api.live.RECHECK_S", 0.05)
    ann = await person(product, "ann", "viewer")
    head = await product.services.events.head()
    shown: list[str] = []
    headers = {**ann.headers, "Last-Event-ID": str(head - 3)}

    async def read() -> None:
        # httpx's ASGI transport gives the whole answer at once: the stream has to end by itself.
        answer = await product.http.get("/api/v1/events/live", headers=headers)
        shown.extend(line for line in answer.text.splitlines() if line.startswith("event: "))

    reading = asyncio.create_task(read())
    await product.register()
    await product.http.post("/api/v1/logout", headers=ann.headers)
    async with asyncio.timeout(60):
        await reading
    assert {line.partition(".")[0] for line in shown} <= {"event: monitoring"}
