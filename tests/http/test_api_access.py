"""Who may ask: everything but what is named as public refuses without the token; credentials never come back."""

from __future__ import annotations

from typing import Any

import httpx
import psycopg
import pytest
import structlog
from starlette.routing import WebSocketRoute

from api.policy import PUBLIC, permission_of
from tests.http.support import TOKEN

CANARY = "c4n4ry-s3cr3t"


@pytest.fixture
async def stranger(product: Any) -> Any:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(product.app), base_url="http://test") as http:
        yield http


async def test_every_route_that_is_not_public_refuses_without_the_token(
    product: Any, stranger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.limits.AttemptLimits.take", lambda *_: {})  # there are more routes than wrong attempts
    document = (await stranger.get("/api/openapi.json")).json()
    asked = 0
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            concrete = path.replace("{monitor_id}", "x").replace("{incident_id}", "x").replace("{name}", "x")
            if not operation["security"]:
                assert permission_of(method.upper(), path) == PUBLIC, path
                continue
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}):
                answer = await stranger.request(method, concrete, headers=headers)
                assert answer.status_code == 401, (method, path)
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")
                kind = "fhir" if path.startswith("/fhir") else "problem"  # FHIR says it as an OperationOutcome
                assert answer.headers["content-type"] == f"application/{kind}+json"
            asked += 1
    assert asked > 20


async def test_the_document_lists_every_route(product: Any, stranger: Any) -> None:
    document = (await stranger.get("/api/openapi.json")).json()
    listed = {(path, method.upper()) for path, operations in document["paths"].items() for method in operations}
    for route in product.app.routes:
        if isinstance(route, WebSocketRoute):
            continue  # OpenAPI has no words for it
        if route.include_in_schema:
            assert {(route.path, method) for method in route.methods} <= listed
        else:
            assert all(permission_of(method, route.path) == PUBLIC for method in route.methods)


async def test_health_tells_strangers_states_and_nothing_else(stranger: Any) -> None:
    assert (await stranger.get("/livez")).json() == {"status": "ok"}
    assert (await stranger.get("/readyz")).json() == {"status": "ok"}
    for path in ("/readyz?verbose", "/health?verbose"):
        answer = await stranger.get(path)
        assert answer.json() == {
            "status": "ok",
            "checks": {"database": {"state": "ok"}, "projections": {"state": "ok"}},
        }
    assert (await stranger.head("/livez")).status_code == 200


async def test_metrics_need_the_token_and_count_requests_lag_and_outcomes(product: Any, stranger: Any) -> None:
    assert (await stranger.get("/metrics")).status_code == 401
    await product.http.get("/metrics")
    made = await product.register()
    position = await product.observe(made["id"], "pass", "fail")
    await product.read(f"/monitors/{made['id']}", position)
    text = (await product.http.get("/metrics")).text
    for line in (
        'vitalog_http_requests_total{method="POST",route="/api/v1/monitors",status="201"} 1.0',
        'vitalog_outcomes_total{verdict="fail"} 1.0',
        f"vitalog_ledger_head {float(position)}",
        'vitalog_projection_lag_events{projection="monitor_status"} 0.0',
        'vitalog_dead_letters{projection="incidents"} 0.0',
        "vitalog_database_up 1.0",
    ):
        assert line in text


async def test_a_browser_logs_in_with_the_token_and_gets_a_strict_cookie(product: Any, stranger: Any) -> None:
    page = await stranger.get("/")
    assert page.status_code == 200
    assert 'type="password"' in page.text
    assert (await stranger.post("/login", data={"token": "wrong"})).status_code == 401
    answer = await stranger.post("/login", data={"token": TOKEN})
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 303
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert TOKEN not in cookie
    assert 'type="password"' not in (await stranger.get("/")).text
    # The cookie is enough to read; another site's form cannot command the API with it.
    assert (await stranger.get("/api/v1/monitors")).status_code == 200
    assert (await stranger.post("/api/v1/monitors", json={})).status_code == 401
    await stranger.post("/logout")
    assert 'type="password"' in (await stranger.get("/")).text


@pytest.mark.parametrize("cookie", ["", "9999999999.00", "1.2.3", "x", "é"])
async def test_a_forged_or_expired_session_sees_the_form(product: Any, stranger: Any, cookie: str) -> None:
    headers = {"Cookie": b"vitalog_session=" + cookie.encode()}
    assert 'type="password"' in (await stranger.get("/", headers=headers)).text


