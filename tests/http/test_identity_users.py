"""Users over HTTP: made, changed, let in and out by administrators; API keys; the bootstrap token; the pages."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.http.people import PASSWORD, created, events_of, login, person, stranger
from tests.http.support import AUTHORIZED, TOKEN

PATH = "/api/v1/users"
BOOTSTRAP = "/api/v1/access/bootstrap-token"


async def test_a_user_is_made_once_however_often_it_is_asked_for(product: Any) -> None:
    body = {"email": "ann@example.org", "name": "Ann", "roles": ["viewer"], "password": PASSWORD}
    again = {"Idempotency-Key": "1"}
    first = await product.http.post(PATH, json=body, headers=again)
    second = await product.http.post(PATH, json=body, headers=again)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(await events_of(product, "user-created")) == 1
    taken = await product.http.post(PATH, json=body | {"email": "ANN@example.org"})
    assert (taken.status_code, taken.json()["errors"][0]["pointer"]) == (422, "/email")
    shown = (await product.http.get(f"{PATH}/{first.json()['id']}")).json()
    assert (shown["email"], shown["roles"], shown["has_password"]) == ("ann@example.org", ["viewer"], True)
    assert "password" not in shown


async def test_of_two_who_want_an_address_at_once_one_gets_it(product: Any) -> None:
    body = {"email": "ann@example.org", "name": "Ann"}
    answers = await asyncio.gather(*[product.http.post(PATH, json=body) for _ in range(6)])
    assert sorted(answer.status_code for answer in answers) == [201, *[422] * 5]
    assert len(await events_of(product, "email-claimed")) == 1


async def test_a_user_is_listed_and_found_by_address_and_role(product: Any) -> None:
    for name, roles in (("ann", ["admin", "viewer"]), ("bob", ["viewer"]), ("eve", [])):
        await created(product, name, *roles, password=None)

    async def names(query: str) -> list[str]:
        answer = await product.http.get(f"{PATH}{query}")
        assert answer.status_code == 200, answer.text
        return [item["name"] for item in answer.json()["items"]]

    assert await names("") == ["Ann", "Bob", "Eve"]
    assert await names("?role=admin") == ["Ann"]
    assert await names("?role=viewer") == ["Ann", "Bob"]
    assert await names("?email=BOB@example.org") == ["Bob"]
    assert await names("?email=bob@example") == []
    page = (await product.http.get(f"{PATH}?limit=2")).json()
    assert [item["name"] for item in page["items"]] == ["Ann", "Bob"]
    assert await names(f"?limit=2&cursor={page['next']}") == ["Eve"]
    assert await events_of(product, "personal-data-read"), "who looked at users is known"


async def test_a_user_is_revised_with_the_version_that_was_read(product: Any) -> None:
    ann = await created(product, "ann", "viewer")
    await created(product, "bob", "viewer")
    path = f"{PATH}/{ann}"
    read = await product.http.get(path)
    assert (await product.http.patch(path, json={"name": "Anna"})).status_code == 428
    stale = await product.http.patch(path, json={"name": "Anna"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    tag = {"If-Match": read.headers["ETag"]}
    moved = {"email": "anna@example.org", "name": "Anna", "language": "ko"}
    assert (await product.http.patch(path, json=moved, headers=tag)).status_code == 200
    assert (await login(product, "ann")).status_code == 401
    assert (await login(product, "anna")).status_code == 200
    taken = await product.http.patch(path, json={"email": "bob@example.org"}, headers={"If-Match": "*"})
    assert taken.status_code == 422
    assert await created(product, "ann", "viewer"), "the old address is free again"
    back = await product.http.patch(path, json={"email": "ann@example.org"}, headers={"If-Match": "*"})
    assert back.status_code == 422
    missing = await product.http.patch(f"{PATH}/none", json={"name": "x"}, headers={"If-Match": "*"})
    assert missing.json()["type"] == "/problems/unknown-user"


async def test_a_role_holds_from_the_next_request_on_and_no_longer(product: Any) -> None:
    ann = await person(product, "ann")
    for grant, status in ((True, 200), (False, 403), (True, 200)):
        if grant:
            answer = await product.http.post(f"{PATH}/{ann.id}/roles", json={"role": "viewer"})
        else:
            answer = await product.http.delete(f"{PATH}/{ann.id}/roles/viewer")
        assert answer.status_code == 200, answer.text
        assert (await product.http.get("/api/v1/monitors", headers=ann.headers)).status_code == status
    assert (await product.http.post(f"{PATH}/{ann.id}/roles", json={"role": "king"})).status_code == 422
    needs = await product.http.post(f"{PATH}/{ann.id}/roles", json={"role": "patient"})
    assert needs.json()["errors"][0]["pointer"] == "/patient_id"


async def test_the_last_administrator_stays_while_the_bootstrap_token_is_off(product: Any) -> None:
    nobody = await product.http.post(BOOTSTRAP, json={"works": False})
    assert nobody.status_code == 409
    ann = await person(product, "ann", "admin")
    off = await product.http.post(BOOTSTRAP, json={"works": False}, headers=ann.headers)
    assert off.status_code == 200, off.text
    refused = await product.http.get("/api/v1/monitors")
    assert (refused.status_code, refused.json()["type"]) == (401, "/problems/bootstrap-token-off")
    async with stranger(product) as http:
        assert (await http.post("/login", data={"token": TOKEN})).status_code == 401
    product.http.headers = ann.headers
    for command in (("POST", f"{PATH}/{ann.id}/disable"), ("DELETE", f"{PATH}/{ann.id}/roles/admin")):
        answer = await product.http.request(*command)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/refused")
    bob = await person(product, "bob", "admin")
    # Each of two administrators ends the other at the same moment: one of them stays.
    answers = await asyncio.gather(
        product.http.post(f"{PATH}/{ann.id}/disable", headers=bob.headers),
        product.http.delete(f"{PATH}/{bob.id}/roles/admin", headers=ann.headers),
    )
    assert min(answer.status_code for answer in answers) == 200
    assert any(answer.status_code in {401, 403, 409} for answer in answers)
    left = bob if answers[0].status_code == 200 else ann
    on = await product.http.post(BOOTSTRAP, json={"works": True}, headers=left.headers)
    assert on.status_code == 200, on.text
    assert (await product.http.get("/api/v1/monitors", headers=AUTHORIZED)).status_code == 200
    assert (await product.http.get(BOOTSTRAP, headers=AUTHORIZED)).json() == {"works": True}
    last = await product.http.post(f"{PATH}/{left.id}/disable", headers=AUTHORIZED)
    assert last.status_code == 200, "the token is a way in again"
    assert [e["data"]["works"] for e in await _switched(product)] == [False, True]


async def test_many_decisions_about_administrators_at_once_wait_for_one_another_and_for_nothing_else(
    product: Any,
) -> None:
    ids = await asyncio.gather(*[created(product, f"user{n}", "admin") for n in range(24)])
    answers = await asyncio.gather(
        *[product.http.delete(f"{PATH}/{one}") for one in ids[:12]],
        *[product.http.post(f"{PATH}/{one}/disable") for one in ids[12:]],
        *[product.http.get("/api/v1/monitors") for _ in range(12)],
    )
    assert {answer.status_code for answer in answers} == {200}


async def _switched(product: Any) -> list[Any]:
    answer = await product.http.get("/api/v1/events?type=identity.bootstrap-token-switched", headers=AUTHORIZED)
    return answer.json()["items"]


async def issued(product: Any, owner: Any, *scopes: str, **more: Any) -> Any:
    expires = product.services.commands.clock.now() + timedelta(days=30)
    body = {"label": "a program", "scopes": scopes, "expires_at": expires.isoformat()} | more
    return await product.http.post("/api/v1/api-keys", json=body, headers=owner.headers)


def bearing(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def test_a_key_may_what_its_scopes_and_its_user_may_and_is_shown_once(product: Any) -> None:
    ann = await person(product, "ann", "operator")
    answer = await issued(product, ann, "monitors.read")
    assert answer.status_code == 201, answer.text
    key, key_id = answer.json()["key"], answer.json()["id"]
    assert key.startswith(answer.json()["prefix"])
    listing = await product.http.get("/api/v1/api-keys", headers=ann.headers)
    (shown,) = listing.json()["items"]
    assert (shown["scopes"], shown["prefix"], shown["state"]) == (["monitors.read"], key[:12], "works")
    assert key not in listing.text
    assert (await product.http.get("/api/v1/monitors", headers=bearing(key))).status_code == 200
    body = {"name": "x", "kind": "tcp", "target": "localhost:1"}
    forbidden = await product.http.post("/api/v1/monitors", json=body, headers=bearing(key))
    assert (forbidden.status_code, forbidden.json()["type"]) == (403, "/problems/forbidden")
    told = (await product.http.get("/api/v1/me", headers=bearing(key))).json()
    assert (told["actor"], told["permissions"]) == (f"api-key:{key_id}", ["monitors.read"])
    more = await product.http.post("/api/v1/api-keys", json={}, headers=bearing(key))
    assert more.json()["type"] in {"/problems/in-person", "/problems/invalid"}
    assert (await product.http.post("/api/v1/logout", headers=bearing(key))).json()["type"] == "/problems/in-person"
    # What its user may no longer, the key may no longer.
    await product.http.delete(f"{PATH}/{ann.id}/roles/operator")
    assert (await product.http.get("/api/v1/monitors", headers=bearing(key))).status_code == 403
    await product.http.post(f"{PATH}/{ann.id}/disable")
    out = await product.http.get("/api/v1/monitors", headers=bearing(key))
    assert (out.status_code, out.json()["type"]) == (401, "/problems/account-disabled")


async def test_a_key_is_the_actor_of_what_is_done_with_it(product: Any) -> None:
    ann = await person(product, "ann", "operator")
    made = (await issued(product, ann, "monitors.write")).json()
    body = {"name": "x", "kind": "tcp", "target": "localhost:1"}
    answer = await product.http.post("/api/v1/monitors", json=body, headers=bearing(made["key"]))
    assert answer.status_code == 201
    (event,) = (await product.http.get("/api/v1/events?type=monitoring.monitor-registered")).json()["items"]
    assert event["actor"] == f"api-key:{made['id']}"


async def test_a_revoked_key_stops_at_once(product: Any) -> None:
    ann, bob = await person(product, "ann", "viewer"), await person(product, "bob", "viewer")
    made = (await issued(product, ann, "monitors.read")).json()
    assert (await product.http.get("/api/v1/monitors", headers=bearing(made["key"]))).status_code == 200
    path = f"/api/v1/api-keys/{made['id']}"
    another = await product.http.delete(path, headers=bob.headers)
    assert (another.status_code, another.json()["type"]) == (404, "/problems/unknown-api-key")
    assert (await product.http.delete(path, headers=ann.headers)).status_code == 200
    out = await product.http.get("/api/v1/monitors", headers=bearing(made["key"]))
    assert (out.status_code, out.json()["type"]) == (401, "/problems/api-key-refused")
    assert (await product.http.delete(path, headers=ann.headers)).status_code == 200, "repeating it is harmless"
    listed = (await product.http.get("/api/v1/api-keys", headers=ann.headers)).json()["items"]
    assert [item["state"] for item in listed] == ["revoked"]
    assert len(await events_of(product, "api-key-revoked")) == 1


async def test_an_admin_sees_and_revokes_everybodys_keys(product: Any) -> None:
    ann, root = await person(product, "ann", "viewer"), await person(product, "root", "admin")
    made = (await issued(product, ann, "monitors.read")).json()
    every = "/api/v1/api-keys?everybody=true"
    assert (await product.http.get(every, headers=ann.headers)).status_code == 403
    assert len((await product.http.get(every, headers=root.headers)).json()["items"]) == 1
    assert (await product.http.get("/api/v1/api-keys", headers=root.headers)).json()["items"] == []
    gone = await product.http.delete(f"/api/v1/api-keys/{made['id']}", headers=root.headers)
    assert gone.status_code == 200
    assert (await product.http.get("/api/v1/monitors", headers=bearing(made["key"]))).status_code == 401


async def test_a_key_expires(product: Any, monkeypatch: Any) -> None:
    ann = await person(product, "ann", "viewer")
    clock = product.services.commands.clock
    now = clock.now()
    soon = (now + timedelta(hours=1)).isoformat()
    made = (await issued(product, ann, "monitors.read", expires_at=soon)).json()
    assert (await product.http.get("/api/v1/monitors", headers=bearing(made["key"]))).status_code == 200
    monkeypatch.setattr(type(clock), "now", lambda _: now + timedelta(hours=1, seconds=1))
    product.app.state.authenticator.forget()
    out = await product.http.get("/api/v1/monitors", headers=bearing(made["key"]))
    assert out.json()["type"] == "/problems/api-key-refused"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"scopes": ["users.write"]}, "/scopes"),
        ({"scopes": ["no.such"]}, "/scopes"),
        ({"scopes": []}, "/scopes"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"expires_at": "2999-01-01T00:00:00Z"}, "/expires_at"),
        ({"expires_at": "2026-12-24T00:00:00"}, "/expires_at"),
        ({"expires_at": None}, "/expires_at"),
        ({"label": "\u202e"}, "/label"),
    ],
)
async def test_an_impossible_key_is_refused_with_the_field_at_fault(
    product: Any, change: dict[str, Any], pointer: str
) -> None:
    ann = await person(product, "ann", "viewer")
    answer = await issued(product, ann, "monitors.read", **change)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Origin": "http://test"}, 303),
        ({"Origin": "null"}, 303),
        ({}, 303),
    ],
)
async def test_forms_of_other_sites_neither_log_in_nor_out(product: Any, headers: dict[str, str], status: int) -> None:
    await created(product, "ann", "viewer")
    form = {"email": "ann@example.org", "password": PASSWORD}
    async with stranger(product) as http:
        answer = await http.post("/login", data=form, headers=headers)
        assert answer.status_code == status
        assert ("set-cookie" in answer.headers) is (status == 303)
        answer = await http.post("/logout", headers=headers)
        assert answer.status_code == status
        assert ("set-cookie" in answer.headers) is (status == 303)


async def test_a_person_logs_in_on_the_page_and_may_read_in_the_browser(product: Any) -> None:
    ann = await person(product, "ann", "viewer")
    async with stranger(product) as http:
        wrong = await http.post("/login", data={"email": ann.email, "password": "not the password"})
        assert wrong.status_code == 401
        assert "is wrong" in wrong.text
        assert "set-cookie" not in wrong.headers
        korean = await http.post("/login?lang=ko", data={"email": ann.email, "password": "not the password"})
        assert "맞지 않습니다" in korean.text
        answer = await http.post("/login", data={"email": ann.email, "password": PASSWORD, "code": ""})
        assert answer.status_code == 303
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Secure" not in cookie
        assert 'type="password"' not in (await http.get("/")).text
        assert (await http.get("/api/v1/monitors")).status_code == 200
        assert (await http.get("/api/v1/me")).json()["actor"] == f"user:{ann.id}"
        assert (await http.get("/api/v1/users")).status_code == 403
        assert (await http.post("/api/v1/logout")).status_code == 401, "another site's form cannot command with it"
        value = http.cookies["vitalog_session"]
        assert (await http.get("/api/v1/me", headers=bearing(value))).status_code == 401, "nor is it a token"
        await http.post("/logout")
        assert 'type="password"' in (await http.get("/")).text
        http.cookies.set("vitalog_session", value)
        assert 'type="password"' in (await http.get("/")).text, "a copied cookie ends with the session"


async def test_an_access_token_is_no_cookie(product: Any) -> None:
    ann = await person(product, "ann", "viewer")
    async with stranger(product) as http:
        http.cookies.set("vitalog_session", ann.tokens["access_token"])
        assert (await http.get("/api/v1/me")).status_code == 401


async def test_a_patient_sees_a_page_of_their_own(product: Any) -> None:
    await created(product, "pat", "patient", patient_id="6f1f2c9e-3b7a-4a58-9d0e-2f6f4f1c7a11")
    await created(product, "nil")
    for name, link in (("pat", True), ("nil", False)):
        async with stranger(product) as http:
            await http.post("/login", data={"email": f"{name}@example.org", "password": PASSWORD})
            page = await http.get("/")
            assert page.status_code == 200
            assert ("/api/v1/patients/6f1f2c9e-3b7a-4a58-9d0e-2f6f4f1c7a11/report" in page.text) is link
            assert "Example" not in page.text


async def test_credentials_are_not_kept_with_an_idempotency_key(product: Any) -> None:
    await created(product, "ann", "viewer")
    body, key = {"email": "ann@example.org", "password": PASSWORD}, {"Idempotency-Key": "again"}
    async with stranger(product) as http:
        answers = [(await http.post("/api/v1/login", json=body, headers=key)).json() for _ in range(2)]
    assert answers[0]["refresh_token"] != answers[1]["refresh_token"]
