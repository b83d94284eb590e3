"""Derived values: published filtration rates, the body mass index, ages; and why something is not derived."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import isclose
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.checkups.analytes import BMI, EGFR
from domain.checkups.deriving import ckd_epi_2021, completed_years, derive, person_on
from domain.checkups.given import GivenMeasurement
from domain.checkups.measuring import measure
from domain.checkups.personal import Personal
from domain.checkups.results import Derived, Judgement, Measurement
from domain.checkups.tables import load, tables_from
from domain.checkups.units import convert

DAY = date(2026, 11, 21)
MAN = Personal(name="김철수", birth_date=date(1976, 11, 21), sex="male")


def took(*given: tuple[str, str, str] | GivenMeasurement, species: str | None = None) -> list[Measurement]:
    taken: dict[str, Measurement] = {}
    for one in given:
        if not isinstance(one, GivenMeasurement):
            code, value, unit = one
            one = GivenMeasurement(code=code, value=Decimal(value), unit=unit)  # noqa: PLW2901
        measured = measure(one, species=species, confirm=True, taken=taken)
        taken[measured.id] = measured
    return list(taken.values())


def only(code: str, measurements: list[Measurement], personal: Personal = MAN, on: date = DAY) -> Derived:
    derived, _ = derive(measurements, personal=personal, on=on)
    found = [one for one in derived if one.code == code]
    assert len(found) == 1
    assert (found[0].value is None) != (found[0].reason is None)
    return found[0]


def someone(**fields: Any) -> Personal:
    return Personal(**({"name": "김철수", "birth_date": date(1976, 11, 21), "sex": "male"} | fields))


@pytest.mark.parametrize(
    ("creatinine", "age", "female", "published"),
    [
        # health-records.md, after the NIDDK's worked check of the equation
        ("0.8", 70, False, "95.2"),
        ("0.8", 70, True, "79.2"),
    ],
)
def test_a_filtration_rate_is_the_published_one(creatinine: str, age: int, female: bool, published: str) -> None:
    assert ckd_epi_2021(Decimal(creatinine), age, female=female) == Decimal(published)


@pytest.mark.parametrize(
    ("creatinine", "unit", "age", "female", "published"),
    [
        # The National Kidney Foundation's calculator (kidney.org), which shows whole numbers, as cited by the tests of
        # pharmaverse/admiral (test-compute_kidney.R, 01.01 and 01.02); the third is quoted in a public comparison.
        ("1.09", "mg/dL", 55, False, 80),
        ("85", "umol/L", 65, True, 66),
        ("1.2", "mg/dL", 55, False, 71),
    ],
)
def test_a_filtration_rate_is_that_of_the_kidney_foundation(
    creatinine: str, unit: str, age: int, female: bool, published: int
) -> None:
    in_mg = convert(Decimal(creatinine), unit, "mg/dL", "2160-0")
    assert round(ckd_epi_2021(in_mg, age, female=female)) == published


@given(
    creatinine=st.decimals(min_value="0.1", max_value=15, places=2),
    age=st.integers(min_value=18, max_value=110),
    female=st.booleans(),
)
def test_the_decimal_arithmetic_agrees_with_floating_point(creatinine: Decimal, age: int, female: bool) -> None:
    kappa, alpha = (0.7, -0.241) if female else (0.9, -0.302)
    ratio = float(creatinine) / kappa
    expected = 142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.2 * 0.9938**age * (1.012 if female else 1)
    assert isclose(float(ckd_epi_2021(creatinine, age, female=female)), expected, abs_tol=0.051)


def test_a_filtration_rate_names_its_equation_and_what_went_in() -> None:
    found = only(EGFR, took(("creatinine", "0.9", "mg/dL")))
    assert (found.rule, found.unit, found.value) == ("CKD-EPI 2021", "mL/min/{1.73_m2}", Decimal(104))
    assert found.inputs == {"2160-0": "0.9 mg/dL", "sex": "male", "age": "50"}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"birth_date": date(2008, 11, 22)}, "too-young"),
        ({"birth_date": None}, "no-birth-date"),
        ({"birth_date": date(2026, 11, 22)}, "before-birth"),
        ({"sex": "unknown"}, "sex-needed"),
        ({"sex": "other"}, "sex-needed"),
        ({"species": "dog"}, "no-table-for-species"),
    ],
)
def test_a_filtration_rate_is_not_derived_for_those_the_equation_is_not_for(fields: Any, reason: str) -> None:
    assert only(EGFR, took(("creatinine", "0.9", "mg/dL")), someone(**fields)).reason == reason


def test_a_filtration_rate_is_derived_from_the_eighteenth_birthday() -> None:
    taken = took(("creatinine", "0.9", "mg/dL"))
    assert only(EGFR, taken, someone(birth_date=date(2008, 11, 21))).value is not None


def test_a_creatinine_that_is_only_a_limit_gives_no_filtration_rate() -> None:
    limit = GivenMeasurement(code="creatinine", value=Decimal("0.2"), unit="mg/dL", comparator="<")
    assert only(EGFR, took(limit)).reason == "limit-only"


@pytest.mark.parametrize(
    ("height", "weight", "bmi"),
    [
        ("170", "72.1", "24.95"),  # 24.9481
        ("175", "70", "22.86"),
        ("200", "100", "25"),
        ("200", "99.99", "25"),  # 24.9975, and 25.00 is what people see and what is judged
        ("200", "99.98", "25"),  # 24.995: the tie goes to the even digit
        ("200", "99.97", "24.99"),  # 24.9925
        ("200", "99.94", "24.98"),  # 24.985: likewise
        ("50", "3.5", "14"),
    ],
)
def test_the_body_mass_index_is_rounded_half_even_to_two_decimals(height: str, weight: str, bmi: str) -> None:
    found = only(BMI, took(("height", height, "cm"), ("weight", weight, "kg")))
    assert (str(found.value), found.unit, found.rule) == (bmi, "kg/m2", "BMI (WHO TRS 894)")
    assert found.inputs == {"8302-2": f"{height} cm", "29463-7": f"{weight} kg"}


def test_the_body_mass_index_is_judged_as_it_is_shown() -> None:
    _, just_under = derive(took(("height", "170", "cm"), ("weight", "72.1", "kg")), personal=MAN, on=DAY)
    _, rounded_up = derive(took(("height", "200", "cm"), ("weight", "99.99", "kg")), personal=MAN, on=DAY)
    assert {one.scheme: one.grade for one in just_under} == {
        "kr-national": "normal",
        "ksso-bmi": "pre-obese",
        "who-bmi": "normal",
    }
    assert {one.scheme: one.grade for one in rounded_up} == {
        "kr-national": "borderline",
        "ksso-bmi": "obese-1",
        "who-bmi": "pre-obese",
    }


def test_the_body_mass_index_needs_both_and_is_not_for_animals() -> None:
    assert only(BMI, took(("weight", "70", "kg"))).reason == "no-height"
    assert only(BMI, took(("height", "170", "cm"))).reason == "no-weight"
    both = took(("height", "60", "cm"), ("weight", "30", "kg"), species="dog")
    assert only(BMI, both, someone(species="dog")).reason == "no-table-for-species"
    child = someone(birth_date=date(2020, 1, 1))
    found = only(BMI, took(("height", "110", "cm"), ("weight", "20", "kg")), child)
    assert found.value == Decimal("16.53"), "a child has one; only no adult table judges it"


def test_units_make_no_difference() -> None:
    metric = only(BMI, took(("height", "177.8", "cm"), ("weight", "68.038856", "kg")))
    imperial = only(BMI, took(("height", "70", "in"), ("weight", "150", "lb")))
    assert metric.value == imperial.value == Decimal("21.52")


def test_of_two_weights_the_last_counts() -> None:
    found = only(BMI, took(("height", "200", "cm"), ("weight", "80", "kg"), ("weight", "100", "kg")))
    assert (found.value, found.inputs["29463-7.2"]) == (Decimal(25), "100 kg")


def test_without_their_inputs_nothing_is_listed() -> None:
    assert derive(took(("pulse", "70", "bpm")), personal=MAN, on=DAY) == ((), ())
    assert derive([], personal=MAN, on=DAY) == ((), ())


def test_the_derived_is_judged_beside_the_measured() -> None:
    taken = took(
        ("height", "170", "cm"), ("weight", "95", "kg"), ("creatinine", "1.6", "mg/dL"), ("haemoglobin", "17", "g/dL")
    )
    _, judged = derive(taken, personal=MAN, on=DAY)
    assert [(one.scheme, one.code, one.grade or one.reason) for one in judged] == [
        ("kr-national", "2160-0", "class-not-given"),
        ("kr-national", "718-7", "above-table"),
        ("kr-national", "39156-5", "suspected"),
        ("kr-national", "98979-8", "class-not-given"),
        ("ksso-bmi", "39156-5", "obese-2"),
        ("who-bmi", "39156-5", "obese-1"),
    ]


def test_other_tables_can_be_given() -> None:
    taken = took(("fasting-glucose", "90", "mg/dL"))
    assert derive(taken, personal=MAN, on=DAY, tables=tables_from({}))[1] == ()
    assert derive(taken, personal=MAN, on=DAY, tables=load()) == derive(taken, personal=MAN, on=DAY)


def test_the_same_checkup_gives_the_same_judgements_whatever_the_order() -> None:
    taken = took(
        ("weight", "70", "kg"), ("fasting-glucose", "90", "mg/dL"), ("ast", "20", "U/L"), ("height", "170", "cm")
    )
    one: tuple[tuple[Derived, ...], tuple[Judgement, ...]] = derive(taken, personal=MAN, on=DAY)
    assert one == derive(taken[::-1], personal=MAN, on=DAY)


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(1976, 11, 21), date(2026, 11, 20), 49),
        (date(1976, 11, 21), date(2026, 11, 21), 50),
        (date(2000, 2, 29), date(2026, 2, 28), 25),
        (date(2000, 2, 29), date(2026, 3, 1), 26),
        (date(2000, 2, 29), date(2028, 2, 28), 27),
        (date(2000, 2, 29), date(2028, 2, 29), 28),
        (date(2000, 2, 28), date(2028, 2, 29), 28),
        (date(2026, 11, 21), date(2026, 11, 21), 0),
        (date(2026, 11, 22), date(2026, 11, 21), -1),
    ],
)
def test_age_is_in_completed_years(born: date, on: date, age: int) -> None:
    assert completed_years(born, on) == age
    assert person_on(someone(birth_date=born), on).age == age


@given(born=st.dates(max_value=date(2100, 1, 1)), days=st.integers(min_value=0, max_value=40_000))
def test_age_never_falls_and_grows_by_at_most_one_a_day(born: date, days: int) -> None:
    on = date.fromordinal(born.toordinal() + days)
    assert completed_years(born, date.fromordinal(on.toordinal() + 1)) - completed_years(born, on) in {0, 1}
    assert completed_years(born, on) == pytest.approx(days / 365.2425, abs=1.01)
