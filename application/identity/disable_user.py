"""``DisableUser``: no token, key or password of the user works from now on."""

from __future__ import annotations

from collections.abc import Sequence

from application.commands import Context, Result
from application.identity.administrators import ONE_AT_A_TIME, administrators, bootstrap_works
from application.identity.end_session import end_all_sessions
from application.identity.services import Identity
from application.identity.users import change_user
from domain.identity import user as users
from domain.identity.administrators import keep_one
from domain.identity.user import User
from domain.kernel import Event


async def disable_user(identity: Identity, user_id: str, context: Context) -> Result:
    """Raises as ``application.commands.change``; ``Refused`` also when nobody could administer any more."""
    services = identity.commands
    async with identity.credentials.alone(ONE_AT_A_TIME):
        left, token = await administrators(services), await bootstrap_works(services)

        def decide(user: User) -> Sequence[Event]:
            decided = users.disable(user, services.clock.now())
            keep_one(decided, user, left, bootstrap_works=token)
            return decided

        result = await change_user(services, user_id, decide, context)
    return await end_all_sessions(identity, user_id, "user-disabled", context, result)
