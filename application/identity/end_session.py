"""``EndSession``: its tokens work no longer.

The event comes first and the refresh tokens after it: should the process die between, repeating the command ends both.
"""

from __future__ import annotations

from application.commands import Context, Result
from application.identity.services import Identity
from application.identity.users import append_login
from domain.identity.events import SessionEnd, SessionEnded


async def end_session(identity: Identity, user_id: str, session_id: str, why: SessionEnd, context: Context) -> int:
    """Returns the position reached. Raises ``LedgerUnavailable``."""
    now = identity.commands.clock.now()
    event = SessionEnded(user_id=user_id, at=now, session_id=session_id, why=why)
    position = await append_login(identity.commands, user_id, [event], context)
    await identity.credentials.end_sessions([session_id], now)
    return position


async def end_all_sessions(
    identity: Identity, user_id: str, why: SessionEnd, context: Context, result: Result, *, but: str | None = None
) -> Result:
    """End every session of the user, ``but`` one; ``result`` with the position reached.

    Raises:
        LedgerUnavailable: some may have ended; repeat the command.
    """
    now = identity.commands.clock.now()
    ending = [live for live in await identity.credentials.live_sessions(user_id, now) if live != but]
    if not ending:
        return result
    events = [SessionEnded(user_id=user_id, at=now, session_id=session_id, why=why) for session_id in ending]
    position = await append_login(identity.commands, user_id, events, context)
    await identity.credentials.end_sessions(ending, now)
    return Result(result.id, max(position, result.position), result.version)
