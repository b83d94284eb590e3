"""``EnrolTotp``: one-time codes from an app, in two steps: a seed is proposed, and used once a code of it was right."""

from __future__ import annotations

from typing import NamedTuple

from application.commands import Context, Result
from application.identity.login_refused import LoginRefused, locked
from application.identity.services import Identity
from application.identity.users import change_user, load_user
from domain.identity import user as users
from domain.identity.addresses import canonical
from domain.refusal import Refused


class Proposed(NamedTuple):
    """Shown once."""

    secret: str
    """Base32."""
    address: str
    """``otpauth://…``"""


async def propose_totp(identity: Identity, user_id: str) -> Proposed:
    """Raises ``Refused``: codes are in use already."""
    user = await load_user(identity.commands, user_id)
    if user.totp:
        raise Refused("One-time codes are in use already. Remove them first.")
    seed = identity.secrets.seed()
    await identity.credentials.propose_seed(user_id, seed)
    return Proposed(identity.secrets.base32(seed), identity.secrets.address_to_scan(seed, user.email))


async def confirm_totp(identity: Identity, user_id: str, code: str, context: Context) -> Result:
    """Raises ``Refused``: nothing was proposed, or the code is not one of it."""
    seed = await identity.credentials.seed(user_id, proposed=True)
    if seed is None:
        raise Refused("Nothing is waiting to be confirmed. Ask for a secret first: POST /api/v1/me/totp.")
    now = identity.commands.clock.now()
    step = identity.secrets.step_of(seed, code, int(now.timestamp()))
    if step is None:
        raise Refused(
            "The code is wrong. Check the clock of your device, and send the six digits it shows now.", "code"
        )
    await identity.credentials.confirm_seed(user_id, step)
    return await change_user(identity.commands, user_id, lambda user: users.enable_totp(user, now), context)


async def prove_code(identity: Identity, user_id: str, email: str, code: str) -> None:
    """Raises ``LoginRefused``: the code is wrong or was used, or the account is locked after too many attempts."""
    account = identity.commands.blind.fingerprint("email", canonical(email))
    now = identity.commands.clock.now()
    until = await identity.credentials.begin_attempt(account, now)
    if until is not None:
        raise locked(until, now)
    seed = await identity.credentials.seed(user_id)
    step = None if seed is None else identity.secrets.step_of(seed, code, int(now.timestamp()))
    if step is None or not await identity.credentials.use_step(user_id, step):
        raise LoginRefused("wrong-code")
    await identity.credentials.attempt_succeeded(account)
