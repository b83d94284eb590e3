"""Where results are heading, and how they are distributed, over HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from application.ports.ledger import NewEvent
from domain.checkups.results import Results
from tests.http.clinic import open_clinic, record, register
from tests.http.staff import log_in
from tests.views.people import People, glucose, judged, number

GLUCOSE = "1558-6"


async def got(product: Any, path: str, **headers: str) -> Any:
    head = await product.services.events.head()
    joint = "&" if "?" in path else "?"
    answer = await product.http.get(f"/api/v1{path}{joint}min_position={head}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def append(product: Any, events: list[NewEvent]) -> None:
    await product.services.commands.writer.append(events)


async def test_the_newest_value_of_every_analyte_is_told_with_its_band_change_and_classes(product: Any) -> None:
    clinic = await open_clinic(product.http)
    trends = await got(product, f"/patients/{clinic.patient}/trends")
    found = {item["short_name"]: item for item in trends["items"]}
    assert list(found) == [
        "height", "weight", "systolic", "diastolic", "fasting-glucose", "creatinine", "bmi", "egfr"
    ]  # fmt: skip
    weight = found["weight"]
    assert (weight["n"], weight["last"]["value"], weight["unit"]) == (2, 70.1, "kg")
    assert weight["last"]["checkup_id"] == clinic.second
    assert weight["change"] == {"absolute": -2.4, "percent": -3.3, "days": 255}
    assert weight["slope"]["per_year"] is None
    assert weight["slope"]["reason"] == "A slope needs at least 3 values."
    sugar = found["fasting-glucose"]
    assert (sugar["band"]["low"], sugar["band"]["high"], sugar["last"]["within"]) == (None, 100, "within")
    assert [(one["scheme"], one["grade"]) for one in sugar["last"]["grades"]] == [("kr-national", "normal")]
    assert {one["scheme"] for one in found["systolic"]["last"]["grades"]} == {"kr-national", "acc-aha-bp"}
    assert found["systolic"]["last"]["within"] == "above"
    assert sugar["days_since_last"] == (product.services.commands.clock.now().date() - date(2026, 11, 12)).days


async def test_a_series_has_medians_a_slope_with_its_interval_and_a_place_in_the_band(product: Any) -> None:
    patient = await register(product.http)
    values = [90, 94, 99, 130, 104, 107, 111]
    for number_, value in enumerate(values):
        given = [{"code": "fasting-glucose", "value": value, "unit": "mg/dL"}]
        await record(product.http, patient, given, str(date(2026, 1, 1) + timedelta(days=40 * number_)))
    (series,) = (await got(product, f"/patients/{patient}/trends/fasting-glucose"))["series"]
    assert [point["value"] for point in series["points"]] == values
    assert [point["within"] for point in series["points"]] == ["within"] * 3 + ["above"] * 4
    assert [point["median_3"] for point in series["points"]] == [None, None, 94, 99, 104, 107, 107]
    assert series["slope"]["n"] == 7
    assert 25 < series["slope"]["per_year"] < 40
    assert series["slope"]["low_per_year"] < series["slope"]["per_year"] < series["slope"]["high_per_year"]
    assert series["change"]["absolute"] == 4
    part = await got(product, f"/patients/{patient}/trends/{GLUCOSE}?from=2026-02-10&to=2026-03-22")
    assert [point["value"] for point in part["series"][0]["points"]] == [94, 99]


async def test_a_corrected_and_a_voided_checkup_change_the_trend_at_once(product: Any) -> None:
    clinic = await open_clinic(product.http)
    path = f"/patients/{clinic.patient}/trends/weight"
    await clinic.amend(clinic.second, "29463-7", 71, "kg")
    assert [point["value"] for point in (await got(product, path))["series"][0]["points"]] == [72.5, 71]
    await clinic.void(clinic.first)
    assert [point["value"] for point in (await got(product, path))["series"][0]["points"]] == [71]


async def test_blood_pressure_is_two_series_and_what_was_never_measured_is_none(product: Any) -> None:
    clinic = await open_clinic(product.http)
    pressure = await got(product, f"/patients/{clinic.patient}/trends/blood-pressure", **{"Accept-Language": "ko"})
    assert [one["name"] for one in pressure["series"]] == ["수축기 혈압", "이완기 혈압"]
    assert [[point["value"] for point in one["points"]] for one in pressure["series"]] == [[132, 126], [86, 80]]
    assert (await got(product, f"/patients/{clinic.patient}/trends/hba1c"))["series"] == []


async def test_a_limit_of_detection_is_shown_and_not_calculated_with(product: Any) -> None:
    people = People()
    patient = people.patient()
    for number_, value in enumerate(("0.9", "1.0", "1.1")):
        people.checkup(patient, Results(measurements=(number("2160-0", value),)), on=date(2026, 1, 1 + number_))
    below = Results(measurements=(number("2160-0", "0.1", comparator="<"),))
    people.checkup(patient, below, on=date(2026, 2, 1))
    await append(product, people.take())
    (series,) = (await got(product, f"/patients/{patient}/trends/creatinine"))["series"]
    assert [point["comparator"] for point in series["points"]] == [None, None, None, "<"]
    assert [point["median_3"] for point in series["points"]] == [None, None, 1.0, None]
    assert series["slope"]["n"] == 3
    assert series["change"] is None
    assert series["last"]["within"] is None


async def test_trends_are_a_read_of_personal_data_and_only_ones_own_for_a_patient(product: Any) -> None:
    clinic = await open_clinic(product.http)
    other = await register(product.http, name="Bob", identifiers=[])
    own, user = await log_in(product, "patient", patient_id=clinic.patient)
    path = "/api/v1/patients/{}/trends"
    assert (await own.get(path.format(clinic.patient))).status_code == 200
    assert (await own.get(path.format(other))).status_code == 404
    reads = product.services.commands.ledger.read(
        0, 1000, types=["identity.personal-data-read", "identity.access-denied"]
    )
    assert [(one.type, one.actor, one.event.subjects, one.event.operation) for one in reads[-2:]] == [
        (kind, f"user:{user}", (subject,), "GET /api/v1/patients/{patient_id}/trends")
        for kind, subject in (("identity.personal-data-read", clinic.patient), ("identity.access-denied", other))
    ]


async def test_a_wrong_code_day_or_patient_is_said(product: Any) -> None:
    patient = await register(product.http)
    for path, status, code in (
        (f"/patients/{patient}/trends/nonsense", 422, "invalid"),
        (f"/patients/{patient}/trends/1558-7", 422, "invalid"),
        (f"/patients/{patient}/trends?from=2026-13-01", 422, "invalid"),
        (f"/patients/{patient}/trends?from=2026-02-01&to=2026-01-01", 422, "invalid"),
        (f"/patients/{patient}/trends?purpose=curiosity", 422, "invalid"),
        ("/patients/8c7f8b4e-0000-4000-8000-000000000000/trends", 404, "unknown-patient"),
        ("/cohorts/nonsense", 422, "invalid"),
        ("/cohorts/6690-2", 422, "invalid"),
        ("/cohorts/weight?age_band=41-49", 422, "invalid"),
        ("/cohorts/weight?from=0001-01-01", 422, "invalid"),
        ("/cohorts/weight?from=2026-05-01&to=2026-04-30", 422, "invalid"),
        ("/cohorts/weight?sex=other", 422, "invalid"),
    ):
        answer = await product.http.get(f"/api/v1{path}")
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{code}"), path


async def cohort(product: Any, *numbers: tuple[str, int], day: date = date(2026, 5, 5)) -> None:
    people = People(len(numbers))
    people.now = product.services.commands.clock.now()
    for value, count in numbers:
        for _ in range(count):
            people.checkup(people.patient(), glucose(value), on=day)
    await append(product, people.take())


async def test_a_cohort_is_told_by_quantiles_bins_and_the_share_of_each_class(product: Any) -> None:
    await cohort(product, ("91", 12), ("103", 6), ("130", 7))
    found = await got(product, "/cohorts/fasting-glucose?from=2026-05-15&to=2026-05-20")
    assert (found["from"], found["to"]) == ("2026-05-01", "2026-05-31")
    assert (found["people"], found["counted"]) == (25, {"from": "2026-05", "to": "2026-05"})
    assert found["quantiles"] == {"p5": None, "p25": 91, "p50": 103, "p75": 130, "p95": None}
    bins = {(one["low"], one["high"]): one["people"] for one in found["histogram"] if one["people"]}
    assert bins == {(80, 100): 10, (100, 120): 5, (120, 140): 5}, "numbers of people are rounded"
    (scheme,) = found["classes"]
    assert [(one["grade"], one["people"], one["percent"]) for one in scheme["months"][0]["grades"]] == [
        ("borderline", 5, 20),
        ("normal", 10, 40),
        ("suspected", 5, 20),
    ]


async def test_fewer_than_five_people_are_not_told_nor_a_cell_that_could_be_worked_out(product: Any) -> None:
    await cohort(product, ("91", 4))
    few = await got(product, "/cohorts/fasting-glucose?from=2026-05-01&to=2026-05-01")
    assert (few["people"], few["quantiles"], few["histogram"]) == (None, None, None)
    assert few["classes"][0]["months"] == [{"month": "2026-05", "people": None, "grades": None}]
    await cohort(product, ("92", 8), ("130", 1), ("103", 6))
    found = await got(product, "/cohorts/fasting-glucose?from=2026-05-01&to=2026-05-01")
    assert found["people"] == 20
    assert {one["low"]: one["people"] for one in found["histogram"]} == {80: 10, 100: None, 120: None}
    grades = {one["grade"]: one["people"] for one in found["classes"][0]["months"][0]["grades"]}
    assert grades == {"normal": 10, "borderline": None, "suspected": None}
    assert (await got(product, "/cohorts/fasting-glucose?age_band=10-19"))["people"] == 0


async def test_a_few_people_are_not_found_by_asking_twice(product: Any) -> None:
    people = People()
    people.now = product.services.commands.clock.now()
    for month, sex, count in ((5, "male", 9), (5, "female", 8), (6, "female", 2), (7, "male", 6), (5, "unknown", 1)):
        for _ in range(count):
            people.checkup(people.patient(sex=sex, birth_date=None), glucose("91"), on=date(2026, month, 5))
    await append(product, people.take())

    async def asked(query: str) -> tuple[Any, Any]:
        found = await got(product, f"/cohorts/fasting-glucose?from=2026-05-01&{query}")
        return found["people"], found["counted"]

    may = {"from": "2026-05", "to": "2026-05"}
    assert await asked("to=2026-05-31") == await asked("to=2026-06-30") == (20, may), "the two of June are left out"
    assert await asked("to=2026-07-31") == (25, {"from": "2026-05", "to": "2026-07"}), "and told with the six of July"
    # The one of unknown sex would be what men and women leave over; so neither of the smaller ones is told.
    assert await asked("to=2026-05-31&sex=female") == (None, None)
    assert await asked("to=2026-05-31&sex=male") == (10, may)
    assert await asked("to=2026-05-31&sex=male&age_band=40-49") == (0, None)


async def test_an_erased_patients_trend_is_gone_and_so_is_their_part_in_cohorts(product: Any) -> None:
    nurse, _ = await log_in(product, "clinician")
    doctor, _ = await log_in(product, "clinician")
    clinic = await open_clinic(nurse)
    await cohort(product, ("91", 4), day=date(2026, 11, 12))
    query = "/cohorts/fasting-glucose?from=2026-11-01&to=2026-11-30"
    assert (await got(product, query))["people"] == 5
    path = f"/api/v1/patients/{clinic.patient}"
    assert (await nurse.post(f"{path}/erasure", json={"ground": "subject-request"})).status_code == 202
    assert (await doctor.post(f"{path}/erasure/confirm")).status_code == 200
    for which in ("trends", "trends/weight"):
        gone = await nurse.get(f"{path}/{which}")
        assert (gone.status_code, gone.json()["type"]) == (410, "/problems/erased")
    assert (await got(product, query))["people"] is None


async def test_a_class_without_numbers_is_told_too_and_patients_see_no_cohort(product: Any) -> None:
    people = People()
    people.now = product.services.commands.clock.now()
    for _ in range(5):
        people.checkup(
            people.patient(), Results(judgements=(judged("20454-5", None, reason="step-unknown"),)), on=date(2026, 5, 5)
        )
    await append(product, people.take())
    found = await got(product, "/cohorts/urine-protein?from=2026-05-01&to=2026-05-01", **{"Accept-Language": "ko"})
    assert found["classes"][0]["months"][0]["grades"] == [
        {"grade": "not-classified", "name": "판정 없음", "people": 5, "percent": 100}
    ]
    assert found["people"] is None, "whoever has a class and no number is not nobody"
    client, _ = await log_in(product, "viewer")
    assert (await client.get("/api/v1/cohorts/weight")).status_code == 403
