"""Limits per account and per address: what is told to whom, whose address it is, and how much of it is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from adapters.clock import SteadyClock
from api.limits import LOGIN, AttemptLimits
from api.problems import Problem
from api.proxies import Proxies
from application.ports.credentials import FAILURES
from tests.http.people import PASSWORD, created, events_of, login, stranger
from tests.http.processes import process
from tests.http.support import Product

PROXY = "10.1.2.3"


@pytest_asyncio.fixture
async def behind(database: Any, projector: None) -> AsyncGenerator[Product]:
    """The product behind proxies in 10.0.0.0/8."""
    async with process(database.url, trusted_proxies=("10.0.0.0/8", "fd00::/8")) as product:
        yield product


async def left(product: Any, peer: str, forwarded: str | None) -> int:
    """How many attempts the address that counts has left."""
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    async with stranger(product, peer) as http:
        answer = await http.post("/api/v1/token/refresh", json={"refresh_token": "x"}, headers=headers)
    return int(answer.headers["RateLimit"].partition("r=")[2].partition(";")[0])


async def test_who_counts_is_told_by_trusted_proxies_alone(behind: Any, product: Any) -> None:
    # A stranger may write what they like there: it is their own address that counts.
    assert [await left(behind, "203.0.113.5", f"198.51.100.{n}") for n in range(3)] == [119, 118, 117]
    assert [await left(product, PROXY, f"198.51.100.{n}") for n in range(3)] == [119, 118, 117], "nobody is trusted"
    # A proxy of ours says who it is; what stands before that was written by the client.
    assert [await left(behind, PROXY, f"198.51.100.{n}") for n in range(3)] == [119, 119, 119]
    assert [await left(behind, PROXY, f"192.0.2.{n}, 198.51.100.9") for n in range(3)] == [119, 118, 117]
    assert await left(behind, PROXY, "198.51.100.9, 10.9.9.9") == 116, "through two of our proxies"
    assert await left(behind, PROXY, "::ffff:198.51.100.9") == 115, "the same address in other letters"
    assert await left(behind, "fd00::1", "198.51.100.9") == 114


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (["198.51.100.9"], "198.51.100.9"),
        (["1.1.1.1, 198.51.100.9"], "198.51.100.9"),
        (["1.1.1.1", "198.51.100.9"], "198.51.100.9"),
        (["198.51.100.9, garbage"], PROXY),
        (["198.51.100.9:443"], PROXY),
        (["198.51.100.9, 10.0.0.7"], "198.51.100.9"),
        (["10.0.0.7"], "10.0.0.7"),
        ([""], PROXY),
        ([], PROXY),
    ],
)
def test_the_last_address_that_is_no_proxy_of_ours_is_the_client(forwarded: list[str], client: str) -> None:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    scope = {"type": "http", "client": (PROXY, 1), "scheme": "http", "headers": headers}
    assert Proxies(["10.0.0.0/8"]).client(scope) == (client, False)


async def test_the_address_in_events_is_the_clients(behind: Any) -> None:
    async with stranger(behind, PROXY) as http:
        body = {"email": "nobody@example.org", "password": "not the password"}
        await http.post("/api/v1/login", json=body, headers={"X-Forwarded-For": "198.51.100.9"})
    assert [event["data"]["network"] for event in await events_of(behind, "stranger-failed")] == ["198.51.100.0/24"]


async def test_a_cookie_is_secure_behind_https_as_a_trusted_proxy_says(behind: Any) -> None:
    await created(behind, "ann", "viewer")
    form = {"email": "ann@example.org", "password": "correct horse battery"}
    said = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.9"}
    for peer, secure in ((PROXY, True), ("203.0.113.5", False)):
        async with stranger(behind, peer) as http:
            answer = await http.post("/login", data=form, headers=said)
        assert answer.status_code == 303
        assert ("Secure" in answer.headers["set-cookie"]) is secure
    async with httpx.AsyncClient(transport=httpx.ASGITransport(behind.app), base_url="https://test") as http:
        assert "Secure" in (await http.post("/login", data=form)).headers["set-cookie"]


async def test_a_locked_account_is_told_with_both_limits(product: Any) -> None:
    for _ in range(10):
        await login(product, "nobody", "not the password")
    locked = await login(product, "nobody", "not the password")
    assert locked.json()["type"] == "/problems/locked"
    assert locked.headers["RateLimit"].startswith('"login";r=19;')
    assert 890 <= int(locked.headers["Retry-After"]) <= 900


def test_no_more_addresses_are_remembered_than_fit(monkeypatch: Any) -> None:
    monkeypatch.setattr("api.limits.MOST_KEPT", 50)
    limits = AttemptLimits(SteadyClock())
    for _ in range(LOGIN.quota):
        limits.take(LOGIN, "203.0.113.5")
    for n in range(49):
        limits.take(LOGIN, f"198.51.100.{n}")
    with pytest.raises(Problem):
        limits.take(LOGIN, "203.0.113.5")
    for n in range(1_000):
        limits.take(LOGIN, f"198.18.{n // 250}.{n % 250}")
    assert limits.kept <= 50
    assert limits.take(LOGIN, "203.0.113.5")["RateLimit"].startswith('"login";r=29;'), "pushed out by a thousand others"


async def test_a_wrong_password_and_an_unknown_account_look_the_same(product: Any) -> None:
    await created(product, "ann", "viewer")
    wrong, unknown = await login(product, "ann", "not the password"), await login(product, "nobody", "not the password")
    for answer in (wrong, unknown):
        assert answer.status_code == 401
        assert answer.json()["type"] == "/problems/wrong-credentials"
    keep = ("type", "title", "detail", "instance")
    assert [wrong.json()[name] for name in keep] == [unknown.json()[name] for name in keep]
    failed, strangers = await events_of(product, "login-failed"), await events_of(product, "stranger-failed")
    assert len(failed) == len(strangers) == 1
    assert set(failed[0]["data"]) == {"sealed"}
    assert strangers[0]["data"]["network"] == "127.0.0.0/24"
    assert failed[0]["actor"] == "anonymous"
    assert (await login(product, "ann", PASSWORD)).status_code == 200
    assert set((await events_of(product, "logged-in"))[0]["data"]) == {"sealed"}


async def test_an_unknown_account_costs_a_hash_like_a_known_one(product: Any, monkeypatch: Any) -> None:
    await created(product, "ann", "viewer")
    hashed: list[str] = []
    passwords = product.services.identity.passwords
    real = passwords._verify
    monkeypatch.setattr(passwords, "_verify", lambda kept, given: (hashed.append(kept), real(kept, given))[1])
    for name in ("ann", "nobody"):
        assert (await login(product, name, "not the password")).status_code == 401
    assert len(hashed) == 2
    assert hashed[0].rpartition("$")[0].rpartition("$")[0] == hashed[1].rpartition("$")[0].rpartition("$")[0]


async def test_a_refusal_is_told_after_the_same_time_whatever_was_found_out(product: Any, monkeypatch: Any) -> None:
    await created(product, "ann", "viewer")
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("api.identity_answers.sleep", sleep)
    monkeypatch.setattr("api.identity_answers.REFUSED_AFTER_S", 3600.0)
    for name in ("ann", "nobody"):
        for _ in range(FAILURES + 1):
            assert (await login(product, name, "not the password")).status_code in {401, 429}
    async with stranger(product) as http:
        form = {"email": "ann@example.org", "password": "not the password"}
        assert (await http.post("/login", data=form)).status_code == 429
    assert len(waited) == 2 * (FAILURES + 1) + 1
    assert all(0 < 3600 - seconds < 60 for seconds in waited), "what is left of it, whatever came before"
    await product.http.post("/api/v1/users", json={"email": "bob@example.org", "name": "Bob", "password": PASSWORD})
    assert (await login(product, "bob")).status_code == 200
    assert len(waited) == 2 * (FAILURES + 1) + 1, "nobody waits who is let in"


async def test_ten_failures_lock_an_account_for_fifteen_minutes_known_or_not(product: Any, monkeypatch: Any) -> None:
    await created(product, "ann", "viewer")
    for name in ("ann", "nobody"):
        for _ in range(FAILURES):
            assert (await login(product, name, "not the password")).status_code == 401
        locked = await login(product, name, PASSWORD)
        assert (locked.status_code, locked.json()["type"]) == (429, "/problems/locked")
        assert 890 <= int(locked.headers["Retry-After"]) <= 900
    clock = product.services.commands.clock
    now = clock.now()
    monkeypatch.setattr(type(clock), "now", lambda _: now + timedelta(minutes=14))
    assert (await login(product, "ann", PASSWORD)).status_code == 429, "trying on does not shorten it"
    monkeypatch.setattr(type(clock), "now", lambda _: now + timedelta(minutes=16))
    assert (await login(product, "ann", PASSWORD)).status_code == 200


async def test_guesses_at_the_same_moment_are_counted_too(product: Any) -> None:
    await created(product, "ann", "viewer")
    answers = await asyncio.gather(*[login(product, "ann", f"guess number {n}") for n in range(FAILURES + 10)])
    assert sorted(answer.status_code for answer in answers) == [*[401] * FAILURES, *[429] * 10]


async def test_a_success_forgets_the_failures_before_it(product: Any) -> None:
    await created(product, "ann", "viewer")
    for _ in range(2):
        for _ in range(FAILURES - 1):
            await login(product, "ann", "not the password")
        assert (await login(product, "ann")).status_code == 200


async def test_an_address_may_try_so_often_and_is_told_what_is_left(product: Any) -> None:
    body = {"email": "nobody@example.org", "password": "not the password"}
    async with stranger(product, "203.0.113.9") as http:
        for n in range(30):
            answer = await http.post("/api/v1/login", json=body | {"email": f"nobody{n}@example.org"})
            assert answer.status_code == 401
            assert answer.headers["RateLimit-Policy"] == '"login";q=30;w=300'
            assert answer.headers["RateLimit"].startswith(f'"login";r={29 - n};t=')
        over = await http.post("/api/v1/login", json=body)
        assert (over.status_code, over.json()["type"]) == (429, "/problems/too-many-attempts")
        assert 1 <= int(over.headers["Retry-After"]) <= 301
        refresh = await http.post("/api/v1/token/refresh", json={"refresh_token": "x"})
        assert refresh.headers["RateLimit-Policy"] == '"refresh";q=120;w=300'
        page = await http.post("/login", data=body)
        assert page.status_code == 429, "the form has no other door"
    async with stranger(product, "203.0.113.10") as http:
        assert (await http.post("/api/v1/login", json=body)).status_code == 401


async def test_an_address_that_tries_tokens_is_stopped(product: Any) -> None:
    async with stranger(product, "2001:db8::1") as http:
        for n in range(60):
            answer = await http.get("/api/v1/me", headers={"Authorization": f"Bearer vk_guess_{n}"})
            assert answer.status_code == 401
        assert (await http.get("/api/v1/me", headers={"Authorization": "Bearer x"})).status_code == 429
    async with stranger(product, "2001:db8::2") as http:
        again = await http.get("/api/v1/me", headers={"Authorization": "Bearer x"})
        assert again.status_code == 429, "a /64 is one customer"
    async with stranger(product, "2001:db8:0:1::1") as http:
        assert (await http.get("/api/v1/me", headers={"Authorization": "Bearer x"})).status_code == 401
