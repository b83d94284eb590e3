"""What was measured of one patient over time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from projections.base import statements
from projections.queries.rows import Connection, rows

_SQL = statements("measurements")


class Point(NamedTuple):
    """One number of one checkup, in the canonical unit of its code."""

    code: str
    date: date
    value: Decimal
    unit: str
    comparator: str | None
    """``<`` …: the value is only a limit."""
    derived: bool
    checkup_id: str
    measurement_id: str


class Judged(NamedTuple):
    """The class a code was put in at one checkup; ``grade`` None: not classified, ``reason`` says why."""

    code: str
    date: date
    scheme: str
    edition: str
    grade: str | None
    reason: str | None
    checkup_id: str


async def readings(
    db: Connection,
    patient_id: str,
    codes: Sequence[str] | None = None,
    *,
    start: date | None = None,
    end: date | None = None,
) -> list[Point]:
    """By code, oldest first; voided checkups do not count. ``start`` and ``end`` are inclusive days."""
    return [Point(*row) for row in await rows(db, _SQL["readings"], _values(patient_id, codes, start, end))]


async def grades(
    db: Connection,
    patient_id: str,
    codes: Sequence[str] | None = None,
    *,
    start: date | None = None,
    end: date | None = None,
) -> list[Judged]:
    """As ``readings``."""
    return [Judged(*row) for row in await rows(db, _SQL["grades"], _values(patient_id, codes, start, end))]


def _values(patient_id: str, codes: Sequence[str] | None, start: date | None, end: date | None) -> dict[str, Any]:
    return {"patient_id": patient_id, "codes": None if codes is None else list(codes), "from": start, "to": end}
