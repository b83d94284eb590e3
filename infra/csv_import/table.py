"""A CSV file as a table: its encoding and its delimiter found out, its rows numbered as a spreadsheet numbers them."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from infra.errors import UserError
from infra.words import t

DELIMITERS = (",", ";", "\t")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_SAMPLE = 50
MOST_COLUMNS = 500
"""More is no table of results, but a file cut at the wrong marks."""
_USAGE = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One record below the header."""

    number: int
    """As a spreadsheet counts: the header is row 1, and a cell with line breaks is still in one row."""
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A whole file. Header names are composed (NFC) and trimmed; cells are as they stand in the file."""

    encoding: str
    """``utf-8``, ``utf-8-sig`` (with a byte order mark), ``utf-16``, ``cp949`` or what was asked for."""
    delimiter: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    """Without empty lines; their numbers are left out."""


def read(content: bytes, *, encoding: str | None = None, delimiter: str | None = None) -> Table:
    """The table in a file's bytes.

    Raises:
        UserError: it is no text in that encoding, has no header, names a column twice, or a quotation never ends.
    """
    encoding = encoding_of(content, encoding)
    text = _decoded(content, encoding)
    delimiter = delimiter or sniffed(text)
    numbered = _records(text, delimiter)
    _, header = next(numbered, (0, ()))
    while header and not header[-1].strip():  # a spreadsheet leaves these behind its last column
        header = header[:-1]
    names = tuple(unicodedata.normalize("NFC", name).strip() for name in header)
    if len(names) > MOST_COLUMNS:
        raise UserError(
            t("The first row names {n} columns; at most {most} can be.", n=len(names), most=MOST_COLUMNS),
            exit_code=_USAGE,
        )
    _check_header(names)
    rows = [
        Row(number, _without_empty_end(cells, len(names)))
        for number, cells in numbered
        if any(cell.strip() for cell in cells)
    ]
    return Table(encoding, delimiter, names, tuple(rows))


def encoding_of(content: bytes, asked: str | None) -> str:
    """By the byte order mark, which says it for certain; else the encoding asked for, by Python's name for it; else
    UTF-8 if it can be that, else CP949, in which Korean spreadsheets save.

    Raises:
        UserError: there is no such encoding, or the file is a workbook and no text.
    """
    if content.startswith(_WORKBOOKS):
        raise UserError(t("This is a workbook, not a CSV file. Save it as CSV first."), exit_code=_USAGE)
    marked = next((name for mark, name in _BOMS if content.startswith(mark)), None)
    if asked is not None:
        try:
            name = codecs.lookup(asked).name
        except (LookupError, ValueError):
            raise UserError(
                t("There is no encoding {name!r}. Write utf-8 or cp949.", name=asked), exit_code=_USAGE
            ) from None
        return marked or name
    if marked is not None:
        return marked
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp949"
    return "utf-8"


def sniffed(text: str) -> str:
    """The delimiter that cuts the header into several cells and most of the first rows into as many."""

    def fitness(delimiter: str) -> tuple[bool, float, int]:
        sample: list[int] = []
        try:
            for _, cells in _records(text, delimiter):
                sample.append(len(cells))
                if len(sample) > _SAMPLE:
                    break
        except UserError:
            sample = sample or [1]
        width = sample[0] if sample else 1
        alike = sum(cells == width for cells in sample) / max(len(sample), 1)
        return width > 1, alike, width

    return max(DELIMITERS, key=fitness)


def write(header: Sequence[str], rows: Sequence[Sequence[str]], *, encoding: str, delimiter: str) -> bytes:
    """A CSV file. What the encoding has no letter for is written as ``?``."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode(encoding, errors="replace")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        where = content.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else 1
        raise UserError(
            t(
                "Line {line} is not {encoding} text. Name the right encoding with --encoding, such as cp949 or utf-8.",
                line=where,
                encoding=encoding,
            ),
            exit_code=_USAGE,
        ) from None
    if "\0" in text:
        raise UserError(t("This is no text: it holds null characters."), exit_code=_USAGE)
    return text


def _records(text: str, delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UserError(
                t("Row {row} cannot be read: {why}. Is a quotation mark missing?", row=number + 1, why=error),
                exit_code=_USAGE,
            ) from None
        number += 1
        yield number, tuple(cells)


def _check_header(names: tuple[str, ...]) -> None:
    if not names or not any(names):
        raise UserError(t("The first row must hold the names of the columns."), exit_code=_USAGE)
    for number, name in enumerate(names, 1):
        if not name:
            raise UserError(t("Column {n} has no name in the first row.", n=number), exit_code=_USAGE)
        if names.index(name) != number - 1:
            raise UserError(t("Two columns are named {name}. Rename one of them.", name=name), exit_code=_USAGE)


def _without_empty_end(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    return cells
