"""Classes: every limit of every table from both sides, the open cases, and tables that an operator provides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.checkups.analytes import ANALYTES, STEPS
from domain.checkups.judging import Person, judge
from domain.checkups.personal import Sex
from domain.checkups.reasons import REASONS
from domain.checkups.results import Comparator, Component, Derived, Judgement, Measurement
from domain.checkups.tables import BUILT_IN, BadTable, Tables, load, reference, tables_from

MAN, WOMAN = Person(sex="male", age=45), Person(sex="female", age=45)
NOBODY = Person(sex="unknown", age=45)
HAIR = Decimal("0.000001")
"""The smallest step a stored value can make."""

NATIONAL, KSSO, WHO, AHA = "kr-national", "ksso-bmi", "who-bmi", "acc-aha-bp"
A, B, S = "normal", "borderline", "suspected"
ABOVE, BELOW, OPEN = "?above-table", "?below-table", "?class-not-given"

BOUNDARIES: list[tuple[str, str, Sex | None, str, str, str]] = [
    # table, code, sex, the first value of the upper class, class below, class from there; "?" begins a reason.
    (NATIONAL, "39156-5", None, "18.5", B, A),
    (NATIONAL, "39156-5", None, "25", A, B),
    (NATIONAL, "39156-5", None, "30", B, S),
    (NATIONAL, "8280-0", "male", "90", A, OPEN),
    (NATIONAL, "8280-0", "female", "85", A, OPEN),
    (NATIONAL, "718-7", "male", "12", S, B),
    (NATIONAL, "718-7", "male", "13", B, A),
    (NATIONAL, "718-7", "male", "16.6", A, ABOVE),
    (NATIONAL, "718-7", "female", "10", S, B),
    (NATIONAL, "718-7", "female", "12", B, A),
    (NATIONAL, "718-7", "female", "15.6", A, ABOVE),
    (NATIONAL, "1558-6", None, "100", A, B),
    (NATIONAL, "1558-6", None, "126", B, S),
    (NATIONAL, "2093-3", None, "200", A, B),
    (NATIONAL, "2093-3", None, "240", B, S),
    (NATIONAL, "2085-9", None, "40", S, B),
    (NATIONAL, "2085-9", None, "60", B, A),
    (NATIONAL, "2571-8", None, "150", A, B),
    (NATIONAL, "2571-8", None, "200", B, S),
    *((NATIONAL, ldl, None, "130", A, B) for ldl in ("2089-1", "13457-7", "18262-6")),
    *((NATIONAL, ldl, None, "160", B, S) for ldl in ("2089-1", "13457-7", "18262-6")),
    (NATIONAL, "1920-8", None, "41", A, B),
    (NATIONAL, "1920-8", None, "51", B, S),
    (NATIONAL, "1742-6", None, "36", A, B),
    (NATIONAL, "1742-6", None, "46", B, S),
    (NATIONAL, "2324-2", "male", "11", BELOW, A),
    (NATIONAL, "2324-2", "male", "64", A, B),
    (NATIONAL, "2324-2", "male", "78", B, S),
    (NATIONAL, "2324-2", "female", "8", BELOW, A),
    (NATIONAL, "2324-2", "female", "36", A, B),
    (NATIONAL, "2324-2", "female", "46", B, S),
    (NATIONAL, "2160-0", None, "1.500001", A, OPEN),  # up to and including 1.5
    (NATIONAL, "98979-8", None, "60", OPEN, A),
    (NATIONAL, "8480-6", None, "120", A, B),
    (NATIONAL, "8480-6", None, "140", B, S),
    (NATIONAL, "8462-4", None, "80", A, B),
    (NATIONAL, "8462-4", None, "90", B, S),
    (KSSO, "39156-5", None, "18.5", "underweight", "normal"),
    (KSSO, "39156-5", None, "23", "normal", "pre-obese"),
    (KSSO, "39156-5", None, "25", "pre-obese", "obese-1"),
    (KSSO, "39156-5", None, "30", "obese-1", "obese-2"),
    (KSSO, "39156-5", None, "35", "obese-2", "obese-3"),
    (WHO, "39156-5", None, "18.5", "underweight", "normal"),
    (WHO, "39156-5", None, "25", "normal", "pre-obese"),
    (WHO, "39156-5", None, "30", "pre-obese", "obese-1"),
    (WHO, "39156-5", None, "35", "obese-1", "obese-2"),
    (WHO, "39156-5", None, "40", "obese-2", "obese-3"),
    (AHA, "8480-6", None, "120", "normal", "elevated"),
    (AHA, "8480-6", None, "130", "elevated", "stage-1"),
    (AHA, "8480-6", None, "140", "stage-1", "stage-2"),
    (AHA, "8462-4", None, "80", "normal", "stage-1"),
    (AHA, "8462-4", None, "90", "stage-1", "stage-2"),
]


def lab(code: str, value: str | Decimal, comparator: Comparator | None = None) -> Measurement:
    unit = ANALYTES[code].unit
    number = Decimal(value)
    return Measurement(
        id=code, code=code, given=number, given_unit=unit, value=number, unit=unit, comparator=comparator
    )


def pair(systolic: str | Decimal, diastolic: str | Decimal) -> Measurement:
    values = (("8480-6", Decimal(systolic)), ("8462-4", Decimal(diastolic)))
    parts = tuple(Component(code=code, given=value, value=value) for code, value in values)
    return Measurement(id="85354-9", code="85354-9", given_unit="mm[Hg]", unit="mm[Hg]", components=parts)


def derived(code: str, value: str | Decimal) -> Derived:
    return Derived(code=code, rule="x", value=Decimal(value), unit=ANALYTES[code].unit)


def judgement(
    scheme: str, result: Measurement | Derived, person: Person = MAN, tables: Tables | None = None
) -> Judgement:
    measured = [result] if isinstance(result, Measurement) else []
    computed = [result] if isinstance(result, Derived) else []
    every = judge(measured, computed, person, tables or load())
    return next(one for one in every if one.scheme == scheme)


def verdict(scheme: str, result: Measurement | Derived, person: Person = MAN, tables: Tables | None = None) -> str:
    found = judgement(scheme, result, person, tables)
    assert (found.grade is None) != (found.reason is None)
    return found.grade or f"?{found.reason}"


def result_of(code: str, value: Decimal) -> Measurement | Derived:
    if code == "8480-6":
        return pair(value, "50")
    if code == "8462-4":
        return pair("100", value)
    return derived(code, value) if ANALYTES[code].kind == "derived" else lab(code, value)


@pytest.mark.parametrize(("scheme", "code", "sex", "limit", "below", "there"), BOUNDARIES)
def test_a_limit_divides_two_classes(
    scheme: str, code: str, sex: Sex | None, limit: str, below: str, there: str
) -> None:
    for person in [Person(sex=sex, age=45)] if sex else [MAN, WOMAN, NOBODY]:
        at = Decimal(limit)
        assert verdict(scheme, result_of(code, at - HAIR), person) == below
        assert verdict(scheme, result_of(code, at), person) == there
        assert verdict(scheme, result_of(code, at + HAIR), person) == there


def limits() -> Iterator[tuple[str, str, Sex | None, Decimal]]:
    for table in load().all:
        for row in table.rows:
            for code, bands in [*((code, row.bands) for code in row.codes), *row.parts.items()]:
                for band in bands:
                    for limit in (band.start, band.below):
                        if limit is not None:
                            yield table.scheme, code, row.sex, limit
                    for limit in (band.above, band.through):
                        if limit is not None:
                            yield table.scheme, code, row.sex, limit + HAIR


def test_no_limit_of_a_table_is_left_out_above() -> None:
    known = {(scheme, code, sex, Decimal(limit)) for scheme, code, sex, limit, _, _ in BOUNDARIES}
    assert known == {limit for limit in limits() if limit[0] != "adult-reference"}


@pytest.mark.parametrize(
    ("code", "value", "grade"),
    [
        ("39156-5", "24.95", A),
        ("39156-5", "29.99", B),
        ("718-7", "12.95", B),
        ("718-7", "16.55", A),
        ("1558-6", "99.5", A),
        ("1558-6", "125.5", B),
        ("2093-3", "239.9", B),
        ("1920-8", "40.5", A),
        ("1742-6", "45.9", B),
        ("2324-2", "63.5", A),
        ("2324-2", "10.5", BELOW),
        ("2160-0", "1.55", OPEN),
    ],
)
def test_a_decimal_between_two_printed_bands_belongs_to_the_lower(code: str, value: str, grade: str) -> None:
    assert verdict(NATIONAL, result_of(code, Decimal(value))) == grade


@pytest.mark.parametrize(
    ("step", "grade"), [("-", A), ("±", B), ("1+", S), ("2+", S), ("3+", S), ("4+", S), ("5+", "?step-unknown")]
)
def test_each_step_of_urine_protein_has_its_class(step: str, grade: str) -> None:
    assert verdict(NATIONAL, Measurement(id="20454-5", code="20454-5", text=step)) == grade


@pytest.mark.parametrize(
    ("systolic", "diastolic", "national", "aha"),
    [
        (119, 79, A, "normal"),
        (120, 79, B, "elevated"),
        (119, 80, B, "stage-1"),
        (125, 85, B, "stage-1"),
        (129, 79, B, "elevated"),
        (130, 79, B, "stage-1"),
        (139, 89, B, "stage-1"),
        (140, 70, S, "stage-2"),
        (110, 90, S, "stage-2"),
        (180, 60, S, "stage-2"),
    ],
)
def test_the_worse_half_of_a_blood_pressure_decides(systolic: int, diastolic: int, national: str, aha: str) -> None:
    assert verdict(NATIONAL, pair(str(systolic), str(diastolic))) == national
    assert verdict(AHA, pair(str(systolic), str(diastolic))) == aha


@pytest.mark.parametrize(
    ("code", "comparator", "value", "grade"),
    [
        ("1920-8", "<", "5", A),
        ("1920-8", "<", "41", A),
        ("1920-8", "<=", "41", "?limit-straddles"),
        ("1920-8", ">", "500", S),
        ("1920-8", ">=", "51", S),
        ("1920-8", ">", "50", "?limit-straddles"),
        ("2324-2", "<", "5", BELOW),
        ("2324-2", "<", "11", BELOW),
        ("2324-2", "<=", "11", "?limit-straddles"),
        ("2324-2", "<", "20", "?limit-straddles"),
        ("2085-9", "<", "10", S),
        ("2085-9", "<", "60", "?limit-straddles"),
        ("718-7", ">", "17", ABOVE),
        ("718-7", ">", "16", "?limit-straddles"),
        ("2160-0", "<=", "1.5", A),
        ("2160-0", ">=", "1.5", "?limit-straddles"),
        ("2160-0", ">", "1.5", OPEN),
        ("39156-5", "<", "18.5", B),
    ],
)
def test_a_result_beyond_a_limit_is_classified_when_only_one_class_is_possible(
    code: str, comparator: Comparator, value: str, grade: str
) -> None:
    assert verdict(NATIONAL, lab(code, value, comparator)) == grade


@pytest.mark.parametrize(("scheme", "age"), [(NATIONAL, 18), (KSSO, 19), (WHO, 20), (AHA, 18)])
def test_a_table_is_for_adults_from_its_own_age(scheme: str, age: int) -> None:
    result = pair("110", "70") if scheme == AHA else derived("39156-5", "22")
    assert verdict(scheme, result, Person(sex="male", age=age - 1)) == "?too-young"
    assert verdict(scheme, result, Person(sex="male", age=age)) == "normal"


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (Person(sex="male", age=None), "no-birth-date"),
        (Person(sex="male", age=-1), "before-birth"),
        (Person(sex="male", age=45, species="dog"), "no-table-for-species"),
        (Person(sex="male", age=None, species="dog"), "no-table-for-species"),
    ],
)
def test_nobody_is_judged_by_a_table_that_is_not_for_them(person: Person, reason: str) -> None:
    for result in (lab("1558-6", "90"), pair("110", "70"), derived("39156-5", "22")):
        every = judge(
            [result] if isinstance(result, Measurement) else [],
            [result] if isinstance(result, Derived) else [],
            person,
            load(),
        )
        assert every
        assert {(one.grade, one.reason) for one in every} == {(None, reason)}


@pytest.mark.parametrize("sex", ["unknown", "other"])
@pytest.mark.parametrize("code", ["718-7", "2324-2", "8280-0"])
def test_where_men_and_women_differ_the_sex_is_needed(code: str, sex: Sex) -> None:
    assert verdict(NATIONAL, lab(code, "14"), Person(sex=sex, age=45)) == "?sex-needed"
    assert verdict(NATIONAL, lab("1558-6", "90"), Person(sex=sex, age=45)) == A


def test_a_judgement_names_its_table_and_edition_and_what_went_in() -> None:
    found = judgement(NATIONAL, lab("718-7", "12.5"), WOMAN)
    assert (found.code, found.grade) == ("718-7", A)
    assert found.edition == "Annex 4 별표4, unofficial copy 2026-11"
    assert found.inputs == {"718-7": "12.5 g/dL", "sex": "female", "age": "45"}
    assert judgement(AHA, pair("118", "76")).inputs == {"85354-9": "118/76 mm[Hg]", "age": "45"}
    assert judgement(NATIONAL, lab("1920-8", "5", "<")).inputs["1920-8"] == "<5 U/L"


def test_of_a_code_measured_twice_the_last_counts() -> None:
    first, second = lab("1558-6", "90"), Measurement(id="1558-6.2", code="1558-6", value=Decimal(130), unit="mg/dL")
    found = judge([first, second], [], MAN, load())
    assert [(one.grade, one.inputs) for one in found] == [(S, {"1558-6.2": "130 mg/dL", "age": "45"})]


def test_what_no_table_names_is_not_judged() -> None:
    other = Measurement(id="6690-2", code="6690-2", value=Decimal(6), unit="10*3/uL")
    underived = Derived(code="39156-5", rule="x", reason="no-height")
    assert judge([other, lab("8867-4", "72")], [underived], MAN, load()) == ()


@given(value=st.decimals(min_value=0, max_value=1000, places=6), code=st.sampled_from(sorted(ANALYTES)))
def test_every_value_has_a_class_or_a_reason_that_is_explained(value: Decimal, code: str) -> None:
    if ANALYTES[code].kind in {"number", "derived"} and code not in {"8480-6", "8462-4"}:
        for person in (MAN, WOMAN, NOBODY):
            result = result_of(code, value)
            found = judge(
                [result] if isinstance(result, Measurement) else [],
                [result] if isinstance(result, Derived) else [],
                person,
                load(),
            )
            for one in found:
                assert (one.grade is None) != (one.reason is None)
                assert one.reason is None or one.reason in REASONS


def test_every_reason_speaks_both_languages() -> None:
    for text in REASONS.values():
        assert text.en.endswith(".")
        assert text.ko.endswith("다.")


# ── reference bands ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "sex", "low", "high", "printed"),
    [
        ("1558-6", "unknown", None, "100", "<100"),
        ("718-7", "male", "13", "16.6", "13.0–16.5"),
        ("718-7", "female", "12", "15.6", "12.0–15.5"),
        ("2085-9", "male", "60", None, "≥60"),
        ("39156-5", "male", "18.5", "25", "18.5–24.9"),
        ("8480-6", "male", None, "120", "<120"),
        ("8462-4", "male", None, "80", "<80"),
        ("8867-4", "male", "60", "100", "60–100"),
        ("8310-5", "male", "36.5", "37.3", "36.5–37.3"),
        ("9279-1", "male", "12", "18", "12–18"),
        ("4548-4", "male", None, "5.7", "<5.7"),
        ("98979-8", "male", "60", None, "≥60"),
    ],
)
def test_a_reference_band_is_the_normal_class_of_a_cited_table(
    code: str, sex: Sex, low: str | None, high: str | None, printed: str
) -> None:
    band = ANALYTES[code].band(sex, 45)
    assert band is not None
    assert (band.low, band.high) == (low and Decimal(low), high and Decimal(high))
    assert (band.printed, band.unit) == (printed, ANALYTES[code].unit)
    assert band.source
    assert band.edition


@pytest.mark.parametrize(
    ("code", "sex", "age", "species"),
    [
        ("718-7", "unknown", 45, None),
        ("1558-6", "male", None, None),
        ("1558-6", "male", 17, None),
        ("1558-6", "male", 45, "dog"),
        ("2708-6", "male", 45, None),
        ("29463-7", "male", 45, None),
        ("6690-2", "male", 45, None),
        ("20454-5", "male", 45, None),
    ],
)
def test_there_is_no_reference_band_where_no_table_gives_one(
    code: str, sex: Sex, age: int | None, species: str | None
) -> None:
    assert reference(code, sex=sex, age=age, species=species) is None


def test_a_limit_belongs_to_its_band_where_the_source_says_so() -> None:
    creatinine, glucose = reference("2160-0", sex="male", age=45), reference("1558-6", sex="male", age=45)
    assert creatinine is not None
    assert glucose is not None
    assert (creatinine.high, creatinine.high_in) == (Decimal("1.5"), True)
    assert glucose.high_in is False


# ── an operator's tables ─────────────────────────────────────────────────────────────────────────


def built_in(scheme: str) -> dict[str, Any]:
    return json.loads(files("domain.checkups").joinpath("tables", f"{scheme}.json").read_text("utf-8"))


def changed(**fields: Any) -> dict[str, str]:
    return {"own.json": json.dumps(built_in(KSSO) | fields)}


def test_a_table_of_an_operator_takes_the_place_of_ours() -> None:
    rows = [{"codes": ["39156-5"], "unit": "kg/m2", "bands": [{"grade": "obese-3", "from": "20"}]}]
    tables = load(changed(edition="KSSO 2030", rows=rows))
    assert [table.scheme for table in tables.all] == list(BUILT_IN)
    found = judgement(KSSO, derived("39156-5", "21"), MAN, tables)
    assert (found.grade, found.edition) == ("obese-3", "KSSO 2030")
    assert verdict(KSSO, derived("39156-5", "19"), MAN, tables) == BELOW
    assert verdict(KSSO, derived("39156-5", "21")) == "normal", "the next caller still has ours"


def test_a_table_of_another_scheme_comes_beside_ours() -> None:
    tables = load(changed(scheme="our-clinic"))
    assert [table.scheme for table in tables.all] == [*BUILT_IN, "our-clinic"]
    assert verdict("our-clinic", derived("39156-5", "24"), MAN, tables) == "pre-obese"


def test_a_table_may_be_written_in_another_unit() -> None:
    bands = [{"grade": "normal", "below": "5.6"}, {"grade": "obese-3", "from": "5.6"}]
    rows = [{"codes": ["1558-6"], "unit": "mmol/L", "bands": bands}]
    tables = load(changed(scheme="si", rows=rows, normal="normal", adults_from=0))
    assert verdict("si", lab("1558-6", "100.887359"), MAN, tables) == "normal"  # 5.6 · 18.0156 = 100.88736
    assert verdict("si", lab("1558-6", "100.88736"), MAN, tables) == "obese-3"
    alone = tables_from(changed(scheme="si", rows=rows, normal="normal", adults_from=0))
    band = reference("1558-6", sex="male", age=45, tables=alone)
    assert band is not None
    assert (band.high, band.unit) == (Decimal("100.88736"), "mg/dL")


def test_a_gap_between_two_bands_is_not_classified() -> None:
    bands = [{"grade": "normal", "through": "20"}, {"grade": "obese-3", "from": "30"}]
    tables = load(changed(rows=[{"codes": ["39156-5"], "unit": "kg/m2", "bands": bands}]))
    for value, found in (("20", "normal"), ("20.01", "?between-bands"), ("29.99", "?between-bands"), ("30", "obese-3")):
        assert verdict(KSSO, derived("39156-5", value), MAN, tables) == found


def row(**fields: Any) -> list[dict[str, Any]]:
    return [{"codes": ["39156-5"], "unit": "kg/m2", "bands": [{"grade": "normal"}]} | fields]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rows": row(colour="red")}, "unknown field"),
        ({"adults_from": "18"}, "Expected `int`"),
        ({"edition": ""}, "must not be empty"),
        ({"rows": []}, "must not be empty"),
        ({"adults_from": -1}, "must not be negative"),
        ({"normal": "fine"}, "normal names the grade fine"),
        ({"rows": row(codes=[])}, "give codes"),
        ({"rows": row(steps={"-": "normal"})}, "one of bands, parts and steps"),
        ({"rows": row(codes=["39156-6"])}, "39156-6 is none of the codes"),
        ({"rows": row(unit="kg")}, "the unit 'kg' does not fit 39156-5"),
        ({"rows": row(codes=["85354-9"], unit="mm[Hg]")}, "85354-9 takes parts"),
        ({"rows": row(codes=["20454-5"], unit="")}, "20454-5 takes steps"),
        ({"rows": row(bands=[], parts={"8480-6": [{"grade": "normal"}]})}, "39156-5 takes bands"),
        (
            {"rows": row(codes=["85354-9"], unit="mm[Hg]", bands=[], parts={"8302-2": [{"grade": "normal"}]})},
            "parts must be 8480-6 and 8462-4",
        ),
        ({"rows": row(codes=["20454-5"], bands=[], steps={"7+": "normal"})}, "the step 7+"),
        ({"rows": row(codes=["20454-5"], bands=[], steps={"-": "fine"})}, "its grade fine is unknown"),
        ({"rows": row(bands=[{"grade": "fine"}])}, "row 1 (39156-5): band 1 has the grade fine"),
        ({"rows": row(bands=[{"below": "20"}])}, "needs a grade or a reason"),
        ({"rows": row(bands=[{"grade": "normal", "reason": "class-not-given"}])}, "needs a grade or a reason"),
        ({"rows": row(bands=[{"reason": "because"}])}, "unknown reason because"),
        ({"rows": row(bands=[{"grade": "normal", "from": "1", "above": "1"}])}, "two lower or two upper"),
        ({"rows": row(bands=[{"grade": "normal", "below": "1", "through": "1"}])}, "two lower or two upper"),
        ({"rows": row(bands=[{"grade": "normal", "from": "25", "below": "20"}])}, "ends before it begins"),
        (
            {"rows": row(bands=[{"grade": "normal", "below": "20"}, {"grade": "obese-1", "from": "19.9"}])},
            "band 2 overlaps",
        ),
        (
            {"rows": row(bands=[{"grade": "normal", "through": "20"}, {"grade": "obese-1", "from": "20"}])},
            "band 2 overlaps",
        ),
        ({"rows": row(bands=[{"grade": "normal"}, {"grade": "obese-1"}])}, "band 2 overlaps"),
        (
            {"rows": row(bands=[{"grade": "normal", "from": "30"}, {"grade": "obese-1", "from": "20", "below": "25"}])},
            "band 2 overlaps the one before it, or is out of order",
        ),
        ({"rows": row(sex="male")}, "one for male and one for female"),
        ({"rows": row() + row()}, "one row for everybody"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_with_its_place(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(BadTable) as caught:
        load(changed(**fields))
    assert said in str(caught.value)
    assert str(caught.value).startswith("own.json: ")


def test_a_file_that_is_no_table_is_refused() -> None:
    for text in ("", "{", "[]", "{}", "null"):
        with pytest.raises(BadTable, match=r"^own\.json: "):
            load({"own.json": text})
    with pytest.raises(BadTable, match="in another file already"):
        tables_from({"a.json": json.dumps(built_in(KSSO)), "b.json": json.dumps(built_in(KSSO))})


def test_every_table_of_ours_cites_its_source_and_how_it_is_read() -> None:
    for table in load().all:
        assert len(table.source) > 40
        assert table.rule.en != table.rule.ko
        assert all(text.en and text.ko for text in (table.title, *table.grades.values()))
    assert set(STEPS) == set(next(row for row in load().all[0].rows if row.steps).steps)


def test_an_operators_tables_are_those_that_everybody_uses_from_then_on() -> None:
    from domain.checkups import tables

    before = tables.load()
    text = (files("domain.checkups") / "tables" / "ksso-bmi.json").read_text(encoding="utf-8")
    own = tables.load({"own.json": text.replace('"edition": "', '"edition": "our own ', 1)})
    try:
        tables.use(own)
        in_use = tables.load().get("ksso-bmi")
        assert in_use is not None
        assert in_use.edition.startswith("our own ")
        assert [table.scheme for table in tables.load().all] == [table.scheme for table in before.all]
    finally:
        tables.use(before)
