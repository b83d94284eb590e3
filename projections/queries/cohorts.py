"""Many people's results under pseudonyms. What comes from here is counted, and suppressed where too few, by
``domain.checkups.cohorts`` before anybody sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from domain.checkups.cohorts import Reading
from projections.base import statements
from projections.queries.rows import Connection, rows

_SQL = statements("measurements")


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """Whose results are meant: people examined on days ``start <= day < end``. Animals never belong to it."""

    start: date
    end: date
    sex: str | None = None
    age_band: str | None = None


class Classed(NamedTuple):
    """How many people of a cohort were in a class in a month."""

    month: date
    """Its first day."""
    scheme: str
    grade: str
    people: int


async def values(db: Connection, start: date, end: date, code: str, unit: str) -> list[Reading]:
    """Every exact value of the days ``start <= day < end``, oldest first; limits (``<5``) are left out. Of everybody:
    whether a narrower cohort may be told depends on those it leaves out.
    """
    asked = {"code": code, "unit": unit, "from": start, "to": end}
    return [Reading(*row) for row in await rows(db, _SQL["cohort_values"], asked)]


async def classes(db: Connection, cohort: Cohort, codes: Sequence[str]) -> list[Classed]:
    """Per month, scheme and class; of each person the newest judgement of the month."""
    asked = {"codes": list(codes), **_asked(cohort)}
    return [Classed(*row) for row in await rows(db, _SQL["cohort_grades"], asked)]


def _asked(cohort: Cohort) -> dict[str, object]:
    return {"from": cohort.start, "to": cohort.end, "sex": cohort.sex, "age_band": cohort.age_band}
