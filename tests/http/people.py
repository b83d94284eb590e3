"""Users of the product under test, and how they log in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from pyotp.totp import TOTP

PASSWORD = "correct horse battery"


@dataclass
class Person:
    """Somebody who has logged in."""

    id: str
    email: str
    tokens: dict[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}


async def created(product: Any, name: str, *roles: str, password: str | None = PASSWORD, **more: Any) -> str:
    """A user made by the bootstrap token; returns the id."""
    body = {"email": f"{name}@example.org", "name": name.title(), "roles": list(roles), "password": password} | more
    answer = await product.http.post("/api/v1/users", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def login(product: Any, name: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    """What the API answers to whoever says they are that user."""
    body = {"email": f"{name}@example.org", "password": password} | more
    async with stranger(product) as http:
        return await http.post("/api/v1/login", json=body)


async def person(product: Any, name: str, *roles: str, **more: Any) -> Person:
    """A new user, logged in."""
    user_id = await created(product, name, *roles, **more)
    answer = await login(product, name)
    assert answer.status_code == 200, answer.text
    return Person(user_id, f"{name}@example.org", answer.json())


def stranger(product: Any, address: str = "127.0.0.1") -> httpx.AsyncClient:
    """Somebody with no token, from some address."""
    transport = httpx.ASGITransport(product.app, client=(address, 123))
    return httpx.AsyncClient(transport=transport, base_url="http://test", timeout=30)


async def events_of(product: Any, type_: str) -> list[dict[str, Any]]:
    """Events of one type as the ledger shows them."""
    answer = await product.http.get(f"/api/v1/events?type=identity.{type_}&limit=500")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def enrolled(product: Any, ann: Any) -> TOTP:
    """The one-time codes of a person who is asked for them from now on."""
    answer = await product.http.post("/api/v1/me/totp", headers=ann.headers)
    assert answer.json()["address"].startswith("otpauth://totp/Vitalog:")
    codes = TOTP(answer.json()["secret"])
    wrong = await product.http.post("/api/v1/me/totp/confirm", json={"code": "000000"}, headers=ann.headers)
    assert wrong.status_code == 422
    right = await product.http.post("/api/v1/me/totp/confirm", json={"code": codes.now()}, headers=ann.headers)
    assert right.status_code == 200, right.text
    return codes
