"""What people type for a measurement."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from domain.checkups.analytes import ANALYTES
from domain.checkups.given import GivenMeasurement
from domain.checkups.measuring import measure
from infra.cli import measured


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("weight=70kg", {"code": "weight", "value": "70", "unit": "kg"}),
        ("weight = 154.3 lb", {"code": "weight", "value": "154.3", "unit": "lb"}),
        ("height=5 ft 9 in", {"code": "height", "value": "69", "unit": "[in_i]"}),
        ("height=5'9\"", {"code": "height", "value": "69", "unit": "[in_i]"}),
        ("bp=118/76", {"code": "bp", "systolic": "118", "diastolic": "76", "unit": "mmHg"}),
        (
            "bp=15.7/10.1kPa@left,sitting",
            {
                "code": "bp",
                "systolic": "15.7",
                "diastolic": "10.1",
                "unit": "kPa",
                "arm": "left",
                "position": "sitting",
            },
        ),
        ("glucose=5.4mmol/L", {"code": "glucose", "value": "5.4", "unit": "mmol/L"}),
        ("hba1c=5.6%", {"code": "hba1c", "value": "5.6", "unit": "%"}),
        ("triglycerides=<10 mg/dL", {"code": "triglycerides", "value": "10", "unit": "mg/dL", "comparator": "<"}),
        ("urine-protein=-", {"code": "urine-protein", "text": "-"}),
        ("urine-protein=1+", {"code": "urine-protein", "text": "1+"}),
        ("temperature=98.2°F", {"code": "temperature", "value": "98.2", "unit": "°F"}),
        ("6690-2=5.1 10*3/uL", {"code": "6690-2", "value": "5.1", "unit": "10*3/uL"}),
        ("5778-6=yellow", {"code": "5778-6", "text": "yellow"}),
    ],
)
def test_a_value_and_its_unit_are_read_as_they_are_said(text: str, sent: dict[str, Any]) -> None:
    assert measured.given(text) == sent


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("weight", "is no measurement"),
        ("=70kg", "is no measurement"),
        ("weight=", "is no measurement"),
        ("wieght=70kg", "no measurement 'wieght'"),
        ("29463-8=70kg", "no measurement '29463-8'"),
        ("weight=heavy", "weight: This is no number"),
        ("weight=1,234kg", "weight: This is no number"),
        ("bp=118", "pair"),
        ("bp=118/76@leg", "left, right"),
    ],
)
def test_what_is_no_measurement_is_refused_with_an_example(text: str, sentence: str) -> None:
    with pytest.raises(typer.BadParameter, match=sentence):
        measured.given(text)


@given(
    st.sampled_from(
        [one for one in ANALYTES.values() if one.kind == "number" and one.usual and one.name[-4:] != "olic"]
    ),
    st.data(),
)
def test_what_the_parser_makes_of_a_usual_value_the_domain_takes_as_that_value(
    analyte: Any, data: st.DataObject
) -> None:
    low, high = analyte.usual.low, analyte.usual.high
    value = data.draw(st.decimals(min_value=low, max_value=high, places=2))
    space = data.draw(st.sampled_from(["", " "]))
    sent = measured.given(f"{analyte.name}={value}{space}{analyte.unit}")
    measurement = measure(msgspec.convert(sent, GivenMeasurement, strict=False), species=None, confirm=False)
    assert (measurement.value, measurement.unit) == (Decimal(value), analyte.unit)
