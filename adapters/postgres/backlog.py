"""Reading the ledger for projections: big batches, only the columns that are needed, each event decoded once."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
import psycopg
import psycopg.rows

from adapters.postgres import queries
from application.ports.ledger import RecordedEvent
from domain import kernel
from projections.base import Undecodable

_SQL = queries.load("adapters.postgres", "projections.sql")


class Backlog(NamedTuple):
    """A section of the ledger."""

    events: list[RecordedEvent]
    """In position order, without a gap. What cannot be decoded is an ``Undecodable``."""
    unknown: str | None
    """Why the section ends early: the event after it is of a type, or a version, that this program does not know."""


def read(connection: psycopg.Connection[Any], after: int, until: int) -> Backlog:
    """Events with ``after < position <= until``. Outcomes come without correlation and causation id."""
    cursor = connection.cursor(binary=True, row_factory=psycopg.rows.tuple_row)
    rows: list[tuple[Any, ...]] = cursor.execute(_SQL["backlog"], (after, until), prepare=True).fetchall()
    decode = kernel.decode
    try:
        events = [
            RecordedEvent(
                n, stream, version, at, actor, correlation or "", cause, None, shape, decode(kind, shape, data)
            )
            for n, stream, version, kind, shape, data, at, actor, correlation, cause in rows
        ]
    except (kernel.UnknownEventType, msgspec.DecodeError, ValueError, KeyError, TypeError):
        return _one_by_one(rows)
    return Backlog(events, None)


def head(connection: psycopg.Connection[Any]) -> int:
    """Position of the newest event; 0 in an empty ledger."""
    row = connection.execute(_SQL["head"], prepare=True).fetchone()
    return row[0] if row else 0


def _one_by_one(rows: list[tuple[Any, ...]]) -> Backlog:
    events: list[RecordedEvent] = []
    for n, stream, version, kind, shape, data, at, actor, correlation, cause in rows:
        try:
            event = kernel.decode(kind, shape, data)
        except kernel.UnknownEventType as error:
            return Backlog(events, f"Event {n}: {error}")
        except Exception as error:  # noqa: BLE001 (an upcaster may raise anything; whatever it is, the event is parked)
            event = Undecodable(stored_type=kind, error=f"{type(error).__name__}: {error}")
        events.append(RecordedEvent(n, stream, version, at, actor, correlation or "", cause, None, shape, event))
    return Backlog(events, None)
