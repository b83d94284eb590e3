"""Asking the server about the rows of an import, and having it store them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from infra.cli.problems import Problem
from infra.csv_import.rows import Fault, Given

if TYPE_CHECKING:
    from infra.cli.client import Client

PATH = "/checkups/import"
_CHUNK = 250
"""Rows asked about at once, so that it can be seen how far it is."""
_UNKNOWN_IDENTIFIER = "/patient/identifier"
_PATIENCE_S = 1800.0
"""For thousands of rows to be stored in one append."""
Advance = Callable[[int], None]


@dataclass(slots=True)
class Checked:
    """What the server would make of each row."""

    good: list[tuple[Given, dict[str, Any]]] = field(default_factory=list[tuple[Given, dict[str, Any]]])
    """Each with how it is sent."""
    faults: list[Fault] = field(default_factory=list[Fault])
    newcomers: set[str] = field(default_factory=set[str])
    """Whoever would be registered."""
    unusual: bool = False
    """Whether one of the faults is a value that is possible, and taken with ``--confirm``."""

    def take(self, row: Given, sent: dict[str, Any], told: dict[str, Any]) -> None:
        """What was told about one row."""
        errors: list[dict[str, Any]] = told.get("errors", [])
        self.faults += [Fault(row.number, row.column_of(error["pointer"]), error["detail"]) for error in errors]
        self.unusual = self.unusual or any(error.get("unusual") for error in errors)
        if not errors:
            self.good.append((row, sent))
            if told.get("new_patient"):
                numbers = row.body["patient"].get("identifiers") or [told["patient_id"]]
                self.newcomers.add(str(numbers[0]))


def check(client: Client, given: Sequence[Given], *, confirm: bool, advance: Advance) -> Checked:
    """Ask about every row. Who has an identifier that nobody has is asked about again as somebody new.

    What two rows far from one another have in common, such as the same checkup twice, is only told by ``together``
    and ``store``.
    """
    checked = Checked()
    for begin in range(0, len(given), _CHUNK):
        chunk = given[begin : begin + _CHUNK]
        register = [not row.names_known for row in chunk]
        sent, report = _asked(client, chunk, register, confirm=confirm)
        strangers = [
            row.can_register
            and not new
            and any(error["pointer"] == _UNKNOWN_IDENTIFIER for error in told.get("errors", []))
            for row, new, told in zip(chunk, register, report, strict=True)
        ]
        if any(strangers):
            register = [new or stranger for new, stranger in zip(register, strangers, strict=True)]
            sent, report = _asked(client, chunk, register, confirm=confirm)
        for row, body, told in zip(chunk, sent, report, strict=True):
            checked.take(row, body, told)
        advance(begin + len(chunk))
    return checked


def together(client: Client, checked: Checked, *, confirm: bool) -> Checked:
    """What ``store`` would make of the good rows beside one another; nothing is stored."""
    if not checked.good:
        return checked
    body = {"rows": [sent for _, sent in checked.good], "confirm": confirm}
    return _again(checked, client.post(PATH, body, timeout_s=_PATIENCE_S, dry_run="true")["rows"])


def store(client: Client, checked: Checked, *, confirm: bool) -> int | Checked:
    """All the good rows in one append: how many; or, where some are wrong together with the others or by now, what
    is wrong, and nothing is stored.
    """
    body = {"rows": [sent for _, sent in checked.good], "confirm": confirm}
    try:
        return int(client.post(PATH, body, timeout_s=_PATIENCE_S)["stored"])
    except Problem as refused:
        problem = refused
        report: list[dict[str, Any]] = problem.members.get("rows") or []
        if problem.kind != "import-refused" or len(report) != len(checked.good):
            raise
    again = _again(checked, report)
    if len(again.good) == len(checked.good):
        raise problem
    return again


def _again(checked: Checked, report: list[dict[str, Any]]) -> Checked:
    """What was told about the good rows in the end."""
    again = Checked(faults=list(checked.faults), unusual=checked.unusual)
    for (row, sent), told in zip(checked.good, report, strict=True):
        again.take(row, sent, told)
    return again


def _asked(
    client: Client, rows: Sequence[Given], register: Sequence[bool], *, confirm: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    sent = [row.sent(register=new) for row, new in zip(rows, register, strict=True)]
    answer = client.post(PATH, {"rows": sent, "confirm": confirm}, timeout_s=_PATIENCE_S, dry_run="true")
    return sent, answer["rows"]
