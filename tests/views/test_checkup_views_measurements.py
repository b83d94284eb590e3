"""Numbers and classes of checkups: what counts is what was said last."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest_asyncio

from domain.checkups.cohorts import among, newest_of_each
from domain.checkups.results import Derived, Measurement, Results
from projections.queries import cohorts, trends
from tests.views.people import People, glucose, judged, number, pressure

YEAR = cohorts.Cohort(start=date(2026, 1, 1), end=date(2027, 1, 1))
GLUCOSE = "1558-6"


@pytest_asyncio.fixture
async def db(database: Any) -> AsyncGenerator[Any]:
    async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as connection:
        yield connection


async def newest(
    db: Any, *, start: date = YEAR.start, end: date = YEAR.end, sex: str | None = None, age_band: str | None = None
) -> list[Decimal]:
    return newest_of_each(among(await cohorts.values(db, start, end, GLUCOSE, "mg/dL"), sex, age_band))


def told(points: list[trends.Point]) -> list[tuple[str, str, str]]:
    return [(point.code, str(point.date), str(point.value)) for point in points]


async def test_a_series_holds_every_number_of_a_patient_with_panels_taken_apart(db, ledger, projector) -> None:
    people = People()
    ann, bob = people.patient(), people.patient("Bob")
    results = Results(
        measurements=(
            number(GLUCOSE, "95"),
            number(GLUCOSE, "97", id=f"{GLUCOSE}.2"),
            pressure("121", "79"),
            number("2160-0", "0.3", comparator="<"),
            Measurement(id="20454-5", code="20454-5", text="1+"),
        ),
        derived=(
            Derived(code="39156-5", rule="weight/height²", value=Decimal("23.10"), unit="kg/m2"),
            Derived(code="98979-8", rule="CKD-EPI 2021", reason="limit-only"),
        ),
        judgements=(judged(GLUCOSE, "normal"), judged("20454-5", "suspected")),
    )
    people.checkup(ann, results, on=date(2026, 2, 1))
    people.checkup(ann, glucose("101"), on=date(2026, 1, 1))
    people.checkup(bob, glucose("130"), on=date(2026, 1, 2))
    ledger.append(people.take())
    projector.catch_up()

    found = await trends.readings(db, ann)
    assert told(found) == [
        (GLUCOSE, "2026-01-01", "101"),
        (GLUCOSE, "2026-02-01", "95"),
        (GLUCOSE, "2026-02-01", "97"),
        ("2160-0", "2026-02-01", "0.3"),
        ("39156-5", "2026-02-01", "23.10"),
        ("8462-4", "2026-02-01", "79"),
        ("8480-6", "2026-02-01", "121"),
    ]
    assert [point.comparator for point in found if point.code == "2160-0"] == ["<"]
    assert [point.derived for point in found].count(True) == 1
    assert {point.measurement_id for point in found if point.code.startswith("84")} == {"85354-9"}
    assert told(await trends.readings(db, ann, [GLUCOSE], start=date(2026, 1, 2), end=date(2026, 2, 1))) == [
        (GLUCOSE, "2026-02-01", "95"),
        (GLUCOSE, "2026-02-01", "97"),
    ]
    assert [(one.code, one.grade) for one in await trends.grades(db, ann)] == [
        (GLUCOSE, "borderline"),
        (GLUCOSE, "normal"),
        ("20454-5", "suspected"),
    ]


async def test_a_correction_takes_the_place_of_what_was_wrong_with_all_that_followed_from_it(
    db, ledger, projector
) -> None:
    people = People()
    ann = people.patient()
    checkup = people.checkup(ann, glucose("190"), on=date(2026, 2, 1))
    ledger.append(people.take())
    projector.catch_up()
    assert [one.grade for one in await trends.grades(db, ann)] == ["suspected"]

    people.amend(checkup, number(GLUCOSE, "190"), number(GLUCOSE, "90"), (judged(GLUCOSE, "normal"),))
    people.amend(checkup, None, number("2093-3", "180"), (judged(GLUCOSE, "normal"), judged("2093-3", "normal")))
    people.move(checkup, date(2026, 3, 1))
    ledger.append(people.take())
    projector.catch_up()
    assert told(await trends.readings(db, ann)) == [(GLUCOSE, "2026-03-01", "90"), ("2093-3", "2026-03-01", "180")]
    assert [(one.code, one.date, one.grade) for one in await trends.grades(db, ann)] == [
        (GLUCOSE, date(2026, 3, 1), "normal"),
        ("2093-3", date(2026, 3, 1), "normal"),
    ]

    people.amend(checkup, number(GLUCOSE, "90"), None, (judged("2093-3", "normal"),))
    ledger.append(people.take())
    projector.catch_up()
    assert [point.code for point in await trends.readings(db, ann)] == ["2093-3"]

    people.void(checkup)
    ledger.append(people.take())
    projector.catch_up()
    assert await trends.readings(db, ann) == []
    assert await trends.grades(db, ann) == []
    assert await newest(db) == []


async def test_an_erased_patient_is_in_no_series_and_in_no_cohort(db, ledger, projector) -> None:
    people = People()
    ann, bob = people.patient(), people.patient("Bob")
    for patient, value in ((ann, "90"), (bob, "105")):
        people.checkup(patient, glucose(value), on=date(2026, 3, 1))
    ledger.append(people.take())
    projector.catch_up()
    assert sorted(await newest(db)) == [Decimal(90), Decimal(105)]
    people.erase(ann)
    ledger.append(people.take())
    projector.catch_up()
    assert (await trends.readings(db, ann), await trends.grades(db, ann)) == ([], [])
    assert await newest(db) == [Decimal(105)]
    assert await cohorts.classes(db, YEAR, [GLUCOSE]) == [(date(2026, 3, 1), "kr-national", "borderline", 1)]
    for table in ("people", "checkups", "readings", "grades"):
        query = f"SELECT count(*) FROM measurements.{table} WHERE patient_id = %s"
        assert await (await db.execute(query, [ann])).fetchone() == (0,)


async def test_a_cohort_counts_people_and_of_each_the_newest_value(db, ledger, projector) -> None:
    people = People()
    ann = people.patient(sex="female", birth_date=date(1970, 6, 1))
    bob = people.patient("Bob", sex="male", birth_date=date(1980, 6, 1))
    dog = people.patient("Bello", species="dog")
    for patient, value, day in (
        (ann, "90", date(2026, 3, 1)),
        (ann, "130", date(2026, 3, 20)),
        (ann, "99", date(2025, 12, 31)),
        (bob, "105", date(2026, 5, 1)),
        (dog, "70", date(2026, 5, 1)),
    ):
        people.checkup(patient, glucose(value), on=day)
    people.checkup(bob, glucose("50", comparator="<"), on=date(2026, 6, 2))
    ledger.append(people.take())
    projector.catch_up()

    async def values(**narrower: Any) -> list[Decimal]:
        return sorted(await newest(db, **narrower))

    assert await values() == [Decimal(105), Decimal(130)]
    assert await values(sex="female") == [Decimal(130)]
    assert await values(age_band="40-49") == [Decimal(105)]
    assert await values(end=date(2026, 3, 20)) == [Decimal(90)]
    assert await values(start=date(2026, 5, 1)) == [Decimal(105)]
    assert await cohorts.classes(db, YEAR, [GLUCOSE]) == [
        (date(2026, 3, 1), "kr-national", "suspected", 1),
        (date(2026, 5, 1), "kr-national", "borderline", 1),
        (date(2026, 6, 1), "kr-national", "normal", 1),
    ]


async def test_a_corrected_birth_date_moves_a_patients_checkups_to_another_age_band(db, ledger, projector) -> None:
    people = People()
    ann = people.patient(sex="female", birth_date=date(1970, 6, 1))
    people.checkup(ann, glucose("90"), on=date(2026, 5, 31))
    people.checkup(ann, glucose("91"), on=date(2026, 6, 1))
    ledger.append(people.take())
    projector.catch_up()
    assert await newest(db, age_band="50-59", sex="female") == [Decimal(91)]

    people.revise(ann, birth_date=date(1960, 6, 1), sex="male")
    ledger.append(people.take())
    projector.catch_up()
    assert await newest(db, age_band="50-59", sex="female") == []
    assert await newest(db, age_band="60-69", sex="male") == [Decimal(91)]
