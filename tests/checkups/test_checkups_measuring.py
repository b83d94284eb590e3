"""From what is given to a measurement: units, steps, panels; the impossible refused, the unusual asked about."""

from __future__ import annotations

import ast
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from api.refusals import in_language
from domain.checkups import analytes, given, loinc, measuring, units
from domain.checkups.analytes import ANALYTES, CODES, code_of
from domain.checkups.given import GivenMeasurement, number_from
from domain.checkups.measuring import measure
from domain.checkups.results import Measurement
from domain.refusal import Refused, Unusual

NUMBERS = [one for one in ANALYTES.values() if one.possible is not None]
ALONE = [one for one in NUMBERS if one.name not in {"systolic", "diastolic"}]


def of(
    code: str, value: str | None = None, unit: str | None = None, *, species: str | None = None, confirm: bool = False,
    taken: tuple[str, ...] = (), **rest: Any,
) -> Measurement:  # fmt: skip
    number = None if value is None else Decimal(value)
    return measure(
        GivenMeasurement(code=code, value=number, unit=unit, **rest), species=species, confirm=confirm, taken=taken
    )


def refused(match: str, field: str, code: str, value: str | None = None, unit: str | None = None, **rest: Any) -> None:
    with pytest.raises(Refused, match=match) as caught:
        of(code, value, unit, **rest)
    assert not isinstance(caught.value, Unusual)
    assert caught.value.field == field
    assert in_language(str(caught.value), "ko") != str(caught.value)


def pressure(systolic: str | None, diastolic: str | None, unit: str | None = "mmHg", **rest: Any) -> Measurement:
    return of(
        "blood-pressure",
        None,
        unit,
        systolic=None if systolic is None else Decimal(systolic),
        diastolic=None if diastolic is None else Decimal(diastolic),
        **rest,
    )


def test_a_value_is_kept_as_given_and_in_the_canonical_unit() -> None:
    weight = of("weight", "150", "lb")
    assert (weight.code, weight.id) == ("29463-7", "29463-7")
    assert (weight.given, weight.given_unit) == (Decimal(150), "[lb_av]")
    assert (weight.value, weight.unit) == (Decimal("68.038856"), "kg")


def test_the_digits_that_were_given_stay() -> None:
    assert str(of("weight", "70.0", "kg").given) == "70.0"
    assert str(of("weight", "70.0", "kg").value) == "70"
    assert str(of("weight", "7.0E+1", "kg").given) == "70"


@pytest.mark.parametrize(
    ("code", "value", "unit", "canonical"),
    [
        ("height", "5.75", "ft", "175.26 cm"),
        ("waist", "32", "in", "81.28 cm"),
        ("temperature", "98.6", "°F", "37 Cel"),
        ("pulse", "72", "bpm", "72 /min"),
        ("respiratory-rate", "16", "breaths/min", "16 /min"),
        ("spo2", "98", "%", "98 %"),
        ("59408-5", "98", "%", "98 %"),
        ("fasting-glucose", "5.5", "mmol/L", "99.0858 mg/dL"),
        ("hba1c", "42", "mmol/mol", "5.99416 %"),
        ("total-cholesterol", "5", "mmol/L", "193.35 mg/dL"),
        ("hdl", "1.5", "mmol/L", "58.005 mg/dL"),
        ("ldl", "3", "mmol/L", "116.01 mg/dL"),
        ("13457-7", "3", "mmol/L", "116.01 mg/dL"),
        ("18262-6", "3", "mmol/L", "116.01 mg/dL"),
        ("triglycerides", "1.5", "mmol/L", "132.855 mg/dL"),
        ("ast", "30", "IU/L", "30 U/L"),
        ("alt", "0.5", "µkat/L", "30 U/L"),
        ("gamma-gtp", "30", "U/L", "30 U/L"),
        ("creatinine", "80", "µmol/L", "0.904773 mg/dL"),
        ("hemoglobin", "145", "g/L", "14.5 g/dL"),
    ],
)
def test_each_analyte_is_taken_in_other_units(code: str, value: str, unit: str, canonical: str) -> None:
    measured = of(code, value, unit)
    assert f"{measured.value} {measured.unit}" == canonical


