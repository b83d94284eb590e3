"""Reading the ledger for projections: big batches, only the columns that are needed, each event decoded once."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import msgspec
import psycopg
import psycopg.rows

from application.ports.ledger import RecordedEvent
from domain import kernel
from domain.times import EPOCH
from projections import named_sql
from projections.base import Undecodable

_SQL = named_sql.load("adapters.postgres", "projections.sql")
_HEAD = named_sql.load("adapters.postgres", "ledger.sql")["head"]


class Backlog(NamedTuple):
    """A section of the ledger."""

    events: list[RecordedEvent]
    """In position order, without a gap. What cannot be decoded is an ``Undecodable``."""
    unknown: str | None
    """Why the section ends early: the event after it is of a type, or a version, that this program does not know."""


def read(connection: psycopg.Connection[Any], after: int, until: int) -> Backlog:
    """Events with ``after < position <= until``. Of outcomes only what is folded: no time of record, actor or ids."""
    cursor = connection.cursor(binary=True, row_factory=psycopg.rows.tuple_row)
    rows: list[tuple[Any, ...]] = cursor.execute(_SQL["backlog"], (after, until), prepare=True).fetchall()
    decode, make = kernel.decode, RecordedEvent
    try:
        events = [
            make(n, stream, version, at or EPOCH, who or "", ids or "", cause, None, shape, decode(kind, shape, data))
            for n, stream, version, kind, shape, data, at, who, ids, cause in rows
        ]
    except (kernel.UnknownEventType, msgspec.DecodeError, ValueError, KeyError, TypeError):
        return _one_by_one(rows)
    return Backlog(events, None)


def sections(
    connection: psycopg.Connection[Any],
    reader: Callable[[], psycopg.Connection[Any]],
    after: int,
    until: int,
    size: int,
) -> Generator[Backlog]:
    """Everything after ``after`` up to ``until`` in sections of ``size``; ends after one with something unknown.

    While one section is folded the next is read, on a connection of its own that ``reader`` opens.
    """
    if until - after <= size:
        yield read(connection, after, until)
        return
    with reader() as other, ThreadPoolExecutor(1, thread_name_prefix="reading") as ahead:
        bounds = [(low, min(low + size, until)) for low in range(after, until, size)]
        coming = ahead.submit(read, other, *bounds[0])
        for following in [*bounds[1:], None]:
            section = coming.result()
            if following is not None:
                coming = ahead.submit(read, other, *following)
            yield section
            if section.unknown:
                return


def head(connection: psycopg.Connection[Any]) -> int:
    """Position of the newest event; 0 in an empty ledger."""
    row = connection.execute(_HEAD, prepare=True).fetchone()
    return row[0] if row else 0


def _one_by_one(rows: list[tuple[Any, ...]]) -> Backlog:
    events: list[RecordedEvent] = []
    for n, stream, version, kind, shape, data, at, who, ids, cause in rows:
        try:
            event = kernel.decode(kind, shape, data)
        except kernel.UnknownEventType as error:
            return Backlog(events, f"Event {n}: {error}")
        except Exception as error:  # noqa: BLE001 (an upcaster may raise anything; whatever it is, the event is parked)
            event = Undecodable(stored_type=kind, error=f"{type(error).__name__}: {error}")
        recorded = (n, stream, version, at or EPOCH, who or "", ids or "", cause, None, shape, event)
        events.append(RecordedEvent(*recorded))
    return Backlog(events, None)
