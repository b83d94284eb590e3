"""``ReviseUser``: another name, address, language, or record that is the user's own."""

from __future__ import annotations

from typing import Any

from application.commands import ATTEMPTS, Context, Result, Services, StaleVersion, in_stream, load
from application.identity.users import claim, version_of
from application.ports.ledger import NewEvent, VersionConflict
from domain.identity import user as users
from domain.identity.addresses import canonical
from domain.identity.events import EmailReleased, UserRevised, email_stream, user_stream


async def revise_user(
    services: Services,
    user_id: str,
    changes: dict[str, Any],
    context: Context,
    *,
    expected_version: int | None = None,
) -> Result:
    """``changes`` as ``domain.identity.user.revise`` takes them. A new address is claimed, the old one released.

    Raises:
        NotFound: there is no such user.
        Refused: something cannot be, or the e-mail address is another's.
        StaleVersion: the user is not at ``expected_version``.
        LedgerUnavailable: nothing was stored.
    """
    stream = user_stream(user_id)
    for _ in range(ATTEMPTS):
        user, history = await load(services, stream, users.evolve)
        version = history[-1].version
        if repeated := [recorded for recorded in history if context.repeats(recorded)]:
            return Result(user_id, repeated[-1].position, repeated[-1].version)
        if expected_version is not None and expected_version != version:
            raise StaleVersion(version)
        decided = users.revise(user, changes, services.clock.now())
        if not decided:
            return Result(user_id, history[-1].position, version)
        moved: list[NewEvent] = []
        revised = decided[0]
        if isinstance(revised, UserRevised) and canonical(revised.email) != canonical(user.email):
            claimed = await claim(services, revised.email, user_id, context)
            moved += [claimed] if claimed else []
            left = email_stream(services.blind.fingerprint("email", canonical(user.email)))
            released = EmailReleased(user_id=user_id, at=services.clock.now())
            moved += in_stream(left, await version_of(services, left), [released], context)
        try:
            position = await services.writer.append([*moved, *in_stream(stream, version, decided, context)])
        except VersionConflict:
            continue
        return Result(user_id, position, version + len(decided))
    raise VersionConflict("Others keep changing this user. Try again.")
