"""Who administers, from the ledger itself: a read model could be a moment behind, and then nobody be left."""

from __future__ import annotations

import asyncio

from application.commands import Services
from domain.identity import user as users
from domain.identity.administrators import can_administer
from domain.identity.events import BOOTSTRAP_STREAM, BootstrapTokenSwitched, UserEvent
from domain.identity.user import User
from domain.kernel import event_types

ONE_AT_A_TIME = "administrators"
"""Decisions that could leave nobody are taken one after the other, across all processes."""
_PAGE = 5_000
_TYPES = sorted(name for name, cls in event_types().items() if issubclass(cls, UserEvent))


async def administrators(services: Services) -> set[str]:
    """Ids of the users who are administrators and can log in."""
    found: dict[str, User | None] = {}
    after = 0
    while page := await asyncio.to_thread(services.ledger.read, after, _PAGE, types=_TYPES):
        for recorded in page:
            # What cannot be opened any more is about somebody who was erased, who administers nothing.
            user_id = recorded.stream.partition(":")[2]
            found[user_id] = users.evolve(found.get(user_id), recorded.event)
        after = page[-1].position
    return {user.id for user in found.values() if user is not None and can_administer(user)}


async def bootstrap_works(services: Services) -> bool:
    """Whether the token from the settings works; it does until an administrator switches it off."""
    newest = await asyncio.to_thread(services.ledger.read_stream, BOOTSTRAP_STREAM, limit=1, newest_first=True)
    return not newest or not isinstance(newest[0].event, BootstrapTokenSwitched) or newest[0].event.works
