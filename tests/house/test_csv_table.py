"""A CSV file is read as what it is, whoever saved it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.csv_import import cells, table
from infra.errors import UserError

_LETTERS = st.text(alphabet=st.sampled_from("가나다힣김 abcXYZ019.,;\"'\n±µ-/()"), max_size=12)
_NAMES = st.lists(st.text(alphabet="가나다라abc(),;", min_size=1, max_size=8), min_size=2, max_size=6, unique=True)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    header = draw(_NAMES)
    row = st.lists(_LETTERS, min_size=len(header), max_size=len(header))
    return header, draw(st.lists(row, max_size=8))


@given(tables(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.sampled_from(table.DELIMITERS))
def test_what_was_written_is_read_whatever_the_encoding_and_the_delimiter(
    content: tuple[list[str], list[list[str]]], encoding: str, delimiter: str
) -> None:
    header, rows = content
    found = table.read(table.write(header, rows, encoding=encoding, delimiter=delimiter), delimiter=delimiter)
    assert (found.encoding, list(found.header)) == (encoding, header)
    kept = {number: row for number, row in enumerate(rows, 2) if any(cell.strip() for cell in row)}
    # An empty line that is no line at all (one empty cell) still counts as a row of the spreadsheet.
    assert {row.number: list(row.cells) for row in found.rows} == kept


@pytest.mark.parametrize("delimiter", table.DELIMITERS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_encoding_and_delimiter_are_found_out(encoding: str, delimiter: str) -> None:
    header = ["이름", "체중(kg)", "비고"]
    rows = [["김하늘", "61.5", "안경, 착용"], ["이서준", "72", "재검; 요망"], ["박지우", "58", "말\n두 줄"]]
    found = table.read(table.write(header, rows, encoding=encoding, delimiter=delimiter))
    assert (found.encoding, found.delimiter) == (encoding, delimiter)
    assert [list(row.cells) for row in found.rows] == rows
    assert [row.number for row in found.rows] == [2, 3, 4]


def test_a_decimal_comma_does_not_make_the_comma_the_delimiter() -> None:
    found = table.read("Name;Größe;Gewicht\nA;170,5;65,2\nB;181,0;80,4\n".encode())
    assert found.delimiter == ";"
    assert found.rows[0].cells == ("A", "170,5", "65,2")


def test_an_encoding_that_was_named_is_not_guessed() -> None:
    content = "이름,키\n김하늘,170\n".encode("euc-kr")
    assert table.read(content, encoding="EUC-KR").header == ("이름", "키")
    with pytest.raises(UserError, match="Line 1 is not utf-8"):
        table.read(content, encoding="utf-8")
    with pytest.raises(UserError, match="no encoding 'klingon'"):
        table.read(content, encoding="klingon")
    assert table.read("\ufeffa,b\n1,2\n".encode(), encoding="utf-8").header == ("a", "b")


def test_names_that_a_mac_decomposed_are_the_names_that_others_write() -> None:
    assert table.read("이름,키\n".encode()).header == ("이름", "키")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04rest", "workbook"),
        (b"", "first row"),
        (b",,\n1,2,3\n", "first row"),
        (b"a,,b\n1,2,3\n", "Column 2 has no name"),
        (b"a,b,a\n1,2,3\n", "Two columns are named a"),
        (b'a,b\n1,"2\n3,4\n', "Row 2 cannot be read"),
        (b"a,b\n1,\x00\n", "null characters"),
        (b"a,b\n\xff\xff,1\n", "Line 2 is not cp949"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(content: bytes, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        table.read(content)


def test_columns_that_a_spreadsheet_left_behind_are_dropped() -> None:
    found = table.read(b"a,b,,\n1,2,,\n3,4,5,\n")
    assert found.header == ("a", "b")
    assert [row.cells for row in found.rows] == [("1", "2"), ("3", "4", "5")]


@pytest.mark.parametrize(
    ("cell", "iso"),
    [
        ("2026-11-03", "2026-11-03"),
        (" 2026.11.3. ", "2026-11-03"),
        ("2026. 11. 03", "2026-11-03"),
        ("2026/11/03 09:30", "2026-11-03"),
        ("20261103", "2026-11-03"),
        ("2026년 11월 3일", "2026-11-03"),
        ("２０２６-１１-０３", "2026-11-03"),
        ("2026-11-03T00:00:00", "2026-11-03"),
    ],
)
def test_a_date_that_begins_with_the_year_needs_no_format(cell: str, iso: str) -> None:
    assert cells.day(cell) == iso


def test_a_date_that_could_be_two_days_is_taken_only_as_the_mapping_says() -> None:
    with pytest.raises(cells.Unreadable, match="no date as"):
        cells.day("03/11/2026")
    assert cells.day("03/11/2026", ("DD/MM/YYYY",)) == "2026-11-03"
    assert cells.day("03/11/2026", ("MM/DD/YYYY",)) == "2026-03-11"
    with pytest.raises(cells.Unreadable, match="no such day"):
        cells.day("2026-02-30")


@pytest.mark.parametrize(
    ("cell", "decimal", "read"),
    [
        ("104", ".", (None, "104", "")),
        ("5.4 mmol/L", ".", (None, "5.4", "mmol/L")),
        ("70kg", ".", (None, "70", "kg")),
        ("≤5", ".", ("<=", "5", "")),
        ("< 0.5 mg/dL", ".", ("<", "0.5", "mg/dL")),
        ("−1.5", ".", (None, "-1.5", "")),
        ("5,4 mmol/L", ",", (None, "5.4", "mmol/L")),
        ("３６.５℃", ".", (None, "36.5", "°C")),
    ],
)
def test_a_number_is_read_with_its_sign_and_its_unit(
    cell: str, decimal: cells.Decimal, read: tuple[str | None, str, str]
) -> None:
    assert cells.number(cell, decimal) == read


@pytest.mark.parametrize(
    ("cell", "decimal"), [("1,234", "."), ("5.6", ","), ("many", "."), ("", "."), (".", "."), ("1.2.3", ",")]
)
def test_a_number_that_could_mean_two_things_is_refused(cell: str, decimal: cells.Decimal) -> None:
    with pytest.raises(cells.Unreadable, match="no number such as"):
        cells.number(cell, decimal)


@pytest.mark.parametrize("cell", ["5 ft 9 in", "5'9\"", "5ft 9", "5’9”", "5 feet 9 inches"])
def test_feet_and_inches_are_inches(cell: str) -> None:
    assert cells.feet_and_inches(cell) == "69"


def test_half_an_inch_is_kept_and_other_lengths_are_left_alone() -> None:
    assert cells.feet_and_inches("5 ft 9.5 in") == "69.5"
    assert cells.feet_and_inches("175 cm") is None


def test_a_blood_pressure_is_read_as_a_pair() -> None:
    assert cells.pair("118/76") == ("118", "76", "")
    assert cells.pair("15,7 / 10,1 kPa", ",") == ("15.7", "10.1", "kPa")
    with pytest.raises(cells.Unreadable, match="pair"):
        cells.pair("118")


def test_a_byte_order_mark_is_believed_whatever_was_said() -> None:
    content = table.write(["이름", "키"], [["하늘", "170"]], encoding="utf-8-sig", delimiter=",")
    assert table.read(content, encoding="cp949").header == ("이름", "키")


def test_a_file_of_countless_columns_or_an_endless_cell_is_refused_at_once() -> None:
    with pytest.raises(UserError, match="200000 columns"):
        table.read(",".join(f"c{n}" for n in range(200_000)).encode())
    with pytest.raises(UserError, match="field larger"):
        table.read(b'a,b\n"' + b"x" * 200_000 + b'",2\n')
