"""One-time codes: set up, asked for, used once, given up, lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from application.ports.credentials import FAILURES
from tests.http.people import enrolled, login, person


async def test_an_admin_resets_a_password_and_lost_codes(product: Any) -> None:
    ann = await person(product, "ann", "viewer")
    await enrolled(product, ann)
    for _ in range(FAILURES + 1):
        await login(product, "ann", "not the password")
    answer = await product.http.post(f"/api/v1/users/{ann.id}/password", json={"remove_totp": True})
    made_up = answer.json()["password"]
    assert len(made_up) >= 20
    assert (await product.http.get("/api/v1/me", headers=ann.headers)).json()["type"] == "/problems/session-ended"
    back = await login(product, "ann", made_up)
    assert back.status_code == 200, "no code is asked for, and the account is not locked"
    assert back.json()["user"]["totp"] is False
    told = await product.http.post(f"/api/v1/users/{ann.id}/password", json={"password": "a password of theirs"})
    assert "password" not in told.json()
    unknown = await product.http.post("/api/v1/users/none/password", json={})
    assert unknown.json()["type"] == "/problems/unknown-user"


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