@pytest.mark.parametrize("analyte", ALONE, ids=lambda one: one.name)
def test_the_limits_of_the_possible_are_possible_and_beyond_them_is_refused(analyte: analytes.Analyte) -> None:
    assert analyte.possible is not None
    assert analyte.possible_animal is not None
    for species, limits in ((None, analyte.possible), ("dog", analyte.possible_animal)):
        for value, beyond in (
            (limits.low, limits.low - Decimal("0.0001")),
            (limits.high, limits.high + Decimal("0.0001")),
        ):
            assert of(analyte.code, str(value), analyte.unit, species=species, confirm=True).value == value
            refused("is impossible", "value", analyte.code, str(beyond), analyte.unit, species=species, confirm=True)


@pytest.mark.parametrize("analyte", NUMBERS, ids=lambda one: one.name)
def test_what_is_unusual_is_possible_and_rarer_than_what_is_usual(analyte: analytes.Analyte) -> None:
    possible, usual, animal = analyte.possible, analyte.usual, analyte.possible_animal
    assert possible is not None
    assert usual is not None
    assert animal is not None
    assert animal.low <= possible.low < usual.low < usual.high <= possible.high <= animal.high
    assert possible.low >= 0


def test_an_unusual_value_is_asked_about_and_taken_when_it_is_confirmed() -> None:
    with pytest.raises(Unusual, match="weight 240 kg is unusual") as caught:
        of("weight", "240", "kg")
    assert caught.value.field == "value"
    assert "드문 값" in in_language(str(caught.value), "ko")
    assert of("weight", "240", "kg", confirm=True).confirmed is True
    assert of("weight", "200", "kg", confirm=True).confirmed is False  # at the limit: usual
    assert of("weight", "2", "kg").confirmed is False


def test_an_animal_is_never_unusual() -> None:
    assert of("weight", "4200", "kg", species="elephant").confirmed is False
    assert of("temperature", "41.8", "Cel", species="chicken").value == Decimal("41.8")
    refused("is impossible", "value", "weight", "4200", "kg", confirm=True)


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_a_value_that_is_no_number_is_refused(value: str) -> None:
    refused("neither infinite nor NaN", "value", "weight", value, "kg")
    refused("neither infinite nor NaN", "value", "6690-2", value, "10*3/uL")


@pytest.mark.parametrize("value", ["-70", "-0.000001", "0"])
def test_a_negative_weight_is_refused(value: str) -> None:
    refused("is impossible", "value", "weight", value, "kg")


@pytest.mark.parametrize("value", ["70.1234567", "1234567890123", "1E+999999", "1E-999999", "0.0000001"])
def test_too_many_digits_are_refused(value: str) -> None:
    refused("too many digits", "value", "weight", value, "kg")
    refused("too many digits", "value", "6690-2", value, "10*3/uL")


def test_as_many_digits_as_are_allowed_are_taken() -> None:
    assert of("weight", "70.123456", "kg").value == Decimal("70.123456")
    assert of("6690-2", "123456.123456", "10*3/uL").value == Decimal("123456.123456")


def test_a_unit_that_is_missing_or_does_not_fit_is_refused_with_those_that_do() -> None:
    refused("Give the unit of weight: one of kg, g, ", "unit", "weight", "70")
    refused("does not fit weight: use one of kg, g, ", "unit", "weight", "70", "cm")
    refused("does not fit fasting-glucose", "unit", "fasting-glucose", "5.5", "mol/furlong")
    refused("does not fit haemoglobin", "unit", "haemoglobin", "9", "mmol/L")


def test_a_number_is_not_given_in_words_nor_left_out() -> None:
    refused("weight is a number", "text", "weight", None, "kg", text="heavy")
    refused("Give the value of weight", "value", "weight", None, "kg")


def test_a_limit_is_for_the_laboratory() -> None:
    assert of("ggt", "5", "U/L", comparator="<").comparator == "<"
    refused("leave out the comparator", "comparator", "weight", "70", "kg", comparator="<")


def test_a_blood_pressure_is_a_pair() -> None:
    taken = pressure("118", "76", arm="left", position="sitting")
    assert (taken.code, taken.unit, taken.given_unit) == ("85354-9", "mm[Hg]", "mm[Hg]")
    assert [(part.code, part.given, part.value) for part in taken.components] == [
        ("8480-6", Decimal(118), Decimal(118)),
        ("8462-4", Decimal(76), Decimal(76)),
    ]
    assert (taken.arm, taken.position, taken.value) == ("left", "sitting", None)
    assert [part.value for part in pressure("16", "10.5", "kPa").components] == [
        Decimal("120.010201"),
        Decimal("78.756694"),
    ]


