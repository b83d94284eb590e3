"""Who administers, from the ledger itself: a read model could be a moment behind, and then nobody be left."""

from __future__ import annotations

import asyncio

from application.commands import Services
from application.identity.users import all_users
from domain.identity.administrators import can_administer
from domain.identity.events import BOOTSTRAP_STREAM, BootstrapTokenSwitched

ONE_AT_A_TIME = "administrators"
"""Decisions that could leave nobody are taken one after the other, across all processes."""


async def administrators(services: Services) -> set[str]:
    """Ids of the users who are administrators and can log in."""
    return {user.id for user in await all_users(services) if can_administer(user)}


async def bootstrap_works(services: Services) -> bool:
    """Whether the token from the settings works; it does until an administrator switches it off."""
    newest = await asyncio.to_thread(services.ledger.read_stream, BOOTSTRAP_STREAM, limit=1, newest_first=True)
    return not newest or not isinstance(newest[0].event, BootstrapTokenSwitched) or newest[0].event.works
