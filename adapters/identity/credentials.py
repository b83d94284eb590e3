"""The credentials port on PostgreSQL, schema ``identity``; seeds and verifiers sealed under the master key."""

from __future__ import annotations

import asyncio
import hmac
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg.rows import tuple_row

from adapters.postgres.database import PostgresDatabase
from application.ports.credentials import FAILURES, LOCK, WINDOW, Flow, Rotation
from application.ports.vault import VaultError
from projections import named_sql

_SQL = named_sql.load("adapters.identity", "credentials.sql")
_NONCE = 12
_flows = msgspec.json.Decoder(Flow)


class PostgresCredentials:
    """Implements ``application.ports.credentials.Credentials``."""

    def __init__(self, database: PostgresDatabase, master_key: bytes) -> None:
        self._database = database
        self._turns: dict[str, asyncio.Lock] = {}
        self._cipher = AESGCM(hmac.digest(master_key, b"vitalog identity v1", "sha256"))

    async def password(self, user_id: str) -> str | None:
        """As ``Credentials.password``."""
        return await self._value("password", user=user_id)

    async def set_password(self, user_id: str, hashed: str) -> None:
        """As ``Credentials.set_password``."""
        await self._rows("set_password", user=user_id, hashed=hashed)

    async def begin_attempt(self, account: str, now: datetime) -> datetime | None:
        """As ``Credentials.begin_attempt``: ``FAILURES`` within ``WINDOW`` lock the account for ``LOCK``."""
        return await self._value(
            "begin_attempt", account=account, now=now, since=now - WINDOW, until=now + LOCK, allowed=FAILURES
        )

    async def attempt_succeeded(self, account: str) -> None:
        """As ``Credentials.attempt_succeeded``."""
        await self._rows("attempt_succeeded", account=account)

    async def propose_seed(self, user_id: str, seed: bytes) -> None:
        """As ``Credentials.propose_seed``."""
        await self._rows("propose_seed", user=user_id, sealed=self._seal(user_id, seed))

    async def seed(self, user_id: str, *, proposed: bool = False) -> bytes | None:
        """As ``Credentials.seed``. Raises ``VaultError``: it was sealed under another master key."""
        rows = await self._rows("seeds", user=user_id)
        sealed = rows[0][1 if proposed else 0] if rows else None
        return None if sealed is None else self._open(user_id, bytes(sealed))

    async def confirm_seed(self, user_id: str, step: int) -> None:
        """As ``Credentials.confirm_seed``."""
        await self._rows("confirm_seed", user=user_id, step=step)

    async def use_step(self, user_id: str, step: int) -> bool:
        """As ``Credentials.use_step``."""
        return bool(await self._rows("use_step", user=user_id, step=step))

    async def drop_seeds(self, user_id: str) -> None:
        """As ``Credentials.drop_seeds``."""
        await self._rows("drop_seeds", user=user_id)

    async def open_session(
        self, session_id: str, user_id: str, refresh: bytes, *, now: datetime, expires_at: datetime
    ) -> None:
        """As ``Credentials.open_session``."""
        await self._rows("open_session", session=session_id, user=user_id, digest=refresh, expires=expires_at)
        await self._rows("forget_sessions", now=now)
        await self._rows("forget_attempts", now=now, since=now - WINDOW)

    async def rotate(self, refresh: bytes, following: bytes, *, now: datetime) -> Rotation:
        """As ``Credentials.rotate``."""
        async with self._database.connection() as db, db.transaction(), db.cursor(row_factory=tuple_row) as cursor:
            await cursor.execute(_SQL["use_refresh_token"], {"digest": refresh, "now": now})
            if used := await cursor.fetchone():
                await cursor.execute(_SQL["add_refresh_token"], {"digest": following, "session": used[0]})
                return Rotation(outcome="rotated", session_id=used[0], user_id=used[1])
            await cursor.execute(_SQL["refresh_token"], {"digest": refresh})
            known = await cursor.fetchone()
        if known is None or not known[0]:
            return Rotation(outcome="refused")
        return Rotation(outcome="reused", session_id=known[1], user_id=known[2], ended=known[3])

    async def live_sessions(self, user_id: str, now: datetime) -> list[str]:
        """As ``Credentials.live_sessions``."""
        return [row[0] for row in await self._rows("live_sessions", user=user_id, now=now)]

    async def session_is_live(self, session_id: str, now: datetime) -> bool:
        """As ``Credentials.session_is_live``."""
        return bool(await self._rows("session_is_live", session=session_id, now=now))

    async def end_sessions(self, session_ids: Sequence[str], now: datetime) -> None:
        """As ``Credentials.end_sessions``."""
        await self._rows("end_sessions", sessions=list(session_ids), now=now)

    async def keep_api_key(self, digest: bytes, key_id: str, user_id: str, expires_at: datetime) -> None:
        """As ``Credentials.keep_api_key``."""
        await self._rows("keep_api_key", digest=digest, key=key_id, user=user_id, expires=expires_at)

    async def api_key(self, digest: bytes, now: datetime) -> str | None:
        """As ``Credentials.api_key``."""
        return await self._value("api_key", digest=digest, now=now)

    async def api_key_works(self, key_id: str, now: datetime) -> bool:
        """As ``Credentials.api_key_works``."""
        return bool(await self._rows("api_key_works", key=key_id, now=now))

    async def drop_api_key(self, key_id: str) -> None:
        """As ``Credentials.drop_api_key``."""
        await self._rows("drop_api_key", key=key_id)

    async def link(self, account: str, user_id: str) -> str:
        """As ``Credentials.link``."""
        return str(await self._value("link", account=account, user=user_id))

    async def linked(self, account: str) -> str | None:
        """As ``Credentials.linked``."""
        return await self._value("linked", account=account)

    async def unlink(self, account: str, user_id: str) -> None:
        """As ``Credentials.unlink``."""
        await self._rows("unlink", account=account, user=user_id)

    async def begin_flow(self, state: bytes, browser: bytes, flow: Flow, *, now: datetime, until: datetime) -> None:
        """As ``Credentials.begin_flow``."""
        sealed = self._seal(state.hex(), msgspec.json.encode(flow))
        await self._rows("begin_flow", state=state, browser=browser, sealed=sealed, until=until)
        await self._rows("forget_flows", now=now)

    async def finish_flow(self, state: bytes, browser: bytes, now: datetime) -> Flow | None:
        """As ``Credentials.finish_flow``."""
        rows = await self._rows("finish_flow", state=state, browser=browser, now=now)
        if not rows or not rows[0][0]:
            return None
        return _flows.decode(self._open(state.hex(), bytes(rows[0][1])))

    async def forget(self, user_id: str) -> None:
        """As ``Credentials.forget``."""
        await self._rows("forget", user=user_id)

    @asynccontextmanager
    async def alone(self, what: str) -> AsyncGenerator[None]:
        """As ``Credentials.alone``: an advisory lock, held by a connection of the block's own."""
        # Those of this process wait without a connection: all of them together would leave none for whoever is first.
        turn = self._turns.setdefault(what, asyncio.Lock())
        async with turn, self._database.connection() as db, db.transaction():
            await db.execute(_SQL["alone"], {"what": what})
            yield

    def _seal(self, owner: str, plain: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, owner.encode())

    def _open(self, owner: str, sealed: bytes) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], owner.encode())
        except InvalidTag:
            raise VaultError(
                "The one-time codes were set up under another master key. Point VITALOG_MASTER_KEY_FILE at that key, "
                "or let an administrator reset the user's login."
            ) from None

    async def _value(self, statement: str, **values: object) -> Any:
        rows = await self._rows(statement, **values)
        return rows[0][0] if rows else None

    async def _rows(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        async with self._database.connection() as db, db.cursor(row_factory=tuple_row) as cursor:
            await cursor.execute(_SQL[statement], values)
            return await cursor.fetchall() if cursor.description else []
