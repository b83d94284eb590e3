"""Limits per address: whose address it is, what is told, and how much of it is remembered."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from adapters.clock import SteadyClock
from api.limits import LOGIN, AttemptLimits
from api.problems import Problem
from api.proxies import Proxies
from tests.http.people import created, events_of, login, stranger
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
