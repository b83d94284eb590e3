"""``EraseUser``: who the user was is forgotten, in every copy; what they did stays under their id.

The events come first, all in one append, then what they could log in with, then the key. A crash in between leaves
somebody who cannot log in; repeating the command, or the next start of the API (``finish_user_erasures``), ends it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from application.commands import ATTEMPTS, Context, Result, Services, every, in_stream, load
from application.identity.administrators import ONE_AT_A_TIME, administrators, bootstrap_works
from application.identity.revoke_role import revoke_role
from application.identity.services import Identity
from application.identity.users import all_users, version_of
from application.ports.ledger import VersionConflict
from domain.identity import user as users
from domain.identity.addresses import canonical
from domain.identity.administrators import keep_one
from domain.identity.events import (
    EmailReleased,
    SessionEnded,
    UserErased,
    email_stream,
    logins_stream,
    user_erasure_stream,
    user_stream,
)
from domain.kernel import subject_of


async def erase_user(identity: Identity, user_id: str, context: Context) -> Result:
    """Erase the user; harmless when they are erased already. Their e-mail address can be another's afterwards.

    The result's version is that of the user's stream, which ends here.

    Raises:
        NotFound: there is, and was, no such user.
        Refused: nobody could administer any more.
        LedgerUnavailable: repeat it; whatever was done is found.
    """
    async with identity.credentials.alone(ONE_AT_A_TIME):
        for _ in range(ATTEMPTS):
            done = await _already(identity.commands, user_id) or await _erase(identity, user_id, context)
            if done is not None:
                break
        else:
            raise VersionConflict("Others keep changing this user. Try again.")
    await _destroy(identity, user_id)
    return done


async def erase_accounts_of(identity: Identity, patients: Collection[str], context: Context) -> None:
    """Erase the users who were users as these patients alone; from others the role ``patient`` is taken.

    Raises:
        LedgerUnavailable: some may be left; repeat it.
    """
    erased = set(patients)
    for user in await all_users(identity.commands) if erased else ():
        if user.patient_id not in erased:
            continue
        if set(user.roles) <= {"patient"}:
            await erase_user(identity, user.id, context)
        elif "patient" in user.roles:
            await revoke_role(identity, user.id, "patient", context)


async def finish_user_erasures(identity: Identity) -> None:
    """Destroy what a crash has left of users who were erased. Raises ``LedgerUnavailable``: some may be left."""
    async for recorded in every(identity.commands, [UserErased.type]):
        await _destroy(identity, subject_of(recorded.stream))


async def _already(services: Services, user_id: str) -> Result | None:
    found = await asyncio.to_thread(services.ledger.read_stream, user_erasure_stream(user_id), limit=1)
    return Result(user_id, found[0].position, await version_of(services, user_stream(user_id))) if found else None


async def _erase(identity: Identity, user_id: str, context: Context) -> Result | None:
    """None: another writer came first."""
    services = identity.commands
    user, history = await load(services, user_stream(user_id), users.evolve)
    now = services.clock.now()
    disabled = users.disable(user, now)
    keep_one(disabled, user, await administrators(services), bootstrap_works=await bootstrap_works(services))
    address = services.blind.fingerprint("email", canonical(user.email))
    left, version, logins = email_stream(address), history[-1].version, logins_stream(user_id)
    ended = [
        SessionEnded(user_id=user_id, at=now, session_id=session_id, why="user-disabled")
        for session_id in await identity.credentials.live_sessions(user_id, now)
    ]
    try:
        position = await services.writer.append(
            [
                *in_stream(user_stream(user_id), version, disabled, context),
                *in_stream(logins, await version_of(services, logins), ended, context),
                *in_stream(left, await version_of(services, left), [EmailReleased(user_id=user_id, at=now)], context),
                *in_stream(user_erasure_stream(user_id), 0, [UserErased(user_id=user_id, at=now)], context),
            ]
        )
    except VersionConflict:
        return None
    await identity.credentials.attempt_succeeded(address)
    return Result(user_id, position, version + len(disabled))


async def _destroy(identity: Identity, user_id: str) -> None:
    await identity.credentials.forget(user_id)
    await asyncio.to_thread(identity.commands.keys.destroy, [user_id])
