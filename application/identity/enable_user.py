"""``EnableUser``: the user can log in again. Sessions that ended stay ended."""

from __future__ import annotations

from application.commands import Context, Result
from application.identity.services import Identity
from application.identity.users import change_user
from domain.identity import user as users


async def enable_user(identity: Identity, user_id: str, context: Context) -> Result:
    """Raises as ``application.commands.change``."""
    now = identity.commands.clock.now()
    return await change_user(identity.commands, user_id, lambda user: users.enable(user, now), context)
