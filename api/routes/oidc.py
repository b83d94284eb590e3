"""Login through a provider: the browser goes there, comes back with a code, and is logged in."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from starlette.responses import RedirectResponse, Response

from api.answers import json_answer
from api.context import Api
from api.gate import context_of
from api.identity_answers import stranger_context, tokens_shown
from api.identity_inputs import ProviderName
from api.limits import OIDC
from api.pages.session import keep_session, welcome_page
from api.pages.site import visitor
from api.problems import Problem
from api.proxies import network_of
from api.routes.login import with_headers
from application.identity.log_in import Session
from application.identity.log_in_through_provider import WITHIN, Came, Linking, begin_login, finish_login
from application.identity.login_refused import LoginRefused
from application.ports.login_providers import LoginProvider, ProviderRefused, ProviderUnavailable

PATH = "/api/v1/oidc"
COOKIE = "vitalog_login"
_TAGS: list[Any] = ["login"]
_Sent = Annotated[str, Query(max_length=2000)]
_Headers = dict[str, str]


def add_oidc_routes(app: FastAPI, api: Api) -> None:
    """Limited per address."""

    @app.get(f"{PATH}/providers", tags=_TAGS, summary="Who else may say who somebody is")
    async def providers() -> Response:
        """`start` is where to send the browser."""
        known = [
            {"name": name, "label": provider.label, "start": f"{PATH}/{name}/start"}
            for name, provider in api.services.identity.providers.items()
        ]
        return json_answer({"items": known})

    @app.get(f"{PATH}/{{provider}}/start", tags=_TAGS, summary="Begin to log in through a provider", status_code=303)
    async def start(provider: ProviderName, request: Request, link: bool = False, tokens: bool = False) -> Response:
        """`link=true`: link the account to the user who is logged in. `tokens=true`: end with the answer of
        `POST /login` instead of a page.
        """
        known = _provider(api, provider)
        asked = context_of(request.scope)
        headers = api.limits.take(OIDC, asked.address)
        who = asked.principal
        linking = Linking(who.user_id, who.session_id) if link and who and who.user_id and who.session_id else None
        if link and linking is None:
            raise Problem("in-person")
        try:
            begun = await begin_login(
                api.services.identity, known, _back(api, request, known), linking, as_tokens=tokens
            )
        except (ProviderUnavailable, ProviderRefused) as error:
            raise _problem(error, known, headers) from None
        response = RedirectResponse(begun.location, 303, headers)
        # Lax: the provider sends the browser back from its own site.
        life_s = int(WITHIN.total_seconds())
        response.set_cookie(
            COOKIE, begun.browser, max_age=life_s, path=PATH, httponly=True, samesite="lax", secure=asked.secure
        )
        return response

    @app.get(f"{PATH}/{{provider}}/callback", tags=_TAGS, summary="Come back from a provider")
    async def callback(
        provider: ProviderName, request: Request, code: _Sent = "", state: _Sent = "", error: _Sent = ""
    ) -> Response:
        """The provider sends the browser here; only the browser that began can finish."""
        known = _provider(api, provider)
        headers = api.limits.take(OIDC, context_of(request.scope).address)
        if error or not code:
            raise _problem(ProviderRefused("the login was not completed there"), known, headers)
        session, as_tokens = await _finish(api, request, known, code, state, headers)
        if as_tokens:
            response = json_answer(tokens_shown(api, session), headers=headers)
        else:
            response = welcome_page(visitor(request, api.services.time_zone))
            keep_session(api, request, response, session)
        response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax")
        return response


async def _finish(
    api: Api, request: Request, known: LoginProvider, code: str, state: str, headers: _Headers
) -> tuple[Session, bool]:
    asked = context_of(request.scope)
    browser, address = _browser(asked.header(b"cookie")), asked.address
    came = Came(code, state, browser, _back(api, request, known), address, network_of(address))
    try:
        return await finish_login(api.services.identity, known, came, stranger_context(api, request))
    except (ProviderUnavailable, ProviderRefused) as error:
        raise _problem(error, known, headers) from None
    except LoginRefused as refused:
        if refused.why == "not-linked":
            raise Problem("account-not-linked", provider=known.label, headers=headers) from None
        raise with_headers(refused, headers) from None


def _provider(api: Api, name: str) -> LoginProvider:
    known = api.services.identity.providers.get(name)
    if known is None:
        raise Problem("unknown-provider", id=name)
    return known


def _back(api: Api, request: Request, provider: LoginProvider) -> str:
    return f"{api.base_url(request)}{PATH}/{provider.name}/callback"


def _problem(error: Exception, provider: LoginProvider, headers: _Headers) -> Problem:
    if isinstance(error, ProviderUnavailable):
        return Problem("provider-unavailable", provider=provider.label, headers=headers)
    detail = f"What the provider answered cannot be trusted: {error}. Begin again."
    return Problem("oidc-refused", detail=detail, headers=headers)


def _browser(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found is not None else ""
