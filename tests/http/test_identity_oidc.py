"""Login through providers, against real ones on local sockets: what is accepted, and everything that is not."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import psycopg
import pytest
import pytest_asyncio
from pyotp.totp import TOTP

from adapters.clock import SteadyClock
from adapters.identity.providers import BadProviders, login_providers, new_client
from application.ports.ledger import LedgerUnavailable
from tests.http.issuers import CLIENT, SECRET, Issuer, Naver, serving
from tests.http.people import PASSWORD, created, events_of, login, person, stranger
from tests.http.processes import process
from tests.http.support import Product

OIDC = "/api/v1/oidc"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    with serving(made):
        yield made


@pytest.fixture
def naver() -> Iterator[Naver]:
    made = Naver()
    with serving(made):
        yield made


@pytest_asyncio.fixture
async def product(database: Any, projector: None, issuer: Issuer, naver: Naver) -> AsyncGenerator[Product]:
    secret = {"client_id": CLIENT, "client_secret": SECRET}
    providers = [
        {"name": "corp", "label": "Our company", "issuer": issuer.url, **secret},
        {
            "name": "naver", "preset": "naver", "authorize": f"{naver.url}/authorize", "token": f"{naver.url}/token",
            "profile": f"{naver.url}/me", **secret,
        },
        {"name": "kakao", "preset": "kakao", "issuer": issuer.url, **secret},
    ]  # fmt: skip
    async with process(database.url, json.dumps(providers)) as product:
        yield product


async def start(http: Any, name: str = "corp", query: str = "tokens=true", **more: Any) -> str:
    answer = await http.get(f"{OIDC}/{name}/start?{query}", **more)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def through(product: Any, provider: Any, name: str = "corp", query: str = "tokens=true") -> httpx.Response:
    """A browser goes to the provider and comes back."""
    async with stranger(product) as http:
        return await http.get(provider.authorize(await start(http, name, query)))


def refusal(answer: httpx.Response) -> str:
    assert answer.status_code == 401, answer.text
    assert answer.json()["type"] == "/problems/oidc-refused"
    return answer.json()["detail"]


async def test_the_browser_is_sent_with_state_nonce_and_a_challenge(product: Any, issuer: Issuer) -> None:
    async with stranger(product) as http:
        answer = await http.get(f"{OIDC}/corp/start")
        location = urlsplit(answer.headers["location"])
        query = {name: values[0] for name, values in parse_qs(location.query).items()}
        assert f"{location.scheme}://{location.netloc}" == issuer.url
        assert query["redirect_uri"] == f"http://test{OIDC}/corp/callback"
        assert (query["response_type"], query["scope"]) == ("code", "openid email")
        assert query["code_challenge_method"] == "S256"
        assert len({query["state"], query["nonce"], query["code_challenge"]}) == 3
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert query["state"] not in cookie
        assert answer.headers["RateLimit-Policy"].startswith('"oidc"')
        other = parse_qs(urlsplit(await start(http)).query)
        assert other["state"][0] != query["state"]


async def test_providers_are_told_to_everybody_without_their_secrets(product: Any) -> None:
    async with stranger(product) as http:
        answer = await http.get(f"{OIDC}/providers")
        page = await http.get("/login")
        assert (await http.get(f"{OIDC}/nope/start")).json()["type"] == "/problems/unknown-provider"
    assert [item["label"] for item in answer.json()["items"]] == ["Our company", "Naver", "Kakao"]
    assert SECRET not in answer.text
    assert "Our company" in page.text
    assert f"{OIDC}/naver/start" in page.text


async def test_a_verified_address_of_a_user_logs_in_and_links_the_account(product: Any, issuer: Issuer) -> None:
    ann = await created(product, "ann", "viewer", password=None)
    first, answer = await through(product, issuer), await through(product, issuer)
    assert first.status_code == 200, first.text
    assert first.json()["user"]["id"] == answer.json()["user"]["id"] == ann
    issuer.email = "somebody@else.example"
    assert (await through(product, issuer)).json()["user"]["id"] == ann, "the link holds, whatever the address"
    assert len(await events_of(product, "account-linked")) == 1
    assert answer.json()["user"]["linked"] == [issuer.url]
    assert len(await events_of(product, "logged-in")) == 3
    token = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await product.http.get("/api/v1/me", headers=token)).json()["actor"] == f"user:{ann}"


async def test_an_address_in_the_user_info_alone_counts_as_well(product: Any, issuer: Issuer) -> None:
    ann = await created(product, "ann", "viewer", password=None)
    issuer.email_in_user_info = True  # as Kakao does
    assert (await through(product, issuer)).json()["user"]["id"] == ann


async def test_kakao_is_asked_for_what_it_calls_an_address_and_tells_it_beside_the_token(
    product: Any, issuer: Issuer
) -> None:
    ann = await created(product, "ann", "viewer", password=None)
    issuer.email_in_user_info = True
    async with stranger(product) as http:
        location = await start(http, "kakao")
        assert parse_qs(urlsplit(location).query)["scope"] == ["openid account_email"]
        answer = await http.get(issuer.authorize(location))
    assert answer.json()["user"]["id"] == ann
    issuer.verified = False
    await created(product, "bob", "viewer", password=None)
    issuer.subject, issuer.email = "44", "bob@example.org"
    assert (await through(product, issuer, "kakao")).json()["type"] == "/problems/account-not-linked"


async def test_nobody_is_created_and_an_unverified_address_is_nobodys(product: Any, issuer: Issuer) -> None:
    await created(product, "bob", "admin")
    answer = await through(product, issuer)
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/account-not-linked")
    await created(product, "ann", "admin")
    issuer.verified = False
    assert (await through(product, issuer)).json()["type"] == "/problems/account-not-linked"
    assert len(await events_of(product, "user-created")) == 2
    assert len(await events_of(product, "stranger-failed")) == 2
    assert await events_of(product, "account-linked") == []


async def test_an_issuers_word_alone_makes_nobody_an_administrator_nor_passes_by_codes(
    product: Any, issuer: Issuer
) -> None:
    ann = await created(product, "ann", "admin", "viewer")
    assert (await through(product, issuer)).json()["type"] == "/problems/account-not-linked"
    bob = await person(product, "bob", "viewer")
    secret = (await product.http.post("/api/v1/me/totp", headers=bob.headers)).json()["secret"]
    code = {"code": TOTP(secret).now()}
    assert (await product.http.post("/api/v1/me/totp/confirm", json=code, headers=bob.headers)).status_code == 200
    issuer.email, issuer.subject = "bob@example.org", "43"
    assert (await through(product, issuer)).json()["type"] == "/problems/account-not-linked"
    issuer.email, issuer.subject = "ann@example.org", "42"
    linked = await product.http.post(f"/api/v1/users/{ann}/links", json={"provider": "corp", "subject": "42"})
    assert linked.status_code == 200
    assert (await through(product, issuer)).json()["user"]["id"] == ann, "somebody said so who may"


@pytest.mark.parametrize("email", ["stra\u00dfe@example.org", "\u212aim@example.org", "strasse@example.org\u3000"])
async def test_an_address_that_is_only_alike_is_nobodys(product: Any, issuer: Issuer, email: str) -> None:
    await created(product, "strasse", "viewer")
    await created(product, "kim", "viewer")
    issuer.email = email
    assert (await through(product, issuer)).json()["type"] == "/problems/account-not-linked"


async def test_a_link_that_was_begun_ends_with_the_session(product: Any, issuer: Issuer) -> None:
    issuer.email = "thief@elsewhere.example"
    ann = await person(product, "ann", "viewer")
    async with stranger(product) as thief:
        callback = issuer.authorize(await start(thief, query="link=true&tokens=true", headers=ann.headers))
        change = {"old": PASSWORD, "password": "another long password"}
        later = (await login(product, "ann")).json()["access_token"]
        changed = await product.http.post(
            "/api/v1/me/password", json=change, headers={"Authorization": f"Bearer {later}"}
        )
        assert changed.status_code == 200
        assert "the session in which it was begun has ended" in refusal(await thief.get(callback))
    assert await events_of(product, "account-linked") == []
    assert (await through(product, issuer)).json()["type"] == "/problems/account-not-linked"


async def test_a_disabled_user_is_not_let_in_by_a_provider_either(product: Any, issuer: Issuer) -> None:
    ann = await created(product, "ann", "viewer")
    assert (await through(product, issuer)).status_code == 200
    await product.http.post(f"/api/v1/users/{ann}/disable")
    answer = await through(product, issuer)
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/account-disabled")


async def test_a_browser_ends_on_the_page_logged_in(product: Any, issuer: Issuer) -> None:
    await created(product, "ann", "viewer")
    async with stranger(product) as http:
        answer = await http.get(issuer.authorize(await start(http, query="")))
        assert answer.status_code == 200
        assert 'http-equiv="refresh"' in answer.text
        assert "SameSite=strict" in answer.headers["set-cookie"]
        assert 'type="password"' not in (await http.get("/")).text
        assert "vitalog_login" not in http.cookies


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"nonce": "another"}, "belongs to another login"),
        ({"nonce": None}, "belongs to another login"),
        ({"aud": "somebody-else"}, "made for somebody else"),
        ({"aud": [CLIENT, "somebody-else"]}, "made for somebody else"),
        ({"iss": "https://else.example"}, "another issuer"),
        ({"exp": int(time.time()) - 3600}, "has expired"),
        ({"exp": None}, "has expired"),
        ({"iat": int(time.time()) + 3600}, "not valid yet"),
        ({"sub": None}, "who it is about"),
        ({"sub": ""}, "who it is about"),
    ],
)
async def test_an_id_token_that_is_not_for_this_login_is_refused(
    product: Any, issuer: Issuer, claims: dict[str, Any], reason: str
) -> None:
    await created(product, "ann", "viewer")
    issuer.claims = claims
    assert reason in refusal(await through(product, issuer))
    issuer.claims = {}
    assert (await through(product, issuer)).status_code == 200


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_a_token_anybody_could_have_signed_is_refused(product: Any, issuer: Issuer, algorithm: str) -> None:
    await created(product, "ann", "viewer")
    issuer.algorithm = algorithm
    assert "not signed by the issuer" in refusal(await through(product, issuer))


async def test_a_key_that_is_not_published_is_refused_and_a_new_one_is_found(
    product: Any, issuer: Issuer, monkeypatch: Any
) -> None:
    await created(product, "ann", "viewer")
    assert (await through(product, issuer)).status_code == 200
    issuer.rotate()
    monkeypatch.setattr("adapters.identity.oidc.KEYS_AGAIN_S", 0)
    assert (await through(product, issuer)).status_code == 200
    issuer.published = issuer.keys
    issuer.keys, issuer.algorithm = [*issuer.keys, Issuer().keys[0]], "RS256"
    assert "not signed by the issuer" in refusal(await through(product, issuer))


async def test_only_the_browser_that_began_can_finish_and_only_once(product: Any, issuer: Issuer) -> None:
    await created(product, "ann", "viewer")
    async with stranger(product) as victim, stranger(product) as attacker:
        callback = issuer.authorize(await start(attacker))
        assert "not begun in this browser" in refusal(await victim.get(callback)), "no cookie"
        assert "not begun in this browser" in refusal(await attacker.get(callback)), "it is used up"
        callback = issuer.authorize(await start(attacker))
        await start(victim)
        assert "not begun in this browser" in refusal(await victim.get(callback)), "another's cookie"
        callback = issuer.authorize(await start(attacker))
        assert (await attacker.get(callback)).status_code == 200
        assert "finished already" in refusal(await attacker.get(callback)), "replayed"


async def test_a_wrong_state_code_or_provider_is_refused(product: Any, issuer: Issuer, naver: Naver) -> None:
    await created(product, "ann", "viewer")
    async with stranger(product) as http:
        callback = urlsplit(issuer.authorize(await start(http)))
        query = {name: values[0] for name, values in parse_qs(callback.query).items()}
        for changed in ({"state": "x"}, {"state": ""}):
            refusal(await http.get(f"{callback.path}?{urlencode(query | changed)}"))
        await start(http)
        callback = urlsplit(issuer.authorize(await start(http)))
        refusal(await http.get(f"{OIDC}/naver/callback?{callback.query}"))
        location = await start(http)
        state = parse_qs(urlsplit(location).query)["state"][0]
        wrong = await http.get(f"{OIDC}/corp/callback?{urlencode({'code': 'guessed', 'state': state})}")
        assert "answered with status 400" in refusal(wrong)
        cancelled = await http.get(f"{OIDC}/corp/callback?error=access_denied&state={state}")
        assert "not completed" in refusal(cancelled)
        korean = await http.get(f"{OIDC}/corp/callback?error=x", headers={"Accept-Language": "ko"})
        assert "로그인을 마치지 않았습니다" in korean.json()["detail"]


async def test_a_code_is_exchanged_with_the_proof_key_of_the_one_who_began(product: Any, issuer: Issuer) -> None:
    await created(product, "ann", "viewer")
    async with stranger(product) as victim, stranger(product) as attacker:
        stolen = parse_qs(urlsplit(issuer.authorize(await start(victim))).query)["code"][0]
        state = parse_qs(urlsplit(await start(attacker)).query)["state"][0]
        answer = await attacker.get(f"{OIDC}/corp/callback?{urlencode({'code': stolen, 'state': state})}")
        assert "answered with status 400" in refusal(answer)


async def test_a_login_that_took_too_long_is_refused(product: Any, issuer: Issuer, monkeypatch: Any) -> None:
    await created(product, "ann", "viewer")
    clock = product.services.commands.clock
    now = clock.now()
    async with stranger(product) as http:
        callback = issuer.authorize(await start(http))
        monkeypatch.setattr(type(clock), "now", lambda _: now + timedelta(minutes=11))
        assert "took too long" in refusal(await http.get(callback))


async def test_a_user_links_an_account_of_their_own(product: Any, issuer: Issuer) -> None:
    issuer.email = "private@elsewhere.example"
    ann = await created(product, "ann", "viewer")
    bob = await person(product, "bob", "viewer")
    async with stranger(product) as http:
        assert (await http.get(f"{OIDC}/corp/start?link=true")).json()["type"] == "/problems/in-person"
        await http.post("/login", data={"email": "ann@example.org", "password": PASSWORD})
        answer = await http.get(issuer.authorize(await start(http, query="link=true&tokens=true")))
        assert answer.json()["user"]["id"] == ann, answer.text
    assert (await through(product, issuer)).json()["user"]["id"] == ann
    linked = (await events_of(product, "account-linked"))[0]
    assert linked["actor"] == f"user:{ann}"
    async with stranger(product) as http:
        callback = issuer.authorize(await start(http, query="link=true&tokens=true", headers=bob.headers))
        taken = await http.get(callback)
        assert (taken.status_code, taken.json()["detail"]) == (409, "This account is linked to another user.")


async def test_an_admin_links_and_unlinks(product: Any, issuer: Issuer, naver: Naver) -> None:
    ann = await created(product, "ann", "viewer", password=None)
    assert (await through(product, naver, "naver")).json()["type"] == "/problems/account-not-linked", "never by address"
    path = f"/api/v1/users/{ann}/links"
    linked = await product.http.post(path, json={"provider": "naver", "subject": "naver-7"})
    assert linked.status_code == 200, linked.text
    answer = await through(product, naver, "naver")
    assert answer.json()["user"]["id"] == ann
    assert (await product.http.delete(f"{path}/naver")).status_code == 200
    assert (await through(product, naver, "naver")).json()["type"] == "/problems/account-not-linked"
    bob = await created(product, "bob", "viewer", password=None)
    again = await product.http.post(f"/api/v1/users/{bob}/links", json={"provider": "naver", "subject": "naver-7"})
    assert again.status_code == 200, "it is free again"
    unknown = await product.http.post(path, json={"provider": "nope", "subject": "x"})
    assert unknown.json()["type"] == "/problems/unknown-provider"


async def test_an_account_that_was_unlinked_lets_nobody_in_though_a_crash_left_it_behind(
    product: Any, issuer: Issuer, monkeypatch: Any
) -> None:
    ann = await created(product, "ann", "viewer", password=None)
    assert (await through(product, issuer)).json()["user"]["id"] == ann

    async def crash(*_: Any) -> None:
        raise LedgerUnavailable

    monkeypatch.setattr(type(product.services.identity.credentials), "unlink", crash)
    issuer.email = "somebody@else.example"
    assert (await product.http.delete(f"/api/v1/users/{ann}/links/corp")).status_code == 503
    assert (await through(product, issuer)).json()["type"] == "/problems/account-not-linked"


async def test_the_last_administrators_only_way_in_is_not_taken_away(product: Any, issuer: Issuer) -> None:
    ann = await created(product, "ann", "admin", password=None)
    path = f"/api/v1/users/{ann}/links"
    assert (await product.http.post(path, json={"provider": "corp", "subject": "42"})).status_code == 200
    token = {"Authorization": f"Bearer {(await through(product, issuer)).json()['access_token']}"}
    off = await product.http.post("/api/v1/access/bootstrap-token", json={"works": False}, headers=token)
    assert off.status_code == 200, off.text
    refused = await product.http.delete(f"{path}/corp", headers=token)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/refused")
    assert (await through(product, issuer)).status_code == 200
    assert (await product.http.post(f"/api/v1/users/{ann}/password", json={}, headers=token)).status_code == 200


async def test_naver_is_asked_as_it_wants_to_be(product: Any, naver: Naver) -> None:
    ann = await created(product, "ann", "viewer", password=None)
    await product.http.post(f"/api/v1/users/{ann}/links", json={"provider": "naver", "subject": "naver-7"})
    async with stranger(product) as http:
        callback = naver.authorize(await start(http, "naver"))
        assert (await http.get(callback)).json()["user"]["id"] == ann
        location = await start(http, "naver")
        state = parse_qs(urlsplit(location).query)["state"][0]
        wrong = await http.get(f"{OIDC}/naver/callback?{urlencode({'code': 'guessed', 'state': state})}")
        assert "refused the code" in refusal(wrong)


async def test_a_provider_that_is_away_or_is_somebody_else_says_so(product: Any, issuer: Issuer) -> None:
    async with stranger(product) as http:
        issuer.down = True
        away = await http.get(f"{OIDC}/corp/start")
        assert (away.status_code, away.json()["type"]) == (503, "/problems/provider-unavailable")
        issuer.down = False
        issuer.described = {"issuer": "https://evil.example"}
        assert "another issuer" in refusal(await http.get(f"{OIDC}/corp/start"))


async def test_addresses_are_limited_here_too(product: Any) -> None:
    async with stranger(product, "203.0.113.1") as http:
        answers = [await http.get(f"{OIDC}/corp/callback?error=x") for _ in range(31)]
    assert [answer.status_code for answer in answers] == [*[401] * 30, 429]


async def test_an_unfinished_login_leaves_nothing_readable(product: Any, issuer: Issuer) -> None:
    async with stranger(product) as http:
        query = parse_qs(urlsplit(await start(http)).query)
        async with await psycopg.AsyncConnection.connect(product.url) as db:
            cursor = await db.execute("SELECT t::text FROM identity.flows t")
            row = await cursor.fetchone()
    assert row is not None
    assert query["state"][0] not in row[0]
    assert query["nonce"][0] not in row[0]
    assert (await login(product, "nobody")).status_code == 401


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{", "not as they should be"),
        ('[{"name": "a"}]', "not as they should be"),
        ('[{"name": "A", "client_id": "x", "issuer": "https://a.example"}]', "small letters"),
        ('[{"name": "a", "client_id": "x", "issuer": "http://a.example"}]', "https://"),
        ('[{"name": "a", "client_id": "x"}]', "https://"),
        ('[{"name": "a", "preset": "kakao", "client_id": "x", "client_secret_file": "/none"}]', "cannot be read"),
        (json.dumps([{"name": "a", "preset": "kakao", "client_id": "x"}] * 2), "Two login providers"),
    ],
)
async def test_a_wrong_list_of_providers_says_what_to_change(text: str, word: str) -> None:
    async with new_client() as http:
        with pytest.raises(BadProviders, match=word):
            login_providers(text, http, SteadyClock())


async def test_kakao_and_naver_need_no_addresses() -> None:
    text = json.dumps([{"name": name, "preset": name, "client_id": "x"} for name in ("kakao", "naver")])
    async with new_client() as http:
        made = login_providers(text, http, SteadyClock())
        to = await made["naver"].authorize_at(redirect_uri="https://us/back", state="s", nonce="n", challenge="c")
    assert made["kakao"].issuer == "https://kauth.kakao.com"
    assert to.startswith("https://nid.naver.com/oauth2.0/authorize?response_type=code&client_id=x&")
