"""Users with roles, and clients that are logged in as them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

PASSWORD = "a-long-enough-Passphrase-7"


async def create(product: Any, *roles: str, name: str = "Ann Smith", **more: Any) -> dict[str, Any]:
    """A user, as the administrator creates one; ``id``, ``position`` and the e-mail address."""
    email = f"{uuid4().hex[:12]}@example.org"
    body = {"email": email, "name": name, "roles": list(roles), "password": PASSWORD} | more
    answer = await product.http.post("/api/v1/users", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json() | {"email": email}


async def log_in(product: Any, *roles: str, name: str = "Ann Smith", **more: Any) -> tuple[httpx.AsyncClient, str]:
    """A client with the token of a new user, and the user's id."""
    made = await create(product, *roles, name=name, **more)
    transport = httpx.ASGITransport(app=product.app, raise_app_exceptions=True)
    client = httpx.AsyncClient(transport=transport, base_url="http://test", timeout=30)
    answer = await client.post("/api/v1/login", json={"email": made["email"], "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return client, made["id"]
