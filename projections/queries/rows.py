"""How queries read: plain tuples, whatever row factory the pool's connections have."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import tuple_row

Connection = psycopg.AsyncConnection[Any]
Row = tuple[Any, ...]


async def rows(db: Connection, statement: bytes, values: dict[str, Any] | list[Any] | None = None) -> list[Row]:
    """All rows of a statement."""
    async with db.cursor(binary=True, row_factory=tuple_row) as cursor:
        await cursor.execute(statement, values, prepare=True)
        return await cursor.fetchall()
