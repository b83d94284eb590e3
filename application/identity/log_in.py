"""``LogIn``: with e-mail address, password and, where it is set up, a one-time code; a session begins with it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID, uuid5

from application.commands import Context
from application.identity.end_session import end_session
from application.identity.login_refused import LoginRefused, locked
from application.identity.services import Identity
from application.identity.users import append_login, append_to, find_user
from domain.identity import passwords
from domain.identity.addresses import canonical
from domain.identity.events import (
    FailureReason,
    LoggedIn,
    LoginFailed,
    LoginMethod,
    PasswordSet,
    StrangerFailed,
    UserDisabled,
    stranger_stream,
    user_stream,
)
from domain.identity.user import User

ACCESS_S = 600
SESSION = timedelta(days=30)
PAGE_S = 12 * 3600
"""How long a browser stays logged in."""
_SESSIONS = UUID("4b2f8cc8-7d19-5ad4-bb21-3c7c1ab1a0f4")


class Attempt(NamedTuple):
    """What somebody who wants to log in sent."""

    email: str
    password: str
    code: str | None
    address: str
    """IP address."""
    network: str
    """The part of it that names nobody."""


class Session(NamedTuple):
    """What a client is given, once."""

    user: User
    session_id: str
    refresh_token: str
    position: int


async def log_in(identity: Identity, attempt: Attempt, context: Context) -> Session:
    """Takes as long for an account that does not exist as for a wrong password.

    Raises:
        LoginRefused: with why not.
        LedgerUnavailable: nobody is logged in.
    """
    services, now = identity.commands, identity.commands.clock.now()
    account = services.blind.fingerprint("email", canonical(attempt.email))
    user = await find_user(services, attempt.email)
    until = await identity.credentials.begin_attempt(account, now)
    if until is not None:
        await _failed(identity, user, "locked", attempt, context)
        raise locked(until, now)
    hashed = await identity.credentials.password(user.id if user is not None else "nobody")
    right = await identity.passwords.verify(hashed, passwords.normalised(attempt.password))
    if user is None or hashed is None or not right:
        await _failed(identity, user, "wrong-password", attempt, context)
        raise LoginRefused("wrong-credentials")
    if not user.enabled:
        await _failed(identity, user, "disabled", attempt, context)
        raise LoginRefused("disabled")
    method: LoginMethod = "password"
    if user.totp:
        method = "password+totp"
        await _check_code(identity, user, attempt, context)
    await identity.credentials.attempt_succeeded(account)
    if identity.passwords.is_outdated(hashed):
        again = await identity.passwords.hash(passwords.normalised(attempt.password))
        await identity.credentials.set_password(user.id, again)
    return await begin_session(identity, user, method, attempt.address, context)


async def begin_session(identity: Identity, user: User, method: LoginMethod, address: str, context: Context) -> Session:
    """A session of somebody who has proved who they are.

    Raises:
        LoginRefused: the user was disabled, or given another password, in the meantime.
    """
    services, now = identity.commands, identity.commands.clock.now()
    session_id = str(uuid5(_SESSIONS, context.once))
    refresh = identity.secrets.token("vr_")
    await identity.credentials.open_session(
        session_id, user.id, identity.secrets.digest(refresh), now=now, expires_at=now + SESSION
    )
    began = LoggedIn(user_id=user.id, at=now, session_id=session_id, method=method, address=address)
    as_user = Context(f"user:{user.id}", context.correlation_id, context.trace_id, context.cause)
    position = await append_login(services, user.id, [began], as_user)
    # Whoever disables the user or changes the password ends the sessions there are after it: this one, or we see it.
    since = await asyncio.to_thread(services.ledger.read_stream, user_stream(user.id), after=user.version)
    ending = UserDisabled if method == "oidc" else UserDisabled | PasswordSet
    if any(isinstance(recorded.event, ending) for recorded in since):
        await end_session(identity, user.id, session_id, "revoked", as_user)
        raise LoginRefused("wrong-credentials")
    return Session(user, session_id, refresh, position)


def access_token(identity: Identity, user_id: str, session_id: str) -> str:
    """A bearer token for ``ACCESS_S`` seconds."""
    now_s = int(identity.commands.clock.now().timestamp())
    return identity.tokens.sign(user_id, session_id, audience="vitalog-api", now_s=now_s, life_s=ACCESS_S)


async def _check_code(identity: Identity, user: User, attempt: Attempt, context: Context) -> None:
    if not attempt.code:
        raise LoginRefused("code-required")
    seed = await identity.credentials.seed(user.id)
    now_s = int(identity.commands.clock.now().timestamp())
    step = None if seed is None else identity.secrets.step_of(seed, attempt.code, now_s)
    if step is None or not await identity.credentials.use_step(user.id, step):
        await _failed(identity, user, "wrong-code", attempt, context)
        raise LoginRefused("wrong-credentials")


async def _failed(
    identity: Identity, user: User | None, reason: FailureReason, attempt: Attempt, context: Context
) -> None:
    await record_failure(identity, user, reason, attempt.address, attempt.network, context)


async def record_failure(
    identity: Identity, user: User | None, reason: FailureReason, address: str, network: str, context: Context
) -> None:
    """Somebody was not let in."""
    now = identity.commands.clock.now()
    if user is not None:
        event = LoginFailed(user_id=user.id, at=now, reason=reason, address=address)
        await append_login(identity.commands, user.id, [event], context)
    else:
        stream = stranger_stream(now.date())
        await append_to(identity.commands, stream, [StrangerFailed(at=now, network=network)], context)
