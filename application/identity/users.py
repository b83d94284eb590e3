"""Reading and changing one user, as every use case does it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from application.commands import ATTEMPTS, Context, NotFound, Result, Services, change, every, in_stream, load
from application.ports.ledger import NewEvent, VersionConflict
from application.ports.subject_keys import SubjectErased
from domain.identity import user as users
from domain.identity.addresses import canonical
from domain.identity.events import EmailClaimed, UserEvent, email_stream, logins_stream, user_stream
from domain.identity.user import User
from domain.kernel import Event, event_types, subject_of
from domain.refusal import Refused

_TYPES = sorted(name for name, cls in event_types().items() if issubclass(cls, UserEvent))


async def load_user(services: Services, user_id: str) -> User:
    """The user as the ledger has it now. Raises ``NotFound``."""
    state, _ = await load(services, user_stream(user_id), users.evolve)
    return state


async def all_users(services: Services) -> list[User]:
    """Everybody who was not erased, as the ledger has it now: a read model could be a moment behind."""
    found: dict[str, User | None] = {}
    async for recorded in every(services, _TYPES):
        # What cannot be opened any more is about somebody who was erased: it adds up to nobody.
        user_id = subject_of(recorded.stream)
        found[user_id] = users.evolve(found.get(user_id), recorded.event)
    return [user for user in found.values() if user is not None]


async def find_user(services: Services, email: str) -> User | None:
    """Who has an e-mail address, in whatever case it is typed."""
    stream = email_stream(services.blind.fingerprint("email", canonical(email)))
    newest = await asyncio.to_thread(services.ledger.read_stream, stream, limit=1, newest_first=True)
    if not newest or not isinstance(newest[0].event, EmailClaimed):
        return None
    try:
        return await load_user(services, newest[0].event.user_id)
    except (NotFound, SubjectErased):
        return None


async def change_user(
    services: Services,
    user_id: str,
    decide: Callable[[User], Sequence[Event]],
    context: Context,
    *,
    expected_version: int | None = None,
) -> Result:
    """As ``application.commands.change``."""
    return await change(
        services,
        context,
        id=user_id,
        stream=user_stream(user_id),
        evolve=users.evolve,
        decide=decide,
        expected_version=expected_version,
    )


async def version_of(services: Services, stream: str) -> int:
    """Version of the newest event of a stream; 0: there is none."""
    newest = await asyncio.to_thread(services.ledger.read_stream, stream, limit=1, newest_first=True)
    return newest[0].version if newest else 0


async def append_to(services: Services, stream: str, events: Sequence[Event], context: Context) -> int:
    """Append to a stream whose events do not depend on one another. Returns the position reached."""
    for _ in range(ATTEMPTS * 4):
        version = await version_of(services, stream)
        try:
            return await services.writer.append(in_stream(stream, version, events, context))
        except VersionConflict:
            continue
    raise VersionConflict(f"Others keep appending to {stream}. Try again.")


async def append_login(services: Services, user_id: str, events: Sequence[Event], context: Context) -> int:
    """Something about a user's logins, beside the user itself."""
    return await append_to(services, logins_stream(user_id), events, context)


async def claim(services: Services, email: str, user_id: str, context: Context) -> NewEvent | None:
    """The event that makes an address the user's; None: it is already.

    Raises:
        Refused: it is another's.
    """
    stream = email_stream(services.blind.fingerprint("email", canonical(email)))
    newest = await asyncio.to_thread(services.ledger.read_stream, stream, limit=1, newest_first=True)
    if newest and isinstance(newest[0].event, EmailClaimed):
        if newest[0].event.user_id == user_id:
            return None
        raise Refused("Another user has this e-mail address.", "email")
    event = EmailClaimed(user_id=user_id, at=services.clock.now())
    return in_stream(stream, newest[0].version if newest else 0, [event], context)[0]
