"""What was decided about users holds at once: while read models stand still, in other processes, for open streams."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from adapters.postgres.projector import Projector
from projections.queries import users
from tests.http.people import PASSWORD, Person, created, login, person, stranger
from tests.http.processes import process
from tests.http.support import AUTHORIZED, Product
from tests.support.people import PEOPLE
from tests.support.waiting import eventually_async

BOOTSTRAP = "/api/v1/access/bootstrap-token"


@pytest_asyncio.fixture
async def still(database: Any, monkeypatch: Any) -> AsyncGenerator[Product]:
    """The API, and a projector that has ended."""
    projector = Projector(database.url, people=PEOPLE)
    projector.start()
    projector.catch_up()
    projector.close()
    monkeypatch.setattr("api.context.WAIT_S", 0)
    async with process(database.url) as product:
        yield product


@pytest_asyncio.fixture
async def other(product: Product, database: Any) -> AsyncGenerator[Product]:
    """A second process on the same database."""
    async with process(database.url) as another:
        yield another


async def answered(product: Any, headers: dict[str, str], path: str = "/api/v1/monitors") -> tuple[int, str]:
    async with stranger(product) as http:
        answer = await http.get(path, headers=headers)
    return answer.status_code, "" if answer.is_success else answer.json()["type"].removeprefix("/problems/")


async def issued(product: Any, owner: Person, **more: Any) -> tuple[str, dict[str, str]]:
    expires = product.services.commands.clock.now() + timedelta(days=1)
    body = {"label": "x", "scopes": ["monitors.read"], "expires_at": expires.isoformat()} | more
    answer = await product.http.post("/api/v1/api-keys", json=body, headers=owner.headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], {"Authorization": f"Bearer {answer.json()['key']}"}


async def test_nobody_stays_in_because_the_projector_stands_still(still: Any) -> None:
    ann = await person(still, "ann", "viewer")
    assert await answered(still, ann.headers) == (200, "")
    await still.http.delete(f"/api/v1/users/{ann.id}/roles/viewer")
    assert await answered(still, ann.headers) == (403, "forbidden")
    await still.http.post(f"/api/v1/users/{ann.id}/roles", json={"role": "viewer"})
    assert await answered(still, ann.headers) == (200, "")
    again = (await login(still, "ann")).json()
    await still.http.post("/api/v1/logout", headers=ann.headers)
    assert await answered(still, ann.headers) == (401, "session-ended")
    later = {"Authorization": f"Bearer {again['access_token']}"}
    assert await answered(still, later) == (200, "")
    await still.http.post(f"/api/v1/users/{ann.id}/disable")
    assert await answered(still, later) == (401, "account-disabled")


async def test_a_key_ends_with_its_users_right_to_it_though_the_projector_stands_still(
    product: Any, monkeypatch: Any
) -> None:
    ann = await person(product, "ann", "viewer")
    first, key = await issued(product, ann)
    _, other_key = await issued(product, ann)
    assert await answered(product, key) == (200, "")
    # From now on what the read model says is of this moment.
    frozen: dict[str, Any] = {}

    async def as_it_was(db: Any, key_id: str) -> Any:
        if key_id not in frozen:
            frozen[key_id] = await users.standing_of_key(db, key_id)
        return frozen[key_id]

    monkeypatch.setattr("api.authentication.standing_of_key", as_it_was)
    for headers in (key, other_key):
        assert await answered(product, headers) == (200, "")
    await product.http.delete(f"/api/v1/api-keys/{first}", headers=ann.headers)
    assert await answered(product, key) == (401, "api-key-refused")
    await product.http.delete(f"/api/v1/users/{ann.id}/roles/viewer")
    assert await answered(product, other_key) == (403, "forbidden")
    await product.http.post(f"/api/v1/users/{ann.id}/disable")
    assert await answered(product, other_key) == (401, "account-disabled")


async def test_other_processes_know_within_a_second(product: Any, other: Any) -> None:
    root, ann = await person(product, "root", "admin"), await person(product, "ann", "viewer")
    _, key = await issued(product, ann)
    for headers in (AUTHORIZED, ann.headers, key):
        assert await answered(other, headers) == (200, "")
    await product.http.post(f"/api/v1/users/{ann.id}/disable")
    assert (await product.http.post(BOOTSTRAP, json={"works": False}, headers=root.headers)).status_code == 200

    async def refused() -> bool:
        return [await answered(other, headers) for headers in (AUTHORIZED, ann.headers, key)] == [
            (401, "bootstrap-token-off"), (401, "account-disabled"), (401, "account-disabled"),
        ]  # fmt: skip

    assert await eventually_async(refused)
    assert (await login(other, "ann")).status_code == 401
    async with stranger(other) as http:
        http.cookies.set("vitalog_session", other.app.state.authenticator._access.new_session(2**40))
        assert (await http.get("/api/v1/monitors")).status_code == 401, "a cookie of the token ends with it"


async def test_a_switched_off_token_stays_off_for_a_process_that_starts_later(product: Any, database: Any) -> None:
    root = await person(product, "root", "admin")
    await product.http.post(BOOTSTRAP, json={"works": False}, headers=root.headers)
    async with process(database.url) as later:
        assert await answered(later, AUTHORIZED) == (401, "bootstrap-token-off")


@pytest.mark.parametrize("how", ["revoked", "expired"])
async def test_a_stream_opened_with_a_key_ends_with_the_key(product: Any, monkeypatch: Any, how: str) -> None:
    ann = await person(product, "ann", "viewer")
    key_id, key = await issued(product, ann, scopes=["events.read"])
    who = (await product.app.state.authenticator.bearer(key["Authorization"].encode(), "")).principal
    assert await product.app.state.authenticator.still_holds(who)
    if how == "revoked":
        await product.http.delete(f"/api/v1/api-keys/{key_id}", headers=ann.headers)
    else:
        clock, later = product.services.commands.clock, product.services.commands.clock.now() + timedelta(days=1)
        monkeypatch.setattr(type(clock), "now", lambda _: later)
        product.app.state.authenticator.forget()
    assert not await product.app.state.authenticator.still_holds(who)


async def test_a_user_without_a_password_cannot_log_in_with_any(product: Any) -> None:
    await created(product, "ann", "viewer", password=None)
    for password in ("", PASSWORD, "nobody's password, verified for accounts that do not exist"):
        assert (await login(product, "ann", password)).status_code == 401
        assert (await login(product, "nobody", password)).status_code == 401
