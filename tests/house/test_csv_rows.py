"""Rows of a file become rows of an import, or sentences that say which cell is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.csv_import import bad_rows, proposing, rows, table
from infra.csv_import.mapping import Mapping, load
from infra.errors import UserError

_COLUMNS: dict[str, Any] = {
    "번호": None,
    "차트": {"to": "patient.identifier", "system": "chart"},
    "이름": "patient.name",
    "생일": "patient.birth_date",
    "성별": "patient.sex",
    "검진일": "checkup.date",
    "체중": {"to": "weight", "unit": "kg"},
    "최고": {"to": "blood-pressure.systolic", "unit": "mmHg", "arm": "left"},
    "최저": {"to": "blood-pressure.diastolic", "unit": "mmHg"},
    "혈당": {"to": "fasting-glucose", "unit": "mg/dL"},
    "요단백": "urine-protein",
}
_GOOD = ["1", "C-7", "김하늘", "1980.03.01", "여", "2026-11-03", "61.5", "118", "76", "<50", "-"]


def _mapping(columns: dict[str, Any] | None = None, **fields: Any) -> Mapping:
    return load(json.dumps({"kind": "national-general", "columns": columns or _COLUMNS} | fields))


def _table(*lines: list[str], header: list[str] | None = None) -> table.Table:
    return table.read(table.write(header or list(_COLUMNS), lines, encoding="utf-8", delimiter=","))


def _with(place: str, cell: str) -> list[str]:
    line = list(_GOOD)
    line[list(_COLUMNS).index(place)] = cell
    return line


def test_a_row_becomes_a_patient_a_checkup_and_measurements_with_their_units() -> None:
    given, faults = rows.convert(_table(_GOOD), _mapping())
    assert faults == []
    (row,) = given
    assert row.number == 2
    assert row.body == {
        "patient": {
            "identifiers": [{"system": "chart", "value": "C-7"}],
            "name": "김하늘",
            "birth_date": "1980-03-01",
            "sex": "female",
        },
        "kind": "national-general",
        "date": "2026-11-03",
        "measurements": [
            {"code": "weight", "value": "61.5", "unit": "kg"},
            {"code": "blood-pressure", "unit": "mmHg", "systolic": "118", "arm": "left", "diastolic": "76"},
            {"code": "fasting-glucose", "value": "50", "unit": "mg/dL", "comparator": "<"},
            {"code": "urine-protein", "text": "-"},
        ],
    }


@pytest.mark.parametrize(
    ("pointer", "column"),
    [
        ("/checkup/date", "검진일"),
        ("/checkup/measurements/0/value", "체중"),
        ("/checkup/measurements/1/diastolic", "최저"),
        ("/checkup/measurements/1/systolic", "최고"),
        ("/checkup/measurements/3/text", "요단백"),
        ("/checkup", None),
        ("/patient/identifier", "차트"),
        ("/patient/identifier/value", "차트"),
        ("/patient/register/identifiers/0", "차트"),
        ("/patient/register/birth_date", "생일"),
        ("/patient/expected/birth_date", "생일"),
        ("/patient", None),
        ("", None),
    ],
)
def test_what_the_api_says_of_a_part_of_a_row_is_said_of_its_column(pointer: str, column: str | None) -> None:
    (row,), _ = rows.convert(_table(_GOOD), _mapping())
    assert row.column_of(pointer) == column


def test_a_row_names_somebody_known_or_registers_somebody_new() -> None:
    (row,), _ = rows.convert(_table(_GOOD), _mapping())
    assert row.names_known
    assert row.can_register
    known, new = row.sent(register=False), row.sent(register=True)
    said = {"name": row.body["patient"]["name"], "birth_date": "1980-03-01", "sex": row.body["patient"]["sex"]}
    assert known["patient"] == {"identifier": {"system": "chart", "value": "C-7"}, "expected": said}
    assert new["patient"] == {"register": row.body["patient"]}
    assert known["checkup"] == new["checkup"]
    assert set(known["checkup"]) == {"kind", "date", "measurements"}


def test_an_empty_cell_was_not_measured_and_so_are_the_words_that_the_mapping_names() -> None:
    (row,), _ = rows.convert(_table(_with("체중", " ")), _mapping())
    assert [one["code"] for one in row.body["measurements"]] == ["blood-pressure", "fasting-glucose", "urine-protein"]
    (row,), faults = rows.convert(_table(_with("혈당", "미실시")), _mapping(empty=["미실시"]))
    assert faults == []
    assert [one["code"] for one in row.body["measurements"]] == ["weight", "blood-pressure", "urine-protein"]


@pytest.mark.parametrize(
    ("place", "cell", "column", "sentence"),
    [
        ("체중", "1,234", "체중", "no number"),
        ("체중", "무거움", "체중", "no number"),
        ("생일", "80.3.1", "생일", "no date"),
        ("검진일", "", "검진일", "day of the examination is missing"),
        ("성별", "?", "성별", "no sex we know"),
        ("최저", "", "최저", "Half of the blood pressure"),
        ("최고", "", "최고", "Half of the blood pressure"),
        ("최고", ">120", "최고", "no number"),
    ],
)
def test_every_fault_names_its_row_and_its_column(place: str, cell: str, column: str, sentence: str) -> None:
    given, faults = rows.convert(_table(_GOOD, _with(place, cell), _GOOD), _mapping())
    assert [row.number for row in given] == [2, 4]
    (fault,) = faults
    assert (fault.row, fault.column) == (3, column)
    assert sentence in fault.sentence


def test_all_faults_of_all_rows_are_told_at_once() -> None:
    bad = _with("체중", "x")
    bad[list(_COLUMNS).index("생일")] = "y"
    _, faults = rows.convert(_table(bad, _GOOD, [*_GOOD, "too many"], _with("검진일", "")), _mapping())
    assert [(fault.row, fault.column) for fault in faults] == [(2, "생일"), (2, "체중"), (4, None), (5, "검진일")]


def test_a_column_that_the_mapping_forgets_and_one_that_the_file_lacks_are_refused() -> None:
    with pytest.raises(UserError, match="does not say what these columns tell: 신장"):
        rows.convert(_table([*_GOOD, "170"], header=[*_COLUMNS, "신장"]), _mapping())
    with pytest.raises(UserError, match="the file does not have: 신장"):
        rows.convert(_table(_GOOD), _mapping(_COLUMNS | {"신장": None}))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("no json", "no JSON"),
        ("[]", "must be a JSON object"),
        ("{}", "needs columns"),
        ('{"columns": {"a": "weight"}, "colour": 1}', "unknown field: colour"),
        ('{"columns": {"a": {"to": "weight", "units": "kg"}}}', "unknown field: units"),
        ('{"columns": {"a": "weihgt", "d": "checkup.date", "n": "patient.name"}}', "weihgt is nothing"),
        ('{"columns": {"a": "bmi", "d": "checkup.date", "n": "patient.name"}}', "bmi is nothing"),
        ('{"columns": {"a": "29463-8", "d": "checkup.date", "n": "patient.name"}}', "29463-8 is nothing"),
        ('{"columns": {"a": "weight", "n": "patient.name"}}', "No column tells checkup.date"),
        ('{"columns": {"a": "weight", "d": "checkup.date"}}', "whose checkup"),
        ('{"columns": {"a": "weight", "b": "weight", "d": "checkup.date", "n": "patient.name"}}', "Two columns tell"),
        ('{"columns": {"a": "blood-pressure.systolic", "d": "checkup.date", "n": "patient.name"}}', "both columns"),
        ('{"columns": {"d": {"to": "checkup.date", "dates": "D.M.Y"}}}', "dates must be one of"),
        ('{"decimal": ";", "columns": {"d": "checkup.date"}}', "decimal must be one of"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused_with_a_reason(text: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        load(text)


@pytest.mark.parametrize("decimal", [".", ","])
def test_a_decimal_comma_and_a_decimal_point_give_the_same_rows(decimal: str) -> None:
    cell = "61.5".replace(".", decimal)
    content = table.write(list(_COLUMNS), [_with("체중", cell)], encoding="cp949", delimiter=";")
    (row,), faults = rows.convert(table.read(content), _mapping(decimal=decimal))
    assert faults == []
    assert row.body["measurements"][0]["value"] == "61.5"


def test_a_cell_may_carry_its_own_unit() -> None:
    columns = _COLUMNS | {"체중": {"to": "weight"}, "신장": {"to": "height", "unit": "cm"}}
    line = [*_with("체중", "135.6 lb"), "5 ft 9 in"]
    (row,), _ = rows.convert(_table(line, header=list(columns)), _mapping(columns))
    assert row.body["measurements"][0] == {"code": "weight", "value": "135.6", "unit": "lb"}
    assert row.body["measurements"][-1] == {"code": "height", "value": "69", "unit": "[in_i]"}


def test_a_proposal_recognises_korean_and_english_headings_and_their_units() -> None:
    header = [
        "순번",
        "성명",
        "생년월일",
        "성별",
        "검진일자",
        "신장(cm)",
        "체중(kg)",
        "수축기",
        "이완기",
        "공복 혈당",
        "AST(SGOT)",
        "Hb (g/L)",
        "흡연",
    ]
    line = ["1", "김하늘", "1980-03-01", "여", "03.11.2026", "170,5", "61,5", "118", "76", "94", "21", "131", "아니오"]
    other = [*line[:-2], "13,1 g/dL", "예"]  # a cell may say otherwise than its heading
    content = table.write(header, [line, other], encoding="cp949", delimiter=";")
    proposal, unknown = proposing.propose(table.read(content))
    assert "encoding" not in proposal
    assert "delimiter" not in proposal
    assert proposal["decimal"] == ","
    assert unknown == ["흡연"]
    assert proposal["columns"] == {
        "순번": None,
        "성명": "patient.name",
        "생년월일": "patient.birth_date",
        "성별": "patient.sex",
        "검진일자": {"to": "checkup.date", "dates": "DD.MM.YYYY"},
        "신장(cm)": {"to": "height", "unit": "cm"},
        "체중(kg)": {"to": "weight", "unit": "kg"},
        "수축기": {"to": "blood-pressure.systolic", "unit": "mmHg"},
        "이완기": {"to": "blood-pressure.diastolic", "unit": "mmHg"},
        "공복 혈당": {"to": "fasting-glucose", "unit": "mg/dL"},
        "AST(SGOT)": {"to": "ast", "unit": "U/L"},
        "Hb (g/L)": {"to": "haemoglobin", "unit": "g/L"},
        "흡연": None,
    }


def test_a_proposal_is_a_mapping_that_can_be_used_as_it_is() -> None:
    header = ["Name", "DOB", "Sex", "Date", "Height (in)", "Weight (lb)", "Blood pressure", "Glucose (mmol/L)", "SBP"]
    line = ["Ada", "1980-03-01", "F", "2026-11-03", "69", "150", "118/76", "5.4", "118"]
    found = table.read(table.write(header, [line], encoding="utf-8", delimiter=","))
    proposal, unknown = proposing.propose(found)
    assert unknown == ["SBP"]
    (row,), faults = rows.convert(found, load(json.dumps(proposal)))
    assert faults == []
    assert [(one["code"], one.get("unit")) for one in row.body["measurements"]] == [
        ("height", "in"), ("weight", "lb"), ("blood-pressure", "mmHg"), ("fasting-glucose", "mmol/L")
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
def test_bad_rows_are_written_as_they_were_with_the_reason_beside_them(encoding: str) -> None:
    content = table.write(
        list(_COLUMNS), [_GOOD, _with("체중", "말\n두 줄"), _with("검진일", "")], encoding=encoding, delimiter=";"
    )
    first = table.read(content)
    _, faults = rows.convert(first, _mapping())
    written = bad_rows.written(first, faults)
    again = table.read(written)
    assert (again.encoding, again.delimiter) == (encoding, ";")
    assert again.header == (*first.header, "reason")
    assert [row.cells[:-1] for row in again.rows] == [row.cells for row in first.rows[1:]]
    assert "체중: " in again.rows[0].cells[-1]
    assert "day of the examination" in again.rows[1].cells[-1]


@given(st.text(alphabet="=+-@\t\rA가", min_size=1, max_size=6))
def test_a_reason_is_never_a_formula(name: str) -> None:
    found = table.Table("utf-8", ",", ("a",), (table.Row(2, ("x",)),))
    text = bad_rows.written(found, [rows.Fault(2, name, "wrong")]).decode()
    reason = table.read(text.encode(), delimiter=",").rows[0].cells[-1]
    assert not reason.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_mapping_as_deep_as_the_sea_is_refused_like_any_other() -> None:
    with pytest.raises(UserError, match="no JSON"):
        load('{"columns": ' + "[" * 200_000)
