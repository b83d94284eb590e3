"""Which checkups a patient has, as lists show it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest_asyncio

from projections.queries import checkups
from tests.views.people import People, glucose


@pytest_asyncio.fixture
async def db(database: Any) -> AsyncGenerator[Any]:
    async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as connection:
        yield connection


async def test_a_patients_checkups_are_listed_by_the_day_of_the_examination(db, ledger, projector) -> None:
    people = People()
    ann, bob = people.patient(), people.patient("Bob")
    early = people.checkup(ann, glucose("90"), on=date(2026, 1, 5))
    late = people.checkup(ann, glucose("95"), on=date(2026, 2, 5))
    people.checkup(bob, glucose("99"), on=date(2026, 3, 5))
    people.now += timedelta(days=1)
    people.add(early)
    ledger.append(people.take())
    projector.catch_up()

    found = await checkups.list_checkups(db, ann)
    assert [one.id for one in found] == [late, early]
    assert [one.version for one in found] == [1, 2]
    assert found[1].changed_at >= found[1].recorded_at
    first = await checkups.list_checkups(db, ann, limit=1)
    rest = await checkups.list_checkups(db, ann, before=(first[0].date, first[0].id))
    assert [one.id for one in rest] == [early]
    assert [one.id for one in await checkups.list_checkups(db, ann, end=date(2026, 1, 5))] == [early]
    assert [one.id for one in await checkups.list_checkups(db, ann, start=date(2026, 1, 6))] == [late]
    assert await checkups.attendance(db, [ann, bob, "nobody"]) == {
        ann: (date(2026, 2, 5), 2),
        bob: (date(2026, 3, 5), 1),
    }


async def test_a_corrected_day_moves_a_checkup_and_a_voided_one_stays_readable(db, ledger, projector) -> None:
    people = People()
    ann = people.patient()
    first = people.checkup(ann, glucose("90"), on=date(2026, 1, 5))
    second = people.checkup(ann, glucose("90"), on=date(2026, 1, 6))
    people.move(first, date(2026, 1, 7), kind="follow-up")
    people.void(second)
    ledger.append(people.take())
    projector.catch_up()

    moved, voided = await checkups.list_checkups(db, ann)
    assert (moved.id, moved.kind, moved.date, moved.voided) == (first, "follow-up", date(2026, 1, 7), False)
    assert (voided.id, voided.voided) == (second, True)
    assert [one.id for one in await checkups.list_checkups(db, ann, include_voided=False)] == [first]
    assert (await checkups.attendance(db, [ann]))[ann].checkups == 1
