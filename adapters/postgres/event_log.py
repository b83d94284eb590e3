"""The event log port on PostgreSQL: rows as they are, for audits and followers."""

from __future__ import annotations

from typing import Any

import msgspec
from psycopg.rows import tuple_row

from adapters.postgres.database import PostgresDatabase
from application.ports.event_log import EventFilter, StoredEvent
from domain.kernel import event_types
from projections import named_sql

_SQL = named_sql.load("adapters.postgres", "api.sql")
_HEAD = named_sql.load("adapters.postgres", "ledger.sql")["head"]
_PROBE = "monitoring.probe-recorded"


class PostgresEventLog:
    """Implements ``application.ports.event_log.EventLog``."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def read(self, after: int, limit: int, wanted: EventFilter) -> list[StoredEvent]:
        """As ``EventLog.read``."""
        values: dict[str, Any] = {
            "after": after,
            "limit": limit,
            "type": wanted.type,
            "stream": wanted.stream,
            "actor": wanted.actor,
            "contexts": list(wanted.contexts or ()),
            "types": [name for name in event_types() if name.partition(".")[0] in (wanted.contexts or ())],
            "subject": wanted.subject,
        }
        rows = await self._rows(_SQL["events"].replace(b"/* and */", _conditions(wanted)), values)
        return [
            StoredEvent(r[0], r[1], r[2], r[3], r[4], r[5], r[6], str(r[7]), r[8], msgspec.Raw(r[9].encode()))
            for r in rows
        ]

    async def head(self) -> int:
        """As ``EventLog.head``."""
        return (await self._rows(_HEAD, {}))[0][0]

    async def patient_of_checkup(self, checkup_id: str) -> str | None:
        """As ``EventLog.patient_of_checkup``."""
        rows = await self._rows(_SQL["patient_of_checkup"], [checkup_id])
        return rows[0][0] if rows else None

    async def verdicts(self, after: int, until: int) -> dict[str, int]:
        """As ``EventLog.verdicts``."""
        return dict(await self._rows(_SQL["verdicts"], {"after": after, "until": until}))

    async def _rows(self, statement: bytes, values: dict[str, Any] | list[Any]) -> list[Any]:
        async with self._database.connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            await cursor.execute(statement, values)
            return await cursor.fetchall()


def _conditions(wanted: EventFilter) -> bytes:
    conditions = b""
    if wanted.type is not None:
        conditions += b" AND topic = %(type)s"
    if wanted.stream is not None:
        conditions += b" AND originator_id = %(stream)s"
    if wanted.actor is not None:
        conditions += b" AND actor = %(actor)s"
    watched = wanted.contexts is None or "monitoring" in wanted.contexts
    if wanted.contexts is not None:
        # By name, where few are wanted: so that the index by type is used.
        conditions += (
            b" AND split_part(topic, '.', 1) = ANY(%(contexts)s)" if watched else b" AND topic = ANY(%(types)s)"
        )
    if wanted.subject is not None:
        conditions += b" AND split_part(originator_id, ':', 2) = %(subject)s"
    rare = (
        not watched
        or wanted.type not in {None, _PROBE}
        or (wanted.actor is not None and not wanted.actor.startswith("prober"))
    )
    # Only probers record outcomes; saying so lets the partial indexes of everything else be used.
    return conditions + b" AND topic <> 'monitoring.probe-recorded'" if rare else conditions
