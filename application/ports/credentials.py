"""Where everything is kept by which somebody can prove who they are: outside the ledger, so that it can be destroyed.

Passwords and seeds come in as they were hashed or sealed by the adapter, tokens and keys as SHA-256 digests: nothing in
here can be used by whoever reads it. Every method may raise ``LedgerUnavailable``.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Literal, Protocol

import msgspec

FAILURES = 10
"""So many attempts within ``WINDOW`` lock an account for ``LOCK``."""
WINDOW = LOCK = timedelta(minutes=15)


class Rotation(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a refresh token that was presented."""

    outcome: Literal["rotated", "reused", "refused"]
    """``reused``: it was exchanged before; ``refused``: unknown, or its session has ended or expired."""
    session_id: str = ""
    user_id: str = ""
    ended: bool = False
    """Of a reused one: whether its session is known to have ended."""


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A login through a provider that was begun and not finished yet."""

    provider: str
    nonce: str
    verifier: str
    """PKCE: what the challenge is the SHA-256 of."""
    link_user_id: str | None
    """Who wants to link the account; None: somebody wants to log in."""
    link_session_id: str | None = None
    """In which session: it must be a live one still when they come back."""
    as_tokens: bool = False
    """The login is to end with tokens instead of a page."""


class Credentials(Protocol):
    """Times are those of the caller's clock."""

    async def password(self, user_id: str) -> str | None:
        """The hash of the user's password."""
        ...

    async def set_password(self, user_id: str, hashed: str) -> None:
        """Replace it."""
        ...

    async def begin_attempt(self, account: str, now: datetime) -> datetime | None:
        """Count an attempt to log in as failed until ``attempt_succeeded`` says otherwise, so that many at once count
        too. Returns until when the account is locked; None: it may be tried.
        """
        ...

    async def attempt_succeeded(self, account: str) -> None:
        """Forget the account's failures."""
        ...

    async def propose_seed(self, user_id: str, seed: bytes) -> None:
        """Keep a one-time-password seed, beside one that is in use, until ``confirm_seed``."""
        ...

    async def seed(self, user_id: str, *, proposed: bool = False) -> bytes | None:
        """The seed in use, or the one proposed."""
        ...

    async def confirm_seed(self, user_id: str, step: int) -> None:
        """The proposed seed is in use from now on; the code of ``step`` has been used."""
        ...

    async def use_step(self, user_id: str, step: int) -> bool:
        """Whether the code of this time step may be used: once, and none that is older than the last one used."""
        ...

    async def drop_seeds(self, user_id: str) -> None:
        """Destroy both."""
        ...

    async def open_session(
        self, session_id: str, user_id: str, refresh: bytes, *, now: datetime, expires_at: datetime
    ) -> None:
        """A session and the digest of its first refresh token."""
        ...

    async def rotate(self, refresh: bytes, following: bytes, *, now: datetime) -> Rotation:
        """Exchange a refresh token for the following one. Of many at once, exactly one is ``rotated``."""
        ...

    async def live_sessions(self, user_id: str, now: datetime) -> list[str]:
        """Sessions of a user that have neither ended nor expired."""
        ...

    async def session_is_live(self, session_id: str, now: datetime) -> bool:
        """Whether a session was begun and has neither ended nor expired."""
        ...

    async def end_sessions(self, session_ids: Sequence[str], now: datetime) -> None:
        """Their refresh tokens work no longer."""
        ...

    async def keep_api_key(self, digest: bytes, key_id: str, user_id: str, expires_at: datetime) -> None:
        """The digest of an API key."""
        ...

    async def api_key(self, digest: bytes, now: datetime) -> str | None:
        """The id of the key with that digest, unless it has expired."""
        ...

    async def api_key_works(self, key_id: str, now: datetime) -> bool:
        """Whether it has neither expired nor been dropped."""
        ...

    async def drop_api_key(self, key_id: str) -> None:
        """The key works no longer."""
        ...

    async def link(self, account: str, user_id: str) -> str:
        """Link a provider's account, by its keyed hash, to a user; returns whose it is now: that of an earlier link
        if there is one.
        """
        ...

    async def linked(self, account: str) -> str | None:
        """Whose the account is."""
        ...

    async def unlink(self, account: str, user_id: str) -> None:
        """It is that user's no longer."""
        ...

    async def begin_flow(self, state: bytes, browser: bytes, flow: Flow, *, now: datetime, until: datetime) -> None:
        """Remember a login through a provider by the digests of its state and of the browser's cookie."""
        ...

    async def finish_flow(self, state: bytes, browser: bytes, now: datetime) -> Flow | None:
        """Take it out: it can be finished once, within its time, and by the browser that began it."""
        ...

    async def forget(self, user_id: str) -> None:
        """Destroy everything by which the user could prove who they are."""
        ...

    def alone(self, what: str) -> AbstractAsyncContextManager[None]:
        """Within the block no other process is in a block of the same name."""
        ...
