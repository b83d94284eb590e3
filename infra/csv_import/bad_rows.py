"""The rows that did not land, for a person to correct: as they were, with the reasons beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from infra.csv_import import table as tables
from infra.csv_import.rows import Fault
from infra.csv_import.table import Table
from infra.words import t

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def reasons_by_row(faults: Iterable[Fault]) -> dict[int, str]:
    """All that is wrong with each row, in one cell."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for fault in faults:
        found[fault.row].append(f"{fault.column}: {fault.sentence}" if fault.column else fault.sentence)
    return {row: "; ".join(sentences) for row, sentences in found.items()}


def written(table: Table, faults: Iterable[Fault]) -> bytes:
    """A CSV file of the bad rows alone, in the encoding and with the delimiter of the first; one column more."""
    reasons = reasons_by_row(faults)
    reason = t("reason")
    while reason in table.header:
        reason += "_"
    rows = [[*row.cells, _harmless(reasons[row.number])] for row in table.rows if row.number in reasons]
    return tables.write([*table.header, reason], rows, encoding=table.encoding, delimiter=table.delimiter)


def _harmless(text: str) -> str:
    # A sentence that begins like a formula (a column named "=…") would be obeyed by a spreadsheet.
    return f"'{text}" if text.startswith(_FORMULAS) else text
