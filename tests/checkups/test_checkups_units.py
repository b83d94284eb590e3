"""Units: against an independent table of UCUM's factors, there and back again, and however people spell them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.checkups import units
from domain.checkups.analytes import ANALYTES
from domain.refusal import Refused

UCUM_IN_SI = {
    # ucum-essence.xml 2.1, written out in SI units; kept apart from the program's table on purpose.
    "m": ("m", "1"),
    "cm": ("m", "0.01"),
    "mm": ("m", "0.001"),
    "[in_i]": ("m", "0.0254"),
    "[ft_i]": ("m", "0.3048"),
    "kg": ("g", "1000"),
    "g": ("g", "1"),
    "[lb_av]": ("g", "453.59237"),
    "[oz_av]": ("g", "28.349523125"),
    "[stone_av]": ("g", "6350.29318"),
    "mm[Hg]": ("Pa", "133.322"),
    "kPa": ("Pa", "1000"),
    "/min": ("/60s", "1"),
    "/s": ("/60s", "60"),
    "mg/dL": ("mg/L", "10"),
    "mg/L": ("mg/L", "1"),
    "g/L": ("mg/L", "1000"),
    "g/dL": ("mg/L", "10000"),
    "ug/dL": ("mg/L", "0.01"),
    "mmol/L": ("umol/L", "1000"),
    "umol/L": ("umol/L", "1"),
    "U/L": ("nkat/60L", "1000"),  # 1 umol/min = 1000/60 nmol/s
    "ukat/L": ("nkat/60L", "60000"),
    "nkat/L": ("nkat/60L", "60"),
}
PAIRS = [(one, other) for one in UCUM_IN_SI for other in UCUM_IN_SI if UCUM_IN_SI[one][0] == UCUM_IN_SI[other][0]]
PLAUSIBLE = st.decimals(min_value=0, max_value=10_000, places=4, allow_nan=False)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_conversion_is_exactly_that_of_ucum(one: str, other: str) -> None:
    ratio = Fraction(UCUM_IN_SI[one][1]) / Fraction(UCUM_IN_SI[other][1])
    assert units.exact(Decimal("12.5"), one, other, "x") == Fraction("12.5") * ratio


@pytest.mark.parametrize(
    ("value", "one", "other", "code", "result"),
    [
        ("150", "[lb_av]", "kg", "29463-7", "68.038856"),  # 68.0388555: the tie goes to the even digit
        ("1", "[lb_av]", "kg", "29463-7", "0.453592"),
        ("70", "[in_i]", "cm", "8302-2", "177.8"),
        ("5.9", "[ft_i]", "cm", "8302-2", "179.832"),
        ("98.6", "[degF]", "Cel", "8310-5", "37"),
        ("-40", "[degF]", "Cel", "8310-5", "-40"),
        ("310.15", "K", "Cel", "8310-5", "37"),
        ("16", "kPa", "mm[Hg]", "8480-6", "120.010201"),
        ("5.55", "mmol/L", "mg/dL", "1558-6", "99.98658"),
        ("7", "mmol/L", "mg/dL", "1558-6", "126.1092"),
        ("5.2", "mmol/L", "mg/dL", "2093-3", "201.084"),
        ("1.7", "mmol/L", "mg/dL", "2571-8", "150.569"),
        ("88.42", "umol/L", "mg/dL", "2160-0", "1"),
        ("0.08842", "mmol/L", "mg/dL", "2160-0", "1"),
        ("135", "g/L", "g/dL", "718-7", "13.5"),
        ("0.5", "ukat/L", "U/L", "1742-6", "30"),
        ("1", "g/L", "mg/dL", "1558-6", "100"),
        ("48", "mmol/mol", "%", "4548-4", "6.54304"),
        ("53", "mmol/mol", "%", "4548-4", "7.00044"),  # 53 mmol/mol is the published twin of 7.0 %
    ],
)
def test_a_known_conversion(value: str, one: str, other: str, code: str, result: str) -> None:
    converted = units.convert(Decimal(value), one, other, code)
    assert (converted, str(converted)) == (Decimal(result), result)


@pytest.mark.parametrize("analyte", [one for one in ANALYTES.values() if one.units], ids=lambda one: one.name)
def test_each_unit_an_analyte_accepts_leads_to_its_canonical_unit_and_exactly_back(analyte) -> None:
    @given(value=PLAUSIBLE, unit=st.sampled_from(analyte.units))
    def there_and_back(value: Decimal, unit: str) -> None:
        there = units.exact(value, unit, analyte.unit, analyte.code)
        assert units.exact(there, analyte.unit, unit, analyte.code) == Fraction(value)
        stored = units.convert(value, unit, analyte.unit, analyte.code)
        assert abs(Fraction(stored) - there) <= Fraction(1, 2_000_000)

    there_and_back()


@given(value=PLAUSIBLE, more=st.decimals(min_value="0.0001", max_value=100, places=4))
def test_a_larger_value_stays_larger_in_another_unit(value: Decimal, more: Decimal) -> None:
    assume(value + more != value)
    for one, other, code in (("[lb_av]", "kg", "29463-7"), ("mmol/mol", "%", "4548-4"), ("[degF]", "Cel", "8310-5")):
        assert units.exact(value, one, other, code) < units.exact(value + more, one, other, code)


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        ("mmol/L", "mg/dL", "718-7"),  # haemoglobin: of which molecule?
        ("kg", "cm", "29463-7"),
        ("mmol/mol", "%", "2708-6"),
        ("[iU]/L", "U/L", "1742-6"),
        ("mmHg", "kPa", "8480-6"),
    ],
)
def test_units_of_different_things_are_not_converted(one: str, other: str, code: str) -> None:
    with pytest.raises(Refused, match="cannot be converted"):
        units.convert(Decimal(1), one, other, code)


def test_a_unit_that_is_unknown_is_still_itself() -> None:
    assert units.convert(Decimal("4.50"), "10*3/uL", "10*3/uL", "6690-2") == Decimal("4.5")


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("mmHg", "mm[Hg]"),
        ("mm Hg", "mm[Hg]"),
        ("㎜Hg", "mm[Hg]"),
        ("lb", "[lb_av]"),
        ("LBS", "[lb_av]"),
        ("inches", "[in_i]"),
        ("ft", "[ft_i]"),
        ("°F", "[degF]"),
        ("℉", "[degF]"),
        ("℃", "Cel"),
        ("c", "Cel"),
        ("µmol/L", "umol/L"),  # micro sign
        ("μmol/L", "umol/L"),  # Greek mu
        ("㎎/㎗", "mg/dL"),
        ("MG/DL", "mg/dL"),
        ("mg/100 mL", "mg/dL"),
        ("IU/L", "U/L"),
        ("u/l", "U/L"),
        ("μkat/L", "ukat/L"),
        ("bpm", "/min"),
        ("회/분", "/min"),
        ("{beats}/min", "/min"),
        ("％", "%"),
        ("㎏", "kg"),
        ("㎝", "cm"),
        ("kg/㎡", "kg/m2"),
        ("mL/min/1.73m²", "mL/min/{1.73_m2}"),
    ],
)
def test_a_unit_is_understood_as_people_spell_it(spelling: str, code: str) -> None:
    assert units.ucum(spelling) == code


@pytest.mark.parametrize("spelling", ["", "furlong", "mg", "mg/dL/min", "[iU]/L", "mL/min/1.73.m2"])
def test_any_other_unit_is_not_understood(spelling: str) -> None:
    assert units.ucum(spelling) is None


@pytest.mark.parametrize(
    ("spelling", "kept"),
    [
        ("10*3/uL", "10*3/uL"),
        ("10*-6", "10*-6"),
        ("ng/mL", "ng/mL"),
        ("µg/L", "ug/L"),
        ("{score}", "{score}"),
        ("m[H2O]", "m[H2O]"),
        ("[in_i'H2O]", "[in_i'H2O]"),
        ("mL/min/{1.73_m2}", "mL/min/{1.73_m2}"),
        ("/[HPF]", "/[HPF]"),
        ("(mg/dL)/h", "(mg/dL)/h"),
        ("1", "1"),
        ("mmHg", "mm[Hg]"),
        ("bpm", "/min"),
        ("°C", "Cel"),
        ("mg per dL", None),
        ("mg//dL", None),
        ("", None),
        ("천/μL", None),
        ("mg/dL.", None),
        ("{a b}", None),
        ("a" * 51, None),
    ],
)
def test_the_unit_of_another_code_is_kept_when_it_can_be_ucum(spelling: str, kept: str | None) -> None:
    assert units.kept(spelling) == kept


@given(value=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=5))
def test_one_number_has_one_spelling(value: Decimal) -> None:
    plain = units.plain(value)
    assert plain == value
    assert str(plain) == str(units.plain(value * Decimal("1.000")))
    assert "E" not in str(plain)


def test_the_sources_of_the_factors_are_named() -> None:
    said = units.__doc__ or ""
    for factor in ("133.322", "18.0156", "38.67", "88.57", "88.42", "0.09148", "453.59237"):
        assert factor in said
    assert Path(units.__file__).read_text().count('"133.322"') == 1
