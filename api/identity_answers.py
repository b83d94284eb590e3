"""What the routes of identity share."""

from __future__ import annotations

from asyncio import sleep
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import Request
from msgspec.structs import replace

from api.context import Api
from api.gate import context_of
from api.principal import Principal
from api.problems import Problem
from api.proxies import network_of
from application.commands import Context, Result
from application.identity.log_in import ACCESS_S, Attempt, Session, access_token
from application.identity.login_refused import LoginRefused
from domain.identity.user import User

STRANGER = "anonymous"
"""The actor of whoever has not proved who they are."""
READ_FROM = ("users",)
REFUSED_AFTER_S = 0.6
"""More than looking for an account and verifying a password take on a slow machine."""


def principal_of(request: Request) -> Principal:
    """Who is asking; on routes that the policy opens to nobody else."""
    principal = context_of(request.scope).principal
    assert principal is not None
    return principal


def person(request: Request) -> tuple[str, str]:
    """User and session of whoever is logged in; on routes that are ``SELF``."""
    principal = principal_of(request)
    assert principal.user_id is not None
    assert principal.session_id is not None
    return principal.user_id, principal.session_id


def command_context(api: Api, request: Request) -> Context:
    """For commands whose answer must not be kept for an ``Idempotency-Key``: it holds a secret, shown once."""
    asked = context_of(request.scope)
    return Context(asked.actor or STRANGER, asked.correlation_id, asked.trace_id, f"request:{api.services.new_id()}")


def stranger_context(api: Api, request: Request) -> Context:
    """For logging in: whoever the browser was logged in as before, it is somebody else who does it."""
    return replace(command_context(api, request), actor=STRANGER)


@asynccontextmanager
async def evenly(api: Api) -> AsyncGenerator[None]:
    """Whoever is refused within the block hears of it ``REFUSED_AFTER_S`` after it began.

    One password is verified whether there is such an account or not; but more is read and written about one that there
    is, and that takes a few milliseconds by which it could be told from one that there is not.
    """
    clock = api.services.commands.clock
    began = clock.monotonic()
    try:
        yield
    except LoginRefused:
        await sleep(max(0.0, REFUSED_AFTER_S - (clock.monotonic() - began)))
        raise


async def settled(api: Api, result: Result) -> Result:
    """Make what was decided hold for the very next request to this process: wait for the read model, look anew."""
    # Should the read model not get there in time: it is decided all the same, and will be known a little later.
    with suppress(Problem):
        await api.wait_for(READ_FROM, result.position)
    api.authenticator.forget()
    return result


def attempt_of(request: Request, email: str, password: str, code: str | None) -> Attempt:
    """Somebody who wants to log in, and from where."""
    address = context_of(request.scope).address
    return Attempt(email, password, code, address, network_of(address))


def user_shown(user: User) -> dict[str, Any]:
    """A user as others see it."""
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "language": user.language,
        "roles": user.roles,
        "patient_id": user.patient_id,
        "enabled": user.enabled,
        "has_password": user.has_password,
        "totp": user.totp,
        "linked": [account.issuer for account in user.accounts],
        "created_at": user.created_at,
        "version": user.version,
    }


def tokens_shown(api: Api, session: Session) -> dict[str, Any]:
    """The answer to a login (RFC 6749, 5.1), and who it is."""
    return {
        "access_token": access_token(api.services.identity, session.user.id, session.session_id),
        "token_type": "Bearer",
        "expires_in": ACCESS_S,
        "refresh_token": session.refresh_token,
        "user": user_shown(session.user),
    }
