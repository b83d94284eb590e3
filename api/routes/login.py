"""Logging in and out, and exchanging refresh tokens. Answers that hold tokens are never kept."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.answers import json_answer
from api.context import Api
from api.gate import context_of
from api.identity_answers import (
    attempt_of,
    command_context,
    evenly,
    person,
    settled,
    stranger_context,
    tokens_shown,
)
from api.identity_inputs import Login, Refresh
from api.identity_refusals import identity_problem
from api.limits import LOGIN, REFRESH
from application.commands import Result
from application.identity.end_session import end_session
from application.identity.log_in import log_in
from application.identity.login_refused import LoginRefused
from application.identity.refresh_session import refresh_session

PATH = "/api/v1"
_TAGS: list[Any] = ["login"]


def add_login_routes(app: FastAPI, api: Api) -> None:
    """Limited per address; logging in per account too."""
    identity = api.services.identity

    @app.post(f"{PATH}/login", tags=_TAGS, summary="Log in with e-mail address and password")
    async def log(login: Login, request: Request) -> Response:
        """`access_token` is good for ten minutes; then exchange `refresh_token` at `/token/refresh`."""
        headers = api.limits.take(LOGIN, context_of(request.scope).address)
        attempt = attempt_of(request, login.email, login.password, login.code)
        try:
            async with evenly(api):
                session = await log_in(identity, attempt, stranger_context(api, request))
        except LoginRefused as refused:
            raise with_headers(refused, headers) from None
        return json_answer(tokens_shown(api, session), headers=headers)

    @app.post(f"{PATH}/token/refresh", tags=_TAGS, summary="Exchange a refresh token")
    async def refresh(sent: Refresh, request: Request) -> Response:
        """Each works once; used again, it ends the session, because one of the two users of it is a thief."""
        headers = api.limits.take(REFRESH, context_of(request.scope).address)
        try:
            session = await refresh_session(identity, sent.refresh_token, stranger_context(api, request))
        except LoginRefused as refused:
            if refused.why == "refresh-reused":
                await settled(api, Result("", await api.services.events.head(), 0))
            raise with_headers(refused, headers) from None
        return json_answer(tokens_shown(api, session), headers=headers)

    @app.post(f"{PATH}/logout", tags=_TAGS, summary="End this session", status_code=204)
    async def log_out(request: Request) -> Response:
        """Its tokens work no longer."""
        user_id, session_id = person(request)
        context = command_context(api, request)
        position = await end_session(identity, user_id, session_id, "logged-out", context)
        await settled(api, Result(session_id, position, 0))
        return Response(status_code=204, headers={"Vitalog-Position": str(position)})


def with_headers(refused: LoginRefused, headers: dict[str, str]) -> Exception:
    """The problem for it, which tells the limits too."""
    problem = identity_problem(refused)
    if problem is None:
        return refused
    problem.headers = headers | problem.headers
    return problem
