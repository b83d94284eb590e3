"""``LogInThroughProvider``: somebody whom a provider vouches for, and who is a user here. Nobody is created by it."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import NamedTuple

from application.commands import Context, NotFound
from application.identity.link_account import account_key, link_account
from application.identity.log_in import Session, begin_session, record_failure
from application.identity.login_refused import LoginRefused
from application.identity.services import Identity
from application.identity.users import find_user, load_user
from application.ports.credentials import Flow
from application.ports.login_providers import Claimed, LoginProvider, ProviderRefused
from application.ports.subject_keys import SubjectErased
from domain.identity.user import Account, User

WITHIN = timedelta(minutes=10)
"""How long somebody may take at the provider."""


class Begun(NamedTuple):
    """Where the browser is sent, and what it has to bring back beside what the provider adds."""

    location: str
    browser: str
    """For a cookie: the login can be finished only by the browser that began it."""


class Came(NamedTuple):
    """Somebody came back from a provider."""

    code: str
    state: str
    browser: str
    redirect_uri: str
    address: str
    network: str


class Linking(NamedTuple):
    """Who wants to link an account, and in which session."""

    user_id: str
    session_id: str


async def begin_login(
    identity: Identity, provider: LoginProvider, redirect_uri: str, linking: Linking | None, *, as_tokens: bool
) -> Begun:
    """``linking``: who wants to link the account; None: somebody wants to log in. Raises ``ProviderUnavailable``."""
    make, now = identity.secrets.token, identity.commands.clock.now()
    state, browser, nonce, verifier = make(""), make(""), make(""), make("")
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    location = await provider.authorize_at(redirect_uri=redirect_uri, state=state, nonce=nonce, challenge=challenge)
    await identity.credentials.begin_flow(
        identity.secrets.digest(state),
        identity.secrets.digest(browser),
        Flow(
            provider=provider.name,
            nonce=nonce,
            verifier=verifier,
            link_user_id=linking.user_id if linking else None,
            link_session_id=linking.session_id if linking else None,
            as_tokens=as_tokens,
        ),
        now=now,
        until=now + WITHIN,
    )
    return Begun(location, browser)


async def finish_login(
    identity: Identity, provider: LoginProvider, came: Came, context: Context
) -> tuple[Session, bool]:
    """The session, and whether it is to end with tokens.

    Raises:
        ProviderRefused: this browser did not begin it, it took too long, or the provider's answer is not right.
        LoginRefused: nobody here has the account, or the user is disabled.
        Refused: the account cannot be linked.
        ProviderUnavailable: the provider does not answer.
    """
    digest = identity.secrets.digest
    flow = await identity.credentials.finish_flow(
        digest(came.state), digest(came.browser), identity.commands.clock.now()
    )
    if flow is None or flow.provider != provider.name:
        raise ProviderRefused("the login was not begun in this browser, was finished already, or took too long")
    claimed = await provider.exchange(
        came.code, redirect_uri=came.redirect_uri, state=came.state, nonce=flow.nonce, verifier=flow.verifier
    )
    account = Account(claimed.issuer, claimed.subject)
    user = await _whose(identity, account, claimed, flow, context)
    if user is None:
        await record_failure(identity, None, "not-linked", came.address, came.network, context)
        raise LoginRefused("not-linked")
    if not user.enabled:
        await record_failure(identity, user, "disabled", came.address, came.network, context)
        raise LoginRefused("disabled")
    return await begin_session(identity, user, "oidc", came.address, context), flow.as_tokens


async def _whose(identity: Identity, account: Account, claimed: Claimed, flow: Flow, context: Context) -> User | None:
    services = identity.commands
    if flow.link_user_id is not None:
        # Whoever was logged out in the meantime, as by a changed password, leaves no door open behind them.
        now = services.clock.now()
        if not await identity.credentials.session_is_live(flow.link_session_id or "", now):
            raise ProviderRefused("the session in which it was begun has ended")
        await link_account(identity, flow.link_user_id, account, _by(flow.link_user_id, context))
        return await load_user(services, flow.link_user_id)
    owner = await identity.credentials.linked(account_key(identity, account))
    if owner is not None:
        try:
            linked_to = await load_user(services, owner)
        except (NotFound, SubjectErased):
            return None
        return linked_to if account in linked_to.accounts else None
    user = await find_user(services, claimed.verified_email) if claimed.verified_email else None
    if user is None or not _may_be_linked_by_address(user, claimed.verified_email or "", account.issuer):
        return None
    await link_account(identity, user.id, account, _by(user.id, context))
    return await load_user(services, user.id)


def _may_be_linked_by_address(user: User, email: str, issuer: str) -> bool:
    """Whether an issuer's word for an address is enough to let somebody in as its user for the first time.

    Not for administrators, nor past somebody's one-time codes: those link their accounts when logged in, or have an
    administrator do it. Beyond ASCII two addresses can be one by the rules of Unicode and two to their mail servers.
    """
    return (
        user.enabled
        and "admin" not in user.roles
        and not user.totp
        and email.isascii()
        and user.email.isascii()
        and all(linked.issuer != issuer for linked in user.accounts)
    )


def _by(user_id: str, context: Context) -> Context:
    return Context(f"user:{user_id}", context.correlation_id, context.trace_id, context.cause)
