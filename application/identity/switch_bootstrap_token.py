"""``SwitchBootstrapToken``: off once administrators can log in by themselves, and on again in need."""

from __future__ import annotations

from application.commands import ATTEMPTS, Context, Result, in_stream
from application.identity.administrators import ONE_AT_A_TIME, administrators, bootstrap_works
from application.identity.services import Identity
from application.identity.users import version_of
from application.ports.ledger import VersionConflict
from domain.identity.administrators import switch
from domain.identity.events import BOOTSTRAP_STREAM


async def switch_bootstrap_token(identity: Identity, works: bool, context: Context) -> Result:
    """Raises ``Refused``: switched off, it would leave nobody who can administer."""
    services = identity.commands
    async with identity.credentials.alone(ONE_AT_A_TIME):
        for _ in range(ATTEMPTS):
            version = await version_of(services, BOOTSTRAP_STREAM)
            events = switch(
                works=works,
                now_works=await bootstrap_works(services),
                administrators=await administrators(services),
                at=services.clock.now(),
            )
            if not events:
                return Result("bootstrap-token", 0, version)
            try:
                position = await services.writer.append(in_stream(BOOTSTRAP_STREAM, version, events, context))
            except VersionConflict:
                continue
            return Result("bootstrap-token", position, version + 1)
    raise VersionConflict("Others keep switching the bootstrap token. Try again.")
