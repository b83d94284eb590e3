"""Remarks: plain sentences in two languages that cite their rule and never advise or diagnose."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.checkups.deriving import derive, person_on
from domain.checkups.given import GivenMeasurement
from domain.checkups.measuring import measure
from domain.checkups.personal import Personal
from domain.checkups.remarks import CHANGE_RULE, DISCLAIMER, Earlier, Remark, remarks
from domain.checkups.results import Derived, Judgement, Measurement, Results
from domain.checkups.showing import STEP_NAMES, readable, shown, signed
from domain.checkups.tables import Tables, load

ON, BEFORE = date(2026, 11, 21), date(2025, 11, 20)
WOMAN = Personal(name="이영희", birth_date=date(1980, 5, 5), sex="female")
NATIONAL = "Korean national health checkup criteria, Annex 4 별표4, unofficial copy 2026-11"
NATIONAL_KO = "국가건강검진 판정기준, Annex 4 별표4, unofficial copy 2026-11"


def results(*given: GivenMeasurement, on: date = ON, personal: Personal = WOMAN) -> Results:
    taken: dict[str, Measurement] = {}
    for one in given:
        measured = measure(one, species=personal.species, confirm=True, taken=taken)
        taken[measured.id] = measured
    derived, judgements = derive(list(taken.values()), personal=personal, on=on)
    return Results(measurements=tuple(taken.values()), derived=derived, judgements=judgements)


def number(code: str, value: str, unit: str, **rest: Any) -> GivenMeasurement:
    return GivenMeasurement(code=code, value=Decimal(value), unit=unit, **rest)


def pair(systolic: str, diastolic: str) -> GivenMeasurement:
    return GivenMeasurement(
        code="bp", systolic=Decimal(systolic), diastolic=Decimal(diastolic), unit="mmHg", arm="left"
    )


def said(found: tuple[Remark, ...], rule: str) -> tuple[str, str]:
    (one,) = [remark for remark in found if remark.rule == rule]
    return one.en, one.ko


def test_a_class_is_told_with_its_table_and_edition() -> None:
    found = remarks(results(number("fasting-glucose", "104", "mg/dL")), on=ON)
    assert [(one.code, one.rule, one.edition) for one in found] == [
        ("1558-6", "kr-national", "Annex 4 별표4, unofficial copy 2026-11")
    ]
    assert found[0].en == f"Fasting glucose 104 mg/dL falls in the class “Normal B (borderline)” ({NATIONAL})."
    assert found[0].ko == f"공복혈당 104 mg/dL: ‘정상B(경계)’ 구간에 해당합니다({NATIONAL_KO})."


def test_a_class_that_changed_is_told_beside_that_of_last_time() -> None:
    last = Earlier(BEFORE, results(number("fasting-glucose", "98", "mg/dL"), on=BEFORE))
    en, ko = said(remarks(results(number("fasting-glucose", "104", "mg/dL")), on=ON, last=last), "kr-national")
    assert en.endswith("Last time the class was “Normal A”.")
    assert ko.endswith("지난 검진에서는 ‘정상A’ 구간이었습니다.")
    same = Earlier(BEFORE, results(number("fasting-glucose", "101", "mg/dL"), on=BEFORE))
    en, _ = said(remarks(results(number("fasting-glucose", "104", "mg/dL")), on=ON, last=same), "kr-national")
    assert "Last time" not in en


def test_classes_of_different_editions_are_not_compared() -> None:
    before = results(number("fasting-glucose", "98", "mg/dL"), on=BEFORE)
    (old,) = before.judgements
    other = Judgement(code=old.code, scheme=old.scheme, edition="2019", grade=old.grade, inputs=old.inputs)
    last = Earlier(BEFORE, Results(measurements=before.measurements, judgements=(other,)))
    en, _ = said(remarks(results(number("fasting-glucose", "104", "mg/dL")), on=ON, last=last), "kr-national")
    assert "Last time" not in en


def test_a_change_is_told_with_amount_percent_and_time() -> None:
    last = Earlier(BEFORE, results(number("fasting-glucose", "98", "mg/dL"), on=BEFORE))
    en, ko = said(remarks(results(number("fasting-glucose", "104", "mg/dL")), on=ON, last=last), CHANGE_RULE)
    assert en == (
        "Fasting glucose changed by +6 mg/dL (+6.1 %) since the checkup of 2025-11-20 (366 days before), from 98 mg/dL."
    )
    assert ko == "공복혈당: 366일 전 검진(2025-11-20)의 98 mg/dL에서 +6 mg/dL (+6.1 %) 변했습니다."


def test_a_blood_pressure_is_compared_half_by_half() -> None:
    last = Earlier(BEFORE, results(pair("118", "82"), on=BEFORE))
    en, ko = said(remarks(results(pair("128", "80")), on=ON, last=last), CHANGE_RULE)
    assert "changed by +10/−2 mmHg since" in en
    assert en.endswith("from 118/82 mmHg.")
    assert "118/82 mmHg에서 +10/−2 mmHg 변했습니다." in ko


def test_what_did_not_change_is_said_to_be_the_same() -> None:
    last = Earlier(date(2026, 11, 20), results(pair("128", "80")))
    en, ko = said(remarks(results(pair("128", "80")), on=ON, last=last), CHANGE_RULE)
    assert en == "Blood pressure is the same as in the checkup of 2026-11-20 (1 day before)."
    assert ko == "혈압: 1일 전 검진(2026-11-20)과 같습니다."


def test_limits_words_and_what_was_not_measured_before_are_not_compared() -> None:
    now = results(
        number("ggt", "5", "U/L", comparator="<"),
        GivenMeasurement(code="urine-protein", text="-"),
        number("ast", "20", "U/L"),
        number("6690-2", "6", "10*3/uL"),
    )
    before = results(
        number("ggt", "20", "U/L"),
        GivenMeasurement(code="urine-protein", text="+"),
        number("6690-2", "6000", "/uL"),
        on=BEFORE,
    )
    assert [one for one in remarks(now, on=ON, last=Earlier(BEFORE, before)) if one.rule == CHANGE_RULE] == []


def test_nothing_is_compared_with_a_later_checkup() -> None:
    later = Earlier(date(2027, 1, 1), results(pair("118", "82")))
    found = remarks(results(pair("128", "80")), on=ON, last=later)
    assert [one for one in found if one.rule == CHANGE_RULE] == []


def test_what_is_not_classified_is_told_with_the_reason() -> None:
    en, ko = said(remarks(results(number("ggt", "5", "U/L", comparator="<")), on=ON), "kr-national")
    assert en == f"γ-GTP (GGT) <5 U/L is not classified ({NATIONAL}): the table says nothing about values so low."
    assert ko == (
        f"감마지티피(γ-GTP) <5 U/L: 판정하지 않았습니다({NATIONAL_KO}). 기준표에 이보다 낮은 값에 대한 구분이 없습니다."
    )


def test_what_is_not_derived_is_told_with_the_reason() -> None:
    en, ko = said(remarks(results(number("weight", "60", "kg")), on=ON), "BMI (WHO TRS 894)")
    assert en == "Body mass index was not calculated by BMI (WHO TRS 894): the height was not measured."
    assert ko == "체질량지수: BMI (WHO TRS 894) 값을 계산하지 않았습니다. 키를 측정하지 않았습니다."


def test_a_step_is_told_in_words() -> None:
    en, ko = said(remarks(results(GivenMeasurement(code="urine-protein", text="trace")), on=ON), "kr-national")
    assert en.startswith("Urine protein trace (±) falls in")
    assert ko.startswith("요단백 약양성(±): ")
    assert all(text.en and text.ko for text in STEP_NAMES.values())


@pytest.mark.parametrize(
    ("pulse", "en", "ko"),
    [
        ("59", "below", "60–100 /min 범위보다 낮습니다"),
        ("60", "within", "60–100 /min 범위 안에 있습니다"),
        ("100", "within", "60–100 /min 범위 안에 있습니다"),
        ("101", "above", "60–100 /min 범위보다 높습니다"),
    ],
)
def test_what_no_table_judges_is_set_beside_its_reference_range(pulse: str, en: str, ko: str) -> None:
    found = remarks(results(number("pulse", pulse, "bpm")), on=ON, person=person_on(WOMAN, ON))
    assert [one.rule for one in found] == ["adult-reference"]
    assert found[0].en.startswith(f"Pulse {pulse} /min is {en} the range 60–100 /min (Reference ranges of adults at ")
    assert ko in found[0].ko
    assert "MedlinePlus" in found[0].en


def test_an_upper_limit_that_is_left_out_is_above() -> None:
    found = remarks(results(number("hba1c", "5.7", "%")), on=ON, person=person_on(WOMAN, ON))
    assert "HbA1c 5.7 % is above the range <5.7 %" in found[0].en


def test_what_a_table_judges_is_not_set_beside_its_range_too() -> None:
    found = remarks(results(number("ast", "20", "U/L")), on=ON, person=person_on(WOMAN, ON))
    assert [one.rule for one in found] == ["kr-national"]


def test_without_knowing_whose_it_is_nothing_is_set_beside_a_range() -> None:
    assert remarks(results(number("pulse", "101", "bpm")), on=ON) == ()
    child = person_on(Personal(name="x", birth_date=date(2020, 1, 1)), ON)
    assert remarks(results(number("pulse", "101", "bpm")), on=ON, person=child) == ()


def test_a_judgement_of_a_table_that_is_gone_keeps_its_name() -> None:
    found = remarks(results(number("ast", "20", "U/L")), on=ON, tables=Tables(()))
    assert found[0].en == (
        "AST (SGOT) 20 U/L falls in the class “normal” (kr-national, Annex 4 별표4, unofficial copy 2026-11)."
    )


def test_remarks_come_in_the_order_of_a_report() -> None:
    found = remarks(
        results(
            number("creatinine", "0.8", "mg/dL"),
            pair("118", "76"),
            number("weight", "60", "kg"),
            number("height", "165", "cm"),
        ),
        on=ON,
    )
    assert [(one.code, one.rule) for one in found] == [
        ("85354-9", "kr-national"),
        ("85354-9", "acc-aha-bp"),
        ("2160-0", "kr-national"),
        ("39156-5", "kr-national"),
        ("39156-5", "ksso-bmi"),
        ("39156-5", "who-bmi"),
        ("98979-8", "kr-national"),
    ]


def everything() -> tuple[Remark, ...]:
    now = results(
        pair("150", "95"), number("weight", "95", "kg"), number("height", "160", "cm"), number("pulse", "120", "bpm"),
        number("haemoglobin", "18", "g/dL"), number("fasting-glucose", "200", "mg/dL"), number("waist", "99", "cm"),
        number("creatinine", "2", "mg/dL"), number("hba1c", "9", "%"), number("6690-2", "6", "10*3/uL", display="WBC"),
    )  # fmt: skip
    before = results(pair("118", "76"), number("6690-2", "5", "10*3/uL", display="WBC"), on=BEFORE)
    return remarks(now, on=ON, last=Earlier(BEFORE, before), person=person_on(WOMAN, ON))


def test_every_remark_cites_its_rule_in_both_languages() -> None:
    editions = {table.edition for table in load().all}
    for one in everything():
        assert one.en.endswith(".")
        assert re.search(r"다(\(.*\))?\.$", one.ko)
        assert one.rule
        if one.rule != CHANGE_RULE:
            assert one.edition in editions
            assert one.edition in one.en
            assert one.edition in one.ko
        else:
            assert BEFORE.isoformat() in one.en
            assert BEFORE.isoformat() in one.ko


def test_no_remark_says_that_somebody_has_a_disease_or_what_to_do() -> None:
    for one in everything():
        assert not re.search(r"\b(you|your|patient|has|suffers|should|must|diabetes|anaemia|treat)\b", one.en), one.en
        assert not re.search(r"환자|입니다만|하세요|하십시오|당뇨병|빈혈|치료|앓", one.ko), one.ko


def test_an_unnamed_code_is_called_as_it_was_given() -> None:
    assert any(one.en.startswith("WBC changed by +1 10*3/uL (+20 %)") for one in everything())
    assert any(one.ko.startswith("WBC: 366일 전") for one in everything())


def test_the_disclaimer_says_what_the_remarks_are_not() -> None:
    assert "not a diagnosis" in DISCLAIMER.en
    assert "진단이 아니며" in DISCLAIMER.ko


def test_a_converted_value_is_cut_so_that_it_never_reaches_a_limit_it_has_not() -> None:
    under = results(number("fasting-glucose", "5.5502", "mmol/L"))  # 99.99018 mg/dL
    assert shown("1558-6", under).en == "99.9 mg/dL"
    assert under.judgements[0].grade == "normal"
    assert shown("29463-7", results(number("weight", "150", "lb"))).en == "68.03 kg"
    assert shown("1558-6", results(number("fasting-glucose", "99.99", "mg/dL"))).en == "99.99 mg/dL", "given so"


def test_results_are_shown_as_people_write_them() -> None:
    mixed = results(pair("118", "76"), number("temperature", "98.6", "°F"), number("ast", "500", "U/L", comparator=">"))
    assert [shown(code, mixed).ko for code in ("85354-9", "8310-5", "1920-8", "718-7")] == [
        "118/76 mmHg",
        "37 °C",
        ">500 U/L",
        "",
    ]
    assert readable("mL/min/{1.73_m2}") == "mL/min/1.73 m²"
    assert readable("1") == ""
    assert [signed(Decimal(number)) for number in ("6", "-0.4", "0")] == ["+6", "−0.4", "±0"]
    assert shown("39156-5", Results(derived=(Derived(code="39156-5", rule="x", reason="no-height"),))).en == ""
