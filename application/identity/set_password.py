"""``SetPassword``: by the user who knows the old one, or by an administrator. Every other session of the user ends."""

from __future__ import annotations

from collections.abc import Sequence

from application.commands import Context, Result
from application.identity.end_session import end_all_sessions
from application.identity.login_refused import LoginRefused, locked
from application.identity.services import Identity
from application.identity.users import change_user, load_user
from domain.identity import passwords
from domain.identity import user as users
from domain.identity.addresses import canonical
from domain.identity.user import User
from domain.kernel import Event


async def change_own_password(
    identity: Identity, user_id: str, old: str, new: str, context: Context, *, session_id: str | None
) -> Result:
    """The session in which it is changed goes on.

    Raises:
        LoginRefused: the old password is wrong, or the account is locked after too many attempts.
        Refused: the new one is too weak, or the old one again.
        LedgerUnavailable: it may have changed; setting it again is safe.
    """
    user = await load_user(identity.commands, user_id)
    account = identity.commands.blind.fingerprint("email", canonical(user.email))
    now = identity.commands.clock.now()
    until = await identity.credentials.begin_attempt(account, now)
    if until is not None:
        raise locked(until, now)
    hashed = await identity.credentials.password(user_id)
    if not await identity.passwords.verify(hashed, passwords.normalised(old)):
        raise LoginRefused("wrong-password")
    await identity.credentials.attempt_succeeded(account)
    return await _set(identity, user_id, new, context, but=session_id, remove_totp=False)


async def reset_password(
    identity: Identity, user_id: str, new: str | None, context: Context, *, remove_totp: bool
) -> tuple[Result, str | None]:
    """By an administrator, for somebody who cannot log in. Without ``new`` a password is made up and returned.

    Raises:
        NotFound: there is no such user.
        Refused: the password is too weak.
        LedgerUnavailable: it may have changed; setting it again is safe.
    """
    made = None if new is not None else identity.secrets.password()
    user = await load_user(identity.commands, user_id)
    result = await _set(identity, user_id, new or made or "", context, but=None, remove_totp=remove_totp)
    await identity.credentials.attempt_succeeded(identity.commands.blind.fingerprint("email", canonical(user.email)))
    return result, made


async def _set(
    identity: Identity, user_id: str, new: str, context: Context, *, but: str | None, remove_totp: bool
) -> Result:
    user = await load_user(identity.commands, user_id)
    passwords.check(new, email=user.email, name=user.name)
    await identity.credentials.set_password(user_id, await identity.passwords.hash(passwords.normalised(new)))
    now = identity.commands.clock.now()

    def decide(user: User) -> Sequence[Event]:
        return [*users.set_password(user, now), *(users.disable_totp(user, now) if remove_totp else [])]

    result = await change_user(identity.commands, user_id, decide, context)
    if remove_totp:
        await identity.credentials.drop_seeds(user_id)
    return await end_all_sessions(identity, user_id, "password-changed", context, result, but=but)
