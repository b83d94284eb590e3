"""Which checkups a patient has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date
from typing import Any, NamedTuple

from projections.base import statements
from projections.checkup_index import CheckupEntry, entry_of
from projections.queries.rows import Connection, rows

_SQL = statements("checkup_index")


class Attendance(NamedTuple):
    """How often a patient was examined, and when last. Voided checkups do not count."""

    last: date
    checkups: int


async def list_checkups(
    db: Connection,
    patient_id: str,
    *,
    start: date | None = None,
    end: date | None = None,
    include_voided: bool = True,
    before: tuple[date, str] | None = None,
    limit: int = 50,
) -> list[CheckupEntry]:
    """A page, newest examination first. ``start`` and ``end`` are inclusive days; ``before``: (date, id) of the last
    one of the page before.
    """
    values: dict[str, Any] = {
        "patient_id": patient_id,
        "from": start,
        "to": end,
        "voided": include_voided,
        "before_date": before[0] if before else None,
        "before_id": before[1] if before else None,
        "limit": limit,
    }
    return [
        entry_of((*row[:-2], row[-2].astimezone(UTC), row[-1].astimezone(UTC)))
        for row in await rows(db, _SQL["list"], values)
    ]


async def attendance(db: Connection, patient_ids: Sequence[str]) -> dict[str, Attendance]:
    """Of those patients who have a checkup that counts."""
    return {row[0]: Attendance(row[1], row[2]) for row in await rows(db, _SQL["newest"], [list(patient_ids)])}
