"""``GrantRole``: the user may do more from now on."""

from __future__ import annotations

from application.commands import Context, Result, Services
from application.identity.users import change_user
from domain.identity import user as users
from domain.identity.events import Role


async def grant_role(services: Services, user_id: str, role: Role, context: Context) -> Result:
    """Raises as ``application.commands.change``."""
    now = services.clock.now()
    return await change_user(services, user_id, lambda user: users.grant(user, role, now), context)