async def test_credentials_never_reach_events_answers_read_models_or_logs(product: Any) -> None:
    with structlog.testing.capture_logs() as logs:
        made = await product.register(
            target=f"https://user:{CANARY}@example.org/?api_key={CANARY}",
            expect={"method": "POST", "headers": {"Authorization": f"Bearer {CANARY}"}, "body": CANARY},
        )
        path = f"/api/v1/monitors/{made['id']}"
        answers = [await product.http.get(f"{path}?min_position={made['position']}")]
        shown = answers[0].json()
        assert shown["target"] == "https://***@example.org/?api_key=***"
        assert shown["expect"]["headers"] == {"Authorization": "***"}
        assert shown["has_credentials"] is True
        kept = await product.http.patch(
            path, json={"target": shown["target"], "interval_s": 30}, headers={"If-Match": "*"}
        )
        assert kept.status_code == 200
        answers.append(
            await product.http.patch(
                path, json={"target": f"https://{CANARY}@example.org:99999/"}, headers={"If-Match": "*"}
            )
        )
        bad = {"name": "x", "kind": "http", "target": f"https://u:{CANARY}@:1/", "expect": {"x": CANARY}}
        answers.append(await product.http.post("/api/v1/monitors", json=bad))
        answers.append(await product.http.post("/api/v1/monitors", json={"name": CANARY[:0], "kind": CANARY}))
        listings = ("/monitors", "/events", "/activity", f"/monitors/{made['id']}/outcomes")
        answers += [await product.http.get(f"/api/v1{listing}?limit=100") for listing in listings]
        answers.append(await product.http.get("/"))
    assert [answer.status_code for answer in answers[1:4]] == [422, 422, 422]
    for answer in answers:
        assert CANARY not in answer.text
        assert CANARY not in str(answer.headers)
    assert CANARY not in str(logs)
    async with await psycopg.AsyncConnection.connect(product.url) as db:
        cursor = await db.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        tables = await cursor.fetchall()
        assert len(tables) > 8
        for schema, table in tables:
            cursor = await db.execute(
                f'SELECT count(*) FROM "{schema}"."{table}" t WHERE t::text LIKE %s', [f"%{CANARY}%"]
            )
            assert (await cursor.fetchone()) == (0,), table


@pytest.mark.parametrize(
    ("kind", "target", "moved", "expect"),
    [
        ("http", "https://u:{}@one.test/", "http://***@one.test/", {}),
        ("http", "https://u:{}@one.test/", "https://***@one.test:8443/", {}),
        ("tcp", "10.0.0.1:25", "10.0.0.2:25", {"send": "***"}),
        ("tcp", "one.test:25", "one.test:26", {"send": "***"}),
        ("tcp", "[::1]:25", "[::2]:25", {"send": "***"}),
        ("postgres", "postgresql://u:{}@one.test/db", "postgresql://***@two.test/db", {}),
        ("postgres", "postgresql://u:{}@one.test/db", "postgresql://***@one.test/db?host=two.test", {}),
        ("postgres", "postgresql://u:{}@/db?host=/run/one", "postgresql://***@/db?host=two.test", {}),
        ("http", "https://u:{}@one.test/", "https://u:***@one.test/", {}),
    ],
)
async def test_a_kept_credential_never_follows_a_target_to_another_place(
    product: Any, kind: str, target: str, moved: str, expect: dict[str, str]
) -> None:
    told = dict.fromkeys(expect, CANARY)
    made = await product.register(kind=kind, target=target.format(CANARY), expect=told)
    path = f"/api/v1/monitors/{made['id']}"
    answer = await product.http.patch(path, json={"target": moved, "expect": expect}, headers={"If-Match": "*"})
    assert answer.status_code == 422, answer.text
    assert "***" in answer.json()["detail"]
    shown = (await product.http.get(f"{path}?min_position={made['position']}")).json()["target"]
    same = {"target": shown, "expect": expect, "name": "still here"}
    assert (await product.http.patch(path, json=same, headers={"If-Match": "*"})).status_code == 200


async def test_the_correlation_id_of_a_request_is_in_the_events_it_causes(product: Any) -> None:
    mine = "5e0f8a50-38a5-4f0c-9d21-0d5b3c4b1a11"
    body = {"name": "x", "kind": "tcp", "target": "localhost:1"}
    trace = {"X-Correlation-ID": mine, "traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}
    first = await product.http.post("/api/v1/monitors", json=body, headers=trace)
    second = await product.http.post("/api/v1/monitors", json=body, headers=trace)
    assert first.headers["X-Correlation-ID"] == mine
    # One piece of work may hold several commands: sharing its id does not make the second a repetition of the first.
    assert first.json()["id"] != second.json()["id"]
    events = (await product.http.get("/api/v1/events?type=monitoring.monitor-registered")).json()["items"]
    assert [event["correlation_id"] for event in events] == [mine, mine]
    named = await product.http.get("/livez", headers={"X-Correlation-ID": "order 66"})
    again = await product.http.get("/livez", headers={"X-Correlation-ID": "order 66"})
    assert named.headers["X-Correlation-ID"] == again.headers["X-Correlation-ID"]
    assert (await product.http.get("/livez")).headers["X-Correlation-ID"]