@pytest.mark.parametrize(("systolic", "diastolic"), [("80", "120"), ("100", "100")])
def test_a_diastolic_pressure_is_below_the_systolic(systolic: str, diastolic: str) -> None:
    with pytest.raises(Refused, match="must be below") as caught:
        pressure(systolic, diastolic, confirm=True)
    assert caught.value.field == "diastolic"
    assert pressure("101", "100").components


def test_half_a_blood_pressure_is_refused() -> None:
    for systolic, diastolic, missing in ((None, "80", "systolic"), ("120", None, "diastolic")):
        with pytest.raises(Refused, match=f"{missing} is missing"):
            pressure(systolic, diastolic)
    refused("is a pair", "value", "blood-pressure", "120", "mmHg")
    for half in ("systolic", "8480-6", "8462-4"):
        refused("together", "code", half, "120", "mmHg")


def test_each_half_of_a_blood_pressure_has_its_limits() -> None:
    for systolic, diastolic, field in (("401", "80", "systolic"), ("90", "4", "diastolic")):
        with pytest.raises(Refused, match="is impossible") as caught:
            pressure(systolic, diastolic, confirm=True)
        assert caught.value.field == field
    for systolic, diastolic, field in (("221", "80", "systolic"), ("200", "131", "diastolic")):
        with pytest.raises(Unusual) as asked:
            pressure(systolic, diastolic)
        assert asked.value.field == field
        assert pressure(systolic, diastolic, confirm=True).confirmed


def test_arm_and_position_belong_to_a_blood_pressure() -> None:
    refused("belongs to a blood pressure", "arm", "pulse", "70", "bpm", arm="left")
    refused("belongs to a blood pressure", "position", "6690-2", "70", "1", position="sitting")
    refused("belongs to a blood pressure", "systolic", "weight", "70", "kg", systolic=Decimal(120))


@pytest.mark.parametrize(
    ("said", "step"),
    [
        *((said, "-") for said in ("-", "−", "(-)", "neg", "Negative", "음성", "음성 (-)")),
        *((said, "±") for said in ("±", "+/-", "trace", "Trace", "약양성", "(±)")),
        *((said, "1+") for said in ("1+", "+1", "+", "(+)", "＋1", "양성(+1)")),
        *((said, "2+") for said in ("2+", "+2", "++", "( ++ )")),
        *((said, "3+") for said in ("3+", "+3", "+++")),
        *((said, "4+") for said in ("4+", "+4", "++++")),
    ],
)
def test_a_strip_is_read_in_steps(said: str, step: str) -> None:
    assert of("urine-protein", text=said).text == step


@pytest.mark.parametrize("said", ["", "positive", "5+", "1", "30 mg/dL"])
def test_what_is_no_step_is_refused(said: str) -> None:
    refused("read in steps", "text", "urine-protein", text=said)
    refused("read in steps", "text", "urine-protein", "30", "mg/dL")


def test_any_other_loinc_code_keeps_its_unit_and_name() -> None:
    white = of("6690-2", "6.10", "10*3/uL", display=" Leukocytes ")
    assert (white.value, white.unit, white.given_unit) == (Decimal("6.1"), "10*3/uL", "10*3/uL")
    assert (white.display, white.confirmed) == ("Leukocytes", False)
    assert of("38265-5", "-2.5", "{T_score}").value == Decimal("-2.5")
    words = of("5778-6", text="yellow")
    assert (words.text, words.unit, words.value) == ("yellow", None, None)


def test_another_code_needs_a_value_with_its_unit_or_words() -> None:
    refused("either value and unit or text", "value", "6690-2")
    refused("either value and unit or text", "value", "6690-2", "6", "1", text="six")
    refused("for a plain number it is 1", "unit", "6690-2", "6")
    refused("must be a UCUM code", "unit", "6690-2", "6", "thousand per microlitre")
    refused("neither unit nor comparator", "unit", "5778-6", None, "1", text="yellow")


def test_the_name_of_a_known_code_is_ours() -> None:
    assert of("weight", "70", "kg", display="Gewicht").display is None


@pytest.mark.parametrize("code", ["bmi", "39156-5", "egfr", "98979-8"])
def test_what_is_derived_cannot_be_given(code: str) -> None:
    refused("Vitalog derives it", "code", code, "24", "kg/m2")


