"""The audit trail over all contexts: who did what to whom, who was shown whose data, and what of it is unusual."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from domain.identity.events import MonthReviewed
from domain.identity.unusual import Person, Read
from projections.base import statements
from projections.queries.rows import Connection, rows

_ACTIVITY = statements("activity")
_SQL = statements("audit")
READ_FROM = ("activity", "users")
_END = 2**63 - 1
_review = msgspec.json.Decoder(MonthReviewed)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are wanted; None is any."""

    actors: tuple[str, ...] | None = None
    subject: str | None = None
    """Id of whom it concerns: a patient, checkup, user, API key, monitor or incident."""
    patient: str | None = None
    """Whose checkup ``subject`` is: then reads of that patient's data count that may have shown it."""
    type: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    """Exclusive."""
    correlation_id: str | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the trail."""

    position: int
    at: datetime
    """When the ledger took it."""
    actor: str
    type: str
    stream: str
    subjects: tuple[str, ...]
    correlation_id: str
    causation_id: str | None
    data: dict[str, Any] | None
    """None: it is sealed under somebody's key."""


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """A month that somebody signed for."""

    position: int
    at: datetime
    actor: str
    told: MonthReviewed


class Month(NamedTuple):
    """Reads of personal data in a month, ``2026-11``."""

    month: str
    reads: int
    last: int
    """Position of the newest."""


async def trail(db: Connection, asked: Asked, *, before: int | None = None, limit: int = 50) -> list[Entry]:
    """A page, newest first. ``before``: position of the last one of the page before."""
    values: dict[str, Any] = {
        "before": _END if before is None else before,
        "actors": None if asked.actors is None else list(asked.actors),
        "subject": asked.subject,
        "patient": asked.patient,
        "type": asked.type,
        "from": asked.start,
        "to": asked.end,
        "correlation_id": asked.correlation_id,
        "limit": limit,
    }
    name = "trail" if asked.subject is None else "trail_of_subject" if asked.patient is None else "trail_of_checkup"
    found = await rows(db, _ACTIVITY[name], values)
    concerned: dict[int, list[str]] = defaultdict(list)
    for position, subject in await rows(db, _ACTIVITY["subjects"], [[row[0] for row in found]]) if found else []:
        concerned[position].append(subject)
    return [
        Entry(
            position=row[0],
            at=row[1].astimezone(UTC),
            actor=row[2],
            type=row[3],
            stream=row[4],
            subjects=tuple(concerned[row[0]]),
            correlation_id=row[8],
            causation_id=row[9],
            data=None if row[10] is None else msgspec.json.decode(row[10]),
        )
        for row in found
    ]


async def acting_as(db: Connection, user_id: str) -> tuple[str, ...]:
    """Every actor that a user is: in person, and by each API key."""
    keys = [f"api-key:{row[0]}" for row in await rows(db, _SQL["keys_of"], [user_id])]
    return (f"user:{user_id}", *keys)


async def users_behind(db: Connection, actors: Collection[str]) -> dict[str, str]:
    """Ids of the users behind actors; who is no user is left out."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for actor in sorted(actors):
        kind, _, actor_id = actor.partition(":")
        by_kind[kind].append(actor_id)
    found = {f"user:{user_id}": user_id for user_id in by_kind["user"]}
    if by_kind["api-key"]:
        found |= {f"api-key:{key}": user for key, user in await rows(db, _SQL["owners"], [by_kind["api-key"]])}
    return found


async def sealed_users(db: Connection, ids: Collection[str]) -> dict[str, bytes]:
    """Who these users are, sealed (``projections.users``)."""
    return dict(await rows(db, _SQL["named"], [sorted(ids)])) if ids else {}


async def months_read(db: Connection, zone: str) -> list[Month]:
    """Months of a time zone in which personal data was read, oldest first."""
    return [Month(*row) for row in await rows(db, _SQL["months"], {"zone": zone})]


async def reviews(db: Connection) -> list[Review]:
    """Oldest first."""
    return [
        Review(position=position, at=at.astimezone(UTC), actor=actor, told=_review.decode(data))
        for position, at, actor, data in await rows(db, _SQL["reviews"])
    ]


async def newest_before(db: Connection, end: datetime) -> int:
    """Position of the newest entry before a moment; 0 when there is none."""
    return (await rows(db, _SQL["until"], [end]))[0][0]


async def reads_in(db: Connection, start: datetime, end: datetime) -> list[Read]:
    """Reads of patients' data, oldest first, each by the person behind the actor: two keys of one user are one."""
    found = await rows(db, _SQL["reads"], {"from": start, "to": end})
    behind = await users_behind(db, {row[2] for row in found})
    return [
        Read(row[0], row[1].astimezone(UTC), f"user:{behind[row[2]]}" if row[2] in behind else row[2], tuple(row[3]))
        for row in found
        if row[3]
    ]


async def persons(db: Connection, ids: Collection[str]) -> dict[str, Person]:
    """Family names (keyed hashes) of users and patients, and whose record is a user's own; others are missing."""
    found = await rows(db, _SQL["namesakes"], [sorted(ids)]) if ids else []
    return {row[0]: Person(row[1], frozenset(row[2])) for row in found}
