"""``RemoveTotp``: no one-time code is asked for any more."""

from __future__ import annotations

from application.commands import Context, Result
from application.identity.enrol_totp import prove_code
from application.identity.services import Identity
from application.identity.users import change_user, load_user
from domain.identity import user as users


async def remove_totp(identity: Identity, user_id: str, code: str, context: Context) -> Result:
    """By the user, who proves with a code that the device is still theirs. Raises ``LoginRefused``."""
    user = await load_user(identity.commands, user_id)
    if user.totp:
        await prove_code(identity, user_id, user.email, code)
    now = identity.commands.clock.now()
    result = await change_user(identity.commands, user_id, lambda user: users.disable_totp(user, now), context)
    await identity.credentials.drop_seeds(user_id)
    return result