def test_a_code_is_a_name_or_loinc_with_its_check_digit() -> None:
    assert code_of(" Weight ") == "29463-7"
    assert code_of("blood_pressure") == "85354-9"
    assert code_of("6690-2") == "6690-2"
    for wrong in ("29463-8", "6690-3", "1234567-1"):
        refused("wrong check digit", "code", wrong, "1", "1")
    for nothing in ("", "wieght", "29463", "029463-7", "12345678-9", "6690-22", "LP1234-5"):
        refused("must be a LOINC code", "code", nothing, "1", "1")


@pytest.mark.parametrize(("number", "digit"), [("12345", "5"), ("6690", "2"), ("29463", "7"), ("2160", "0")])
def test_the_check_digit_is_that_of_the_loinc_users_guide(number: str, digit: str) -> None:
    assert loinc.check_digit(number) == digit


def test_codes_that_were_issued_with_a_wrong_check_digit_are_codes() -> None:
    assert loinc.check_digit("11491") == "8"
    assert loinc.is_valid("11491-6")


@pytest.mark.parametrize("code", [*ANALYTES, *(code for code in CODES if "-" in code and code[0].isdigit())])
def test_every_code_of_ours_is_a_loinc_code(code: str) -> None:
    assert loinc.is_valid(code)


@forall(st.integers(min_value=1, max_value=9_999_999), st.integers(min_value=1, max_value=9))
def test_a_mistyped_check_digit_is_found(number: int, off: int) -> None:
    right = loinc.check_digit(str(number))
    wrong = f"{number}-{(int(right) + off) % 10}"
    assert loinc.is_valid(f"{number}-{right}")
    if wrong not in loinc._ISSUED_WITH_A_WRONG_DIGIT:
        assert not loinc.is_valid(wrong)


def test_every_analyte_has_a_name_in_both_languages_and_a_short_one_that_leads_to_it() -> None:
    for analyte in ANALYTES.values():
        assert CODES[analyte.name] == analyte.code
        assert set(analyte.display) == {"en", "ko"}
        assert all(analyte.display.values())
        assert set(analyte.units) >= ({analyte.unit} if analyte.unit else set())
        assert all(units.ucum(unit) == unit for unit in analyte.units)


def test_the_same_measured_again_gets_the_next_number() -> None:
    assert of("weight", "70", "kg", taken=("29463-7",)).id == "29463-7.2"
    assert of("weight", "70", "kg", taken=("29463-7", "29463-7.2")).id == "29463-7.3"
    assert of("weight", "70", "kg", taken=("29463-7.2",)).id == "29463-7"
    assert of("weight", "70", "kg", id="29463-7.4").id == "29463-7.4"


def test_an_id_that_is_taken_or_of_another_code_is_refused() -> None:
    refused("has a measurement 29463-7 already", "id", "weight", "70", "kg", id="29463-7", taken=("29463-7",))
    for wrong in ("8302-2", "29463-7.1", "29463-7.0", "29463-7.02", "29463-7x2", "29463-7.99999", ""):
        refused("id of a measurement", "id", "weight", "70", "kg", id=wrong)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("104", (None, Decimal(104))),
        (" 5.6 ", (None, Decimal("5.6"))),
        ("<5", ("<", Decimal(5))),
        ("< 5", ("<", Decimal(5))),
        ("≥90", (">=", Decimal(90))),
        (">=90", (">=", Decimal(90))),
        ("≤ 0.1", ("<=", Decimal("0.1"))),
        ("＞500", (">", Decimal(500))),
        ("−2.5", (None, Decimal("-2.5"))),
    ],
)
def test_a_number_is_read_as_laboratories_write_it(text: str, found: Any) -> None:
    assert number_from(text) == found


@pytest.mark.parametrize("text", ["", "1,234", "5,6", "1e3", "NaN", "<", "5 mg", "5.", ".5", "--5", "9" * 41, "<<5"])
def test_any_other_text_is_no_number(text: str) -> None:
    with pytest.raises(Refused, match="as a number"):
        number_from(text)


def test_every_refusal_here_has_a_translation() -> None:
    said = 0
    for module in (analytes, given, measuring, units):
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"Refused", "Unusual"}
            ):
                part = node.args[0]
                values = part.values if isinstance(part, ast.JoinedStr) else [part]
                text = "".join(str(one.value) if isinstance(one, ast.Constant) else "17" for one in values)
                assert any("가" <= letter <= "힣" for letter in in_language(text, "ko")), text
                said += 1
    assert said > 20
