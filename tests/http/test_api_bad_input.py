"""Bad input gets a clear answer: a problem with a sentence that says what to change; never a 500."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

GOOD = {"name": "Example", "kind": "http", "target": "https://example.org/"}

REFUSED_BODIES: list[tuple[dict[str, Any], str]] = [
    ({"intervall_s": 5}, "/intervall_s"),
    ({"interval_s": "5"}, "/interval_s"),
    ({"interval_s": True}, "/interval_s"),
    ({"interval_s": 0.5}, "/interval_s"),
    ({"interval_s": 5, "timeout_s": 6}, "/timeout_s"),
    ({"interval_s": None}, "/interval_s"),
    ({"name": ""}, "/name"),
    ({"name": "a\0b"}, "/name"),
    ({"name": "\x1b[2J"}, "/name"),
    ({"name": "one\ntwo"}, "/name"),
    ({"name": "safe\u202egnp"}, "/name"),
    ({"tags": ["\x9b31m"]}, "/tags"),
    ({"name": 7}, "/name"),
    ({"kind": "telepathy"}, "/kind"),
    ({"target": "not a url"}, "/target"),
    ({"target": "https://example.org:70000/"}, "/target"),
    ({"target": "ftp://example.org/"}, "/target"),
    ({"kind": "tcp", "target": "example.org:70000"}, "/target"),
    ({"kind": "tcp", "target": "example.org"}, "/target"),
    ({"kind": "postgres", "target": "mysql://x/y"}, "/target"),
    ({"kind": "push", "target": "", "expect": {"tz": "Mars/Olympus", "cron": "0 3 * * *"}}, "/expect"),
    ({"kind": "push", "target": "", "expect": {"cron": "61 * * * *"}}, "/expect"),
    ({"kind": "push", "target": "https://example.org"}, "/target"),
    ({"expect": {"status": 99}}, "/expect"),
    ({"expect": {"nonsense": 1}}, "/expect"),
    ({"expect": {"json": {"path": "$$$"}}}, "/expect"),
    ({"expect": {"json": {"path": "$.a", "equals": 10**30}}}, "/expect/json/equals"),
    ({"expect": []}, "/expect"),
    ({"failures_to_down": 0}, "/failures_to_down"),
    ({"failures_to_down": 1.5}, "/failures_to_down"),
    ({"degraded_over_ms": -1}, "/degraded_over_ms"),
    ({"tags": "a"}, "/tags"),
    ({"tags": [""]}, "/tags"),
    ({"target": "***@example.org"}, "/target"),
    ({"target": "https://***@example.org/"}, "/target"),
]


def assert_problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"].startswith("/problems/")
    assert problem["title"]
    assert problem["detail"].endswith((".", "요.", "다.")) or "." in problem["detail"]
    assert problem["correlation_id"] == answer.headers["x-correlation-id"]
    return problem


@pytest.mark.parametrize(("change", "pointer"), REFUSED_BODIES, ids=lambda value: str(value)[:50])
async def test_an_impossible_monitor_is_refused_naming_the_field(product: Any, change: Any, pointer: str) -> None:
    problem = assert_problem(await product.http.post("/api/v1/monitors", json=GOOD | change), 422)
    assert problem["errors"][0]["pointer"] == pointer
    assert problem["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"[]", 422),
        (b"null", 422),
        (b'{"name": NaN}', 422),
        (b'{"name": "\\ud800"}', 422),
        (b"\xff\xfe{}", 422),
        (b"[" * 100_000, 422),
        (b'{"name": 1e999}', 422),
        (b"{" + b" " * 300_000 + b"}", 413),
    ],
)
async def test_a_body_that_is_no_usable_json_is_refused(product: Any, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    assert_problem(await product.http.post("/api/v1/monitors", content=body, headers=headers), status)


async def test_a_body_over_the_limit_is_refused_while_it_arrives(product: Any) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        for _ in range(1000):
            sent += 65_536
            yield b" " * 65_536

    answer = await product.http.post(
        "/api/v1/monitors", content=endless(), headers={"Content-Type": "application/json"}
    )
    assert_problem(answer, 413)
    assert sent < 10 * 65_536


async def test_a_body_of_another_kind_is_refused(product: Any) -> None:
    assert_problem(await product.http.post("/api/v1/monitors", data={"name": "x"}), 415)
    assert_problem(await product.http.get("/api/v1/monitors", headers={"Accept": "text/csv"}), 406)
    assert_problem(await product.http.post("/api/v1/monitors"), 422)


async def test_unknown_routes_methods_and_ids_are_problems(product: Any) -> None:
    http = product.http
    for path in ("/nope", "/api/v1/nope", "/api/v1/monitors/", "/ping/nope", "/ping/nope/300", "/problems/nope"):
        assert_problem(await http.get(path), 404)
    wrong = await http.put("/api/v1/monitors")
    assert_problem(wrong, 405)
    assert wrong.headers["Allow"] == "GET, POST"
    for id_ in ("nope", str(uuid4()), "%00", "%F0%9F", "x" * 300):
        for path in ("", "/uptime", "/latency", "/outcomes", "/intervals"):
            assert_problem(await http.get(f"/api/v1/monitors/{id_}{path}"), 404)
        assert_problem(await http.post(f"/api/v1/monitors/{id_}/pause"), 404)
        assert_problem(await http.delete(f"/api/v1/monitors/{id_}", headers={"If-Match": "*"}), 404)
        assert_problem(await http.get(f"/api/v1/incidents/{id_}"), 404)
        assert_problem(await http.post(f"/api/v1/incidents/{id_}/note", json={"note": "x"}), 404)
        assert_problem(await http.post(f"/api/v1/projections/{id_}/rebuild"), 422 if id_ == "x" * 300 else 404)


BAD_QUERIES = [
    "/monitors?limit=0",
    "/monitors?limit=x",
    "/monitors?cursor=nonsense",
    "/monitors?cursor=AAAA%00",
    "/monitors?q=%00",
    "/monitors?status=sideways",
    "/monitors?min_position=-1",
    "/monitors?min_position=99999999999999999999",
    "/incidents?state=sideways",
    "/incidents?cursor=" + "A" * 40,
    "/events?after=-1",
    "/events?after=x",
    "/events?limit=1001",
    "/events?type=%00",
    "/events/live?after=x",
    "/activity?cursor=x",
    "/monitors/{id}/uptime?from=yesterday",
    "/monitors/{id}/uptime?from=2026-11-20T00:00:00",
    "/monitors/{id}/uptime?from=0001-01-01T00:00:00Z",
    "/monitors/{id}/uptime?from=9999-12-31T23:59:59-12:00",
    "/monitors/{id}/uptime?from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z",
    "/monitors/{id}/uptime?tz=Mars/Olympus",
    "/monitors/{id}/uptime?tz=../../etc/passwd",
    "/monitors/{id}/uptime?bucket=week",
    "/monitors/{id}/uptime?bucket=hour&from=2000-01-01T00:00:00Z",
    "/monitors/{id}/latency?step_s=7",
    "/monitors/{id}/latency?step_s=301",
    "/monitors/{id}/latency?from=2001-01-01T00:00:00Z",
    "/monitors/{id}/intervals?from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z",
    "/monitors/{id}/outcomes?cursor=x",
]


@pytest.mark.parametrize("query", BAD_QUERIES)
async def test_an_impossible_query_is_refused_naming_the_parameter(product: Any, query: str) -> None:
    made = await product.register()
    problem = assert_problem(await product.http.get("/api/v1" + query.replace("{id}", made["id"])), 422)
    if problem["type"] != "/problems/bad-cursor":
        assert problem["errors"][0]["pointer"].startswith("?")


async def test_a_cursor_of_another_list_is_refused(product: Any) -> None:
    for name in ("a", "b"):
        made = await product.register(name)
    page = await product.http.get(f"/api/v1/monitors?limit=1&min_position={made['position']}")
    cursor = page.json()["next"]
    assert (await product.http.get(f"/api/v1/monitors?cursor={cursor}")).status_code == 200
    assert_problem(await product.http.get(f"/api/v1/monitors?cursor={cursor}&q=x"), 422)
    assert_problem(await product.http.get(f"/api/v1/incidents?cursor={cursor}"), 422)


@pytest.mark.parametrize(
    ("tag", "status"), [("3", 422), ('"', 422), ('"1', 422), ('"7"', 412), ('W/"1"', 412), ('"abc"', 412), ('"1"', 200)]
)
async def test_if_match_is_taken_at_its_word(product: Any, tag: str, status: int) -> None:
    made = await product.register()
    answer = await product.http.patch(f"/api/v1/monitors/{made['id']}", json={"name": "New"}, headers={"If-Match": tag})
    assert answer.status_code == status


@pytest.mark.parametrize(
    "change", [{}, {"name": None}, {"kind": "tcp"}, {"id": "x"}, {"timeout_s": 600}, {"tags": None}, {"expect": 1}]
)
async def test_a_revision_is_checked_like_a_registration(product: Any, change: Any) -> None:
    made = await product.register()
    answer = await product.http.patch(f"/api/v1/monitors/{made['id']}", json=change, headers={"If-Match": "*"})
    assert answer.status_code == (422 if change else 200)


async def test_refusals_speak_korean_to_those_who_prefer_it(product: Any) -> None:
    for language in ("ko", "ko-KR,ko;q=0.9,en;q=0.8"):
        answer = await product.http.get(f"/api/v1/monitors/{uuid4()}", headers={"Accept-Language": language})
        assert answer.json()["title"] == "그런 모니터가 없습니다"
        assert answer.headers["Content-Language"] == "ko"
    answer = await product.http.get(
        f"/api/v1/monitors/{uuid4()}", headers={"Accept-Language": "de, en;q=0.5, ko;q=0.1"}
    )
    assert answer.json()["title"] == "There is no such monitor"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    "name", "kind", "target", "interval_s", "timeout_s", "retry_interval_s", "failures_to_down", "passes_to_up",
    "degraded_over_ms", "tags", "expect",
]  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["http", "tcp", "postgres", "push"]),
    changes=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4),
    expect=st.dictionaries(
        st.sampled_from(["method", "headers", "body", "status", "keyword", "json", "send", "cron", "tz", "grace_s"]),
        JSON,
        max_size=3,
    ),
)
async def test_no_body_whatever_is_answered_with_a_500(product: Any, kind: str, changes: Any, expect: Any) -> None:
    import json

    body = json.dumps({"name": "x", "kind": kind, "target": "example.org:1", "expect": expect} | changes)
    answer = await product.http.post(
        "/api/v1/monitors", content=body.encode("utf-8", "surrogatepass"), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in {201, 422}, (body, answer.text)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ('{"name": "A", "kind": "http", "target": "https://a.example/", "name": "B"}', "/name"),
        (
            '{"name": "A", "kind": "http", "target": "https://a.example/", "expect": {"a": [{"b~/": 1, "b~/": 2}]}}',
            "/b~0~1",
        ),
    ],
)
async def test_a_name_given_twice_in_one_object_is_nobodys(product: Any, body: str, pointer: str) -> None:
    answer = await product.http.post("/api/v1/monitors", content=body, headers={"Content-Type": "application/json"})
    assert [error["pointer"] for error in assert_problem(answer, 422)["errors"]] == [pointer]


async def test_a_number_of_ten_thousand_digits_is_refused_like_any_other_that_is_too_large(product: Any) -> None:
    body = '{"name": "A", "kind": "http", "target": "https://a.example/", "interval_s": ' + "9" * 10_000 + "}"
    answer = await product.http.post("/api/v1/monitors", content=body, headers={"Content-Type": "application/json"})
    assert "9007199254740992" in assert_problem(answer, 422)["errors"][0]["detail"]
