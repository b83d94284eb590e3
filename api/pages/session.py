"""The way in for a browser: a password, a login provider, or the bootstrap token; then a cookie."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from api.access import COOKIE, SESSION_S
from api.context import Api
from api.gate import context_of
from api.identity_answers import attempt_of, command_context, evenly, settled, stranger_context
from api.identity_refusals import identity_problem
from api.limits import LOGIN
from api.pages.site import ICON, STYLE, Visitor, render, visitor
from api.principal import Principal
from api.problem_texts import PROBLEMS
from api.problems import Problem
from application.commands import Result
from application.identity.administrators import bootstrap_works
from application.identity.end_session import end_session
from application.identity.log_in import PAGE_S, Session, log_in
from application.identity.login_refused import LoginRefused

_FOR_EVER = "public, max-age=31536000, immutable"


def login_page(api: Api, to: Visitor, wrong: Problem | None = None) -> Response:
    """The form, with what was wrong with the attempt before."""
    providers = [
        {"label": provider.label, "start": f"/api/v1/oidc/{name}/start"}
        for name, provider in api.services.identity.providers.items()
    ]
    told = PROBLEMS[wrong.code].detail[to.language].format(**wrong.texts) if wrong is not None else ""
    status = 200 if wrong is None else wrong.status
    page = render("login.html", to, status=status, wrong=told, providers=providers)
    if wrong is not None:
        page.headers.update(wrong.headers)
    return page


def own_page(to: Visitor, principal: Principal) -> Response:
    """For whoever may not see the monitors."""
    own = principal.patient_id if principal.may("reports.read") else None
    return render("own.html", to, patient_id=own)


def welcome_page(to: Visitor) -> Response:
    """Leads on to the front page. A redirect would not: coming from a provider, it would not carry a strict cookie."""
    return render("welcome.html", to)


def keep_session(api: Api, request: Request, response: Response, session: Session) -> None:
    """Give the browser a cookie for ``PAGE_S`` seconds; the refresh token is left to nobody."""
    value = api.services.identity.tokens.sign(
        session.user.id, session.session_id, audience="vitalog-page", now_s=int(api.now().timestamp()), life_s=PAGE_S
    )
    _set_cookie(request, response, value, PAGE_S)


def add_session_routes(app: FastAPI, api: Api) -> None:
    """Log in, log out, and the two files the pages need."""

    @app.get("/login", include_in_schema=False)
    async def show_form(request: Request) -> Response:
        return login_page(api, visitor(request, api.services.time_zone))

    @app.post("/login", include_in_schema=False)
    async def enter(request: Request) -> Response:
        _check_origin(api, request)
        to = visitor(request, api.services.time_zone)
        form = _form(await request.body())
        response = RedirectResponse(f"/?lang={to.language}" if "lang" in to.chosen else "/", 303)
        try:
            api.limits.take(LOGIN, context_of(request.scope).address)
            await _enter(api, request, response, form)
        except Problem as problem:
            return login_page(api, to, problem)
        except LoginRefused as refused:
            return login_page(api, to, identity_problem(refused))
        return response

    @app.post("/logout", include_in_schema=False)
    async def leave(request: Request) -> Response:
        _check_origin(api, request)
        await _end(api, request)
        response = RedirectResponse("/", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response

    @app.get("/style.css", include_in_schema=False)
    async def style() -> Response:
        return Response(STYLE[0], media_type=STYLE[1], headers={"Cache-Control": _FOR_EVER})

    @app.get("/icon.svg", include_in_schema=False)
    async def icon() -> Response:
        return Response(ICON[0], media_type=ICON[1], headers={"Cache-Control": _FOR_EVER})


def _check_origin(api: Api, request: Request) -> None:
    """Forms of other sites could log a visitor out, or in as somebody else: a strict cookie does not hinder that.

    Raises:
        Problem: the browser says that another site's page sent it. What is no browser says nothing.
    """
    fetched = request.headers.get("sec-fetch-site")
    # Browsers say no more than "null" of pages that, like ours, send no referrer.
    origin = request.headers.get("origin", "null")
    ours = {urlsplit(api.base_url(request)).netloc, request.headers.get("host", "")}
    if fetched not in {None, "same-origin", "none"} or (
        fetched is None and origin != "null" and urlsplit(origin).netloc not in ours
    ):
        raise Problem("other-site")


def _form(body: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    except ValueError:
        return {}


async def _enter(api: Api, request: Request, response: Response, form: dict[str, list[str]]) -> None:
    """Raises ``LoginRefused``; ``Problem``: it is not the bootstrap token, or that is switched off."""
    if "token" in form:
        await _enter_with_token(api, request, response, form["token"][0])
        return
    email, password, code = (form.get(name, [""])[0][:1000] for name in ("email", "password", "code"))
    attempt = attempt_of(request, email, password, code or None)
    async with evenly(api):
        session = await log_in(api.services.identity, attempt, stranger_context(api, request))
    keep_session(api, request, response, session)


async def _end(api: Api, request: Request) -> None:
    principal = context_of(request.scope).principal
    if principal is None or principal.user_id is None or principal.session_id is None:
        return
    context = command_context(api, request)
    position = await end_session(api.services.identity, principal.user_id, principal.session_id, "logged-out", context)
    await settled(api, Result("", position, 0))


async def _enter_with_token(api: Api, request: Request, response: Response, token: str) -> None:
    """Raises ``Problem``: it is not the bootstrap token, or that is switched off."""
    if not api.access.token_is_right(token):
        raise Problem("wrong-token")
    if not await bootstrap_works(api.services.commands):
        raise Problem("bootstrap-token-off")
    _set_cookie(request, response, api.access.new_session(int(api.now().timestamp())), SESSION_S)


def _set_cookie(request: Request, response: Response, value: str, life_s: int) -> None:
    response.set_cookie(
        COOKIE, value, max_age=life_s, httponly=True, samesite="strict", secure=context_of(request.scope).secure
    )
