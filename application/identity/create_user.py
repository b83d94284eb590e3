"""``CreateUser``: somebody may log in from now on, if a password is given or an account linked later."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid5

from application.commands import Context, Result, in_stream
from application.identity.services import Identity
from application.identity.users import claim
from application.ports.ledger import VersionConflict
from domain.identity import passwords
from domain.identity import user as users
from domain.identity.events import PasswordSet, user_stream
from domain.identity.user import Particulars
from domain.kernel import Event

_USERS = UUID("6a0f9d3c-2c43-5e0d-9c55-2f4b1c1f5d07")


async def create_user(identity: Identity, given: Particulars, password: str | None, context: Context) -> Result:
    """Create a user whose id follows from the request: repeating the command finds the same user.

    Raises:
        Refused: something about the user cannot be, the password is too weak, or the e-mail address is another's.
        LedgerUnavailable: nothing was stored.
    """
    services = identity.commands
    user_id = str(uuid5(_USERS, context.once))
    stream = user_stream(user_id)
    history = await asyncio.to_thread(services.ledger.read_stream, stream)
    if history:
        own = [recorded for recorded in history if context.repeats(recorded)] or history[:1]
        return Result(user_id, own[-1].position, own[-1].version)
    now = services.clock.now()
    created = users.create(user_id, given, now)
    events: list[Event] = [created]
    claimed = await claim(services, created.email, user_id, context)
    if password is not None:
        passwords.check(password, email=created.email, name=created.name)
        hashed = await identity.passwords.hash(passwords.normalised(password))
        await identity.credentials.set_password(user_id, hashed)
        events.append(PasswordSet(user_id=user_id, at=now))
    try:
        position = await services.writer.append(
            [*([claimed] if claimed else []), *in_stream(stream, 0, events, context)]
        )
    except VersionConflict:
        # The same command twice at once, or somebody took the address just now: the next look tells.
        return await create_user(identity, given, password, context)
    return Result(user_id, position, len(events))
