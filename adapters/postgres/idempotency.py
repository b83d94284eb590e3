"""Answers by ``Idempotency-Key``, in ``api.answers``."""

from __future__ import annotations

import msgspec
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from adapters.postgres.database import PostgresDatabase
from application.ports.idempotency import KeyInUse, KeyReused, SavedAnswer
from projections import named_sql

_SQL = named_sql.load("adapters.postgres", "api.sql")


class PostgresIdempotency:
    """Implements ``application.ports.idempotency.Idempotency``."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def begin(self, actor: str, key: str, fingerprint: bytes) -> SavedAnswer | None:
        """As ``Idempotency.begin``."""
        names = {"actor": actor, "key": key, "fingerprint": fingerprint}
        async with self._database.connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            if await (await cursor.execute(_SQL["take_key"], names)).fetchone():
                return None
            row = await (await cursor.execute(_SQL["find_answer"], names)).fetchone()
        if row is None:
            raise KeyInUse  # let go of just now
        if bytes(row[0]) != fingerprint:
            raise KeyReused
        if row[1] is None:
            raise KeyInUse
        return SavedAnswer(row[1], msgspec.convert(row[2], dict[str, str]), bytes(row[3]))

    async def finish(self, actor: str, key: str, answer: SavedAnswer | None) -> None:
        """As ``Idempotency.finish``."""
        names: dict[str, object] = {"actor": actor, "key": key}
        async with self._database.connection() as connection:
            if answer is None:
                await connection.execute(_SQL["release_key"], names)
                return
            names |= {"status": answer.status, "headers": Jsonb(answer.headers), "body": answer.body}
            await connection.execute(_SQL["keep_answer"], names)
            await connection.execute(_SQL["forget_answers"])
