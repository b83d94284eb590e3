"""Logging in and staying logged in: passwords, tokens, refreshes."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from application.commands import Context
from application.identity.disable_user import disable_user
from tests.http.people import PASSWORD, enrolled, events_of, login, person, stranger
from tests.support.people import MASTER_KEY
from tests.support.waiting import eventually_async


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def parts(token: str) -> list[dict[str, Any]]:
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


def made(header: dict[str, Any], claims: dict[str, Any], sign: Any) -> str:
    text = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{text}.{b64(sign(text.encode()))}"


async def me(product: Any, token: str) -> Any:
    async with stranger(product) as http:
        return await http.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})


async def problem(product: Any, token: str) -> str:
    answer = await me(product, token)
    assert answer.status_code == 401, answer.text
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    return answer.json()["type"].removeprefix("/problems/")


async def refreshed(product: Any, refresh_token: str) -> Any:
    async with stranger(product) as http:
        return await http.post("/api/v1/token/refresh", json={"refresh_token": refresh_token})


async def test_a_user_logs_in_and_is_who_they_are(product: Any) -> None:
    ann = await person(product, "ann", "viewer")
    assert ann.tokens["token_type"] == "Bearer"
    assert ann.tokens["expires_in"] == 600
    header, claims = parts(ann.tokens["access_token"])
    assert header["alg"] == "Ed25519"
    assert header["kid"]
    assert claims["exp"] - claims["iat"] == 600
    assert (claims["iss"], claims["aud"], claims["sub"]) == ("vitalog", "vitalog-api", ann.id)
    told = (await me(product, ann.tokens["access_token"])).json()
    assert told["actor"] == f"user:{ann.id}"
    assert told["roles"] == ["viewer"]
    assert told["session_id"] == claims["sid"]
    assert told["user"]["email"] == "ann@example.org"
    assert (await login(product, "ANN")).status_code == 200, "an address is the same in any case"


async def test_a_commands_event_carries_the_user_who_gave_it(product: Any) -> None:
    ann = await person(product, "ann", "operator")
    body = {"name": "x", "kind": "tcp", "target": "localhost:1"}
    answer = await product.http.post("/api/v1/monitors", json=body, headers=ann.headers)
    assert answer.status_code == 201
    read = await product.http.get(f"/api/v1/events?actor=user:{ann.id}&type=monitoring.monitor-registered")
    assert len(read.json()["items"]) == 1


async def test_tokens_that_are_not_ours_are_refused(product: Any) -> None:
    ann = await person(product, "ann", "admin")
    token = ann.tokens["access_token"]
    header, claims = parts(token)
    ours = Ed25519PrivateKey.from_private_bytes(hmac.digest(MASTER_KEY, b"vitalog tokens v1", "sha256"))
    theirs = Ed25519PrivateKey.generate()
    public = ours.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    pem = ours.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert (await me(product, made(header, claims, ours.sign))).status_code == 200, "the test can sign as we do"
    head, body, signature = token.split(".")
    elevated = b64(json.dumps(claims | {"sub": "admin"}).encode())
    forged = {
        "another key": made(header, claims, theirs.sign),
        "altered": f"{head}.{elevated}.{signature}",
        "alg none": made(header | {"alg": "none"}, claims, lambda _: b""),
        "no signature": f"{head}.{body}.",
        "HS256 with the public key": made(
            header | {"alg": "HS256"}, claims, lambda text: hmac.digest(public, text, hashlib.sha256)
        ),
        "HS256 with the public key as PEM": made(
            header | {"alg": "HS256"}, claims, lambda text: hmac.digest(pem, text, hashlib.sha256)
        ),
        "the same key by another name": made(header | {"alg": "EdDSA"}, claims, ours.sign),
        "another kid": made(header | {"kid": "x"}, claims, ours.sign),
        "another audience": made(header, claims | {"aud": "vitalog-page"}, ours.sign),
        "no audience": made(header, {k: v for k, v in claims.items() if k != "aud"}, ours.sign),
        "another issuer": made(header, claims | {"iss": "else"}, ours.sign),
        "no expiry": made(header, {k: v for k, v in claims.items() if k != "exp"}, ours.sign),
        "nobody's": made(header, claims | {"sub": "nobody"}, ours.sign),
        "not base64": "a.b.c",
    }
    for why, bad in forged.items():
        assert await problem(product, bad) == "token-refused", why
    now = int(time.time())
    expired = made(header, claims | {"iat": now - 700, "exp": now - 100}, ours.sign)
    assert await problem(product, expired) == "token-expired"
    assert await problem(product, "nonsense") == "unauthorized"


async def test_a_token_expires_though_it_was_believed_before(product: Any, monkeypatch: Any) -> None:
    ann = await person(product, "ann", "viewer")
    token = ann.tokens["access_token"]
    assert (await me(product, token)).status_code == 200
    clock = product.services.commands.clock
    now = clock.now()
    monkeypatch.setattr(type(clock), "now", lambda _: now + timedelta(seconds=599))
    assert (await me(product, token)).status_code == 200
    monkeypatch.setattr(type(clock), "now", lambda _: now + timedelta(seconds=601))
    assert await problem(product, token) == "token-expired"


async def test_logging_out_ends_the_session_at_once(product: Any) -> None:
    ann = await person(product, "ann", "viewer")
    other = (await login(product, "ann")).json()
    assert (await product.http.post("/api/v1/logout", headers=ann.headers)).status_code == 204
    assert await problem(product, ann.tokens["access_token"]) == "session-ended"
    answer = await refreshed(product, ann.tokens["refresh_token"])
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/refresh-refused")
    assert (await me(product, other["access_token"])).status_code == 200
    assert [event["data"]["why"] for event in await events_of(product, "session-ended")] == ["logged-out"]


async def test_a_refresh_token_is_exchanged_for_the_next_of_the_same_session(product: Any) -> None:
    ann = await person(product, "ann", "viewer")
    tokens = ann.tokens
    for _ in range(3):
        answer = await refreshed(product, tokens["refresh_token"])
        assert answer.status_code == 200
        assert answer.json()["refresh_token"] != tokens["refresh_token"]
        tokens = answer.json()
        assert (await me(product, tokens["access_token"])).status_code == 200
    assert parts(tokens["access_token"])[1]["sid"] == parts(ann.tokens["access_token"])[1]["sid"]
    assert (await refreshed(product, "vr_" + "x" * 43)).json()["type"] == "/problems/refresh-refused"


async def test_a_session_ends_after_thirty_days_however_often_it_was_refreshed(product: Any, monkeypatch: Any) -> None:
    ann = await person(product, "ann", "viewer")
    clock, began = product.services.commands.clock, product.services.commands.clock.now()
    tokens = ann.tokens
    for days, status in ((15, 200), (29, 200), (31, 401)):
        monkeypatch.setattr(type(clock), "now", lambda _, days=days: began + timedelta(days=days))
        answer = await refreshed(product, tokens["refresh_token"])
        assert answer.status_code == status
        tokens = answer.json()
    assert tokens["type"] == "/problems/refresh-refused"


async def test_a_stolen_refresh_token_used_twice_ends_the_session_for_thief_and_user(product: Any) -> None:
    ann = await person(product, "ann", "viewer")
    other = (await login(product, "ann")).json()
    stolen = ann.tokens["refresh_token"]
    thief = (await refreshed(product, stolen)).json()
    assert (await me(product, thief["access_token"])).status_code == 200
    answer = await refreshed(product, stolen)
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/refresh-reused")
    assert (await refreshed(product, thief["refresh_token"])).json()["type"] == "/problems/refresh-refused"
    for token in (thief["access_token"], ann.tokens["access_token"]):
        assert await problem(product, token) == "session-ended"
    assert (await me(product, other["access_token"])).status_code == 200, "another session has nothing to do with it"
    await refreshed(product, stolen)
    ended = await events_of(product, "session-ended")
    assert [event["data"]["why"] for event in ended] == ["token-reused"], "told once"
    assert ended[0]["actor"] == f"user:{ann.id}"


async def test_of_two_refreshes_at_once_neither_keeps_a_session(product: Any) -> None:
    ann = await person(product, "ann", "viewer")
    answers = await asyncio.gather(*[refreshed(product, ann.tokens["refresh_token"]) for _ in range(5)])
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]
    won = next(answer.json() for answer in answers if answer.status_code == 200)
    assert await problem(product, won["access_token"]) == "session-ended"
    assert (await refreshed(product, won["refresh_token"])).status_code == 401


async def test_a_disabled_user_is_out_at_once_and_everywhere(product: Any) -> None:
    ann = await person(product, "ann", "viewer")
    assert (await me(product, ann.tokens["access_token"])).status_code == 200
    assert (await product.http.post(f"/api/v1/users/{ann.id}/disable")).status_code == 200
    assert await problem(product, ann.tokens["access_token"]) == "account-disabled"
    assert (await login(product, "ann")).json()["type"] == "/problems/account-disabled"
    assert (await login(product, "ann", "not the password")).json()["type"] == "/problems/wrong-credentials"
    assert (await refreshed(product, ann.tokens["refresh_token"])).status_code == 401
    assert (await product.http.post(f"/api/v1/users/{ann.id}/enable")).status_code == 200
    assert await problem(product, ann.tokens["access_token"]) == "session-ended"
    assert (await login(product, "ann")).status_code == 200


async def test_a_changed_password_ends_every_other_session(product: Any) -> None:
    ann = await person(product, "ann", "viewer")
    other = (await login(product, "ann")).json()
    change = {"old": PASSWORD, "password": "another long password"}
    bad = await product.http.post("/api/v1/me/password", json=change | {"old": "not it at all"}, headers=ann.headers)
    assert (bad.status_code, bad.json()["type"]) == (401, "/problems/wrong-credentials")
    weak = await product.http.post("/api/v1/me/password", json=change | {"password": "short"}, headers=ann.headers)
    assert weak.json()["errors"][0]["pointer"] == "/password"
    good = await product.http.post("/api/v1/me/password", json=change, headers=ann.headers)
    assert good.status_code == 200
    assert (await me(product, ann.tokens["access_token"])).status_code == 200
    assert await problem(product, other["access_token"]) == "session-ended"
    assert (await login(product, "ann")).status_code == 401
    assert (await login(product, "ann", "another long password")).status_code == 200


async def test_nothing_by_which_somebody_can_log_in_is_in_the_ledger_or_readable_elsewhere(product: Any) -> None:
    ann = await person(product, "ann", "viewer")
    codes = await enrolled(product, ann)
    secrets = [PASSWORD, ann.tokens["refresh_token"], ann.tokens["access_token"], codes.secret, "ann@example.org"]
    secrets.append(base64.b32decode(codes.secret).hex())
    # Whoever does not exist may have typed the password where the address belongs.
    with structlog.testing.capture_logs() as logs:
        assert (await login(product, "canary-nobody", "canary-typed-here")).status_code == 401
    secrets += ["canary-nobody", "canary-typed-here"]
    assert "canary" not in str(logs)
    async with await psycopg.AsyncConnection.connect(product.url) as db:
        cursor = await db.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        for schema, table in await cursor.fetchall():
            for secret in secrets:
                cursor = await db.execute(
                    f'SELECT count(*) FROM "{schema}"."{table}" t WHERE t::text LIKE %s', [f"%{secret}%"]
                )
                assert (await cursor.fetchone()) == (0,), (table, secret)
        cursor = await db.execute("SELECT hashed FROM identity.passwords")
        row = await cursor.fetchone()
        assert row is not None
        assert row[0].startswith("$argon2id$")


async def test_a_session_ended_elsewhere_is_over_here_within_a_second(product: Any) -> None:
    ann = await person(product, "ann", "viewer")
    token = ann.tokens["access_token"]
    assert (await me(product, token)).status_code == 200
    context = Context("admin", "00000000-0000-4000-8000-000000000001")
    await disable_user(product.services.identity, ann.id, context)

    async def out() -> bool:
        return (await me(product, token)).status_code == 401

    assert await eventually_async(out)


@pytest.mark.parametrize("body", [{}, {"email": 1, "password": "x"}, {"email": "a", "password": "b", "c": 1}])
async def test_a_login_that_cannot_be_understood_says_why(product: Any, body: dict[str, Any]) -> None:
    async with stranger(product) as http:
        answer = await http.post("/api/v1/login", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]
