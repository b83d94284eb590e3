"""Logging in and staying logged in: passwords, tokens, refreshes, one-time codes, locks and limits."""

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
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pyotp.totp import TOTP

from application.commands import Context
from application.identity.disable_user import disable_user
from application.ports.credentials import FAILURES
from tests.http.people import PASSWORD, created, events_of, login, person, stranger
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


async def test_an_admin_resets_a_password_and_lost_codes(product: Any) -> None:
    ann = await person(product, "ann", "viewer")
    await enrolled(product, ann)
    for _ in range(FAILURES + 1):
        await login(product, "ann", "not the password")
    answer = await product.http.post(f"/api/v1/users/{ann.id}/password", json={"remove_totp": True})
    made_up = answer.json()["password"]
    assert len(made_up) >= 20
    assert await problem(product, ann.tokens["access_token"]) == "session-ended"
    back = await login(product, "ann", made_up)
    assert back.status_code == 200, "no code is asked for, and the account is not locked"
    assert back.json()["user"]["totp"] is False
    told = await product.http.post(f"/api/v1/users/{ann.id}/password", json={"password": "a password of theirs"})
    assert "password" not in told.json()
    unknown = await product.http.post("/api/v1/users/none/password", json={})
    assert unknown.json()["type"] == "/problems/unknown-user"


async def enrolled(product: Any, ann: Any) -> TOTP:
    answer = await product.http.post("/api/v1/me/totp", headers=ann.headers)
    assert answer.json()["address"].startswith("otpauth://totp/Vitalog:")
    codes = TOTP(answer.json()["secret"])
    wrong = await product.http.post("/api/v1/me/totp/confirm", json={"code": "000000"}, headers=ann.headers)
    assert wrong.status_code == 422
    right = await product.http.post("/api/v1/me/totp/confirm", json={"code": codes.now()}, headers=ann.headers)
    assert right.status_code == 200, right.text
    return codes


async def test_a_one_time_code_works_once(product: Any, monkeypatch: Any) -> None:
    ann = await person(product, "ann", "viewer")
    codes = await enrolled(product, ann)
    assert (await login(product, "ann")).json()["type"] == "/problems/code-required"
    assert (await login(product, "ann", "not the password")).json()["type"] == "/problems/wrong-credentials"
    confirmed_with = codes.now()
    replayed = await login(product, "ann", code=confirmed_with)
    assert replayed.json()["type"] == "/problems/wrong-credentials", "the code that confirmed it is used up"
    clock, later = product.services.commands.clock, product.services.commands.clock.now() + timedelta(seconds=90)
    monkeypatch.setattr(type(clock), "now", lambda _: later)
    code = codes.at(later)
    assert (await login(product, "ann", code=code)).status_code == 200
    assert (await login(product, "ann", code=code)).status_code == 401
    before = await login(product, "ann", code=codes.at(later - timedelta(seconds=30)))
    assert before.status_code == 401, "nor an older one than the last used"
    after = await login(product, "ann", code=codes.at(later + timedelta(seconds=30)))
    assert after.status_code == 200, "a clock that is a little ahead is no reason to refuse"
    far = await login(product, "ann", code=codes.at(later + timedelta(seconds=120)))
    assert far.status_code == 401


async def test_of_many_logins_with_one_code_exactly_one_succeeds(product: Any, monkeypatch: Any) -> None:
    ann = await person(product, "ann", "viewer")
    codes = await enrolled(product, ann)
    clock, later = product.services.commands.clock, product.services.commands.clock.now() + timedelta(seconds=90)
    monkeypatch.setattr(type(clock), "now", lambda _: later)
    answers = await asyncio.gather(*[login(product, "ann", code=codes.at(later)) for _ in range(6)])
    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 5]


async def test_codes_are_removed_with_a_code(product: Any, monkeypatch: Any) -> None:
    ann = await person(product, "ann", "viewer")
    codes = await enrolled(product, ann)
    again = await product.http.post("/api/v1/me/totp", headers=ann.headers)
    assert again.status_code == 409
    clock, later = product.services.commands.clock, product.services.commands.clock.now() + timedelta(seconds=90)
    monkeypatch.setattr(type(clock), "now", lambda _: later)
    for code, status in (("000000", 401), (codes.at(later), 200)):
        answer = await product.http.request("DELETE", "/api/v1/me/totp", json={"code": code}, headers=ann.headers)
        assert answer.status_code == status
    assert (await login(product, "ann")).status_code == 200


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


async def test_nothing_by_which_somebody_can_log_in_is_in_the_ledger_or_readable_elsewhere(product: Any) -> None:
    ann = await person(product, "ann", "viewer")
    codes = await enrolled(product, ann)
    secrets = [PASSWORD, ann.tokens["refresh_token"], ann.tokens["access_token"], codes.secret, "ann@example.org"]
    secrets.append(base64.b32decode(codes.secret).hex())
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
