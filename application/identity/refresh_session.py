"""``RefreshSession``: a refresh token is exchanged for the next one. Each works once.

A token that is presented a second time was copied: by a thief, or from one. Nobody can tell which of the two is the
user, so the session ends for both.
"""

from __future__ import annotations

from application.commands import Context, NotFound
from application.identity.end_session import end_session
from application.identity.log_in import Session
from application.identity.login_refused import LoginRefused
from application.identity.services import Identity
from application.identity.users import load_user
from application.ports.subject_keys import SubjectErased


async def refresh_session(identity: Identity, refresh_token: str, context: Context) -> Session:
    """The same session, with the following refresh token.

    Raises:
        LoginRefused: the token is unknown, was used before (then the session has ended), or its session has ended.
        LedgerUnavailable: the token may have been used; log in again.
    """
    following = identity.secrets.token("vr_")
    rotation = await identity.credentials.rotate(
        identity.secrets.digest(refresh_token), identity.secrets.digest(following), now=identity.commands.clock.now()
    )
    if rotation.outcome == "refused":
        raise LoginRefused("refresh-refused")
    as_user = Context(f"user:{rotation.user_id}", context.correlation_id, context.trace_id, context.cause)
    if rotation.outcome == "reused":
        if not rotation.ended:
            await end_session(identity, rotation.user_id, rotation.session_id, "token-reused", as_user)
        raise LoginRefused("refresh-reused")
    try:
        user = await load_user(identity.commands, rotation.user_id)
    except (NotFound, SubjectErased):
        raise LoginRefused("refresh-refused") from None
    if not user.enabled:
        raise LoginRefused("disabled")
    return Session(user, rotation.session_id, following, 0)
