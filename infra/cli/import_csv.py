"""``vitalog import csv``: from a spreadsheet's file to checkups, all of them or none."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from infra.cli import output
from infra.cli.output import PROBLEM, USAGE, Json, plain, say
from infra.errors import UserError
from infra.words import t

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from infra.cli.client import Client
    from infra.csv_import.rows import Fault, Given
    from infra.csv_import.table import Table

MOST_ROWS = 5_000
"""Of one request: what lands, lands in one append."""
_SHOWN = 200
_UNKNOWN_IDENTIFIER = "/patient/identifier"


@dataclass(slots=True)
class Checked:
    """What the server would make of each row."""

    rows: list[dict[str, Any]]
    """As sent, the good ones alone."""
    faults: list[Fault]
    new_patients: int
    unusual: bool
    """Whether one of the faults is a value that is possible, and taken with ``--confirm``."""


def csv_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=t("A CSV file, in UTF-8 or CP949."))],
    mapping: Annotated[
        Path, typer.Option(metavar="MAP.json", help=t("What its columns tell; see `vitalog import mapping`."))
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=t("Report every row, store nothing."))] = False,
    skip_bad: Annotated[
        Path | None, typer.Option(metavar="BAD.csv", help=t("Store the good rows; write the others to this file."))
    ] = None,
    confirm: Annotated[bool, typer.Option("--confirm", help=t("Unusual values are meant."))] = False,
    encoding: Annotated[
        str | None, typer.Option(metavar="NAME", help=t("Encoding of the file, if not found out rightly."))
    ] = None,
    as_json: Json = False,
) -> None:
    """Import checkups from a CSV file. Nothing is stored while one row is wrong, unless --skip-bad is given."""
    from infra.cli.client import Client
    from infra.csv_import import mapping as mappings
    from infra.csv_import import rows, table

    chosen = mappings.load(read_content(mapping))
    found = table.read(read_content(file), encoding=encoding or chosen.encoding, delimiter=chosen.delimiter)
    given, faults = rows.convert(found, chosen)
    if len(found.rows) > MOST_ROWS:
        raise UserError(
            t(
                "The file has {n} rows, and at most {most} land at once, all or none. Split it.",
                n=len(found.rows),
                most=MOST_ROWS,
            ),
            exit_code=USAGE,
        )
    confirm = confirm or chosen.confirm
    with Client() as client, _Bar(len(given)) as bar:
        checked = check(client, given, confirm=confirm, advance=bar.step)
        faults = sorted([*faults, *checked.faults], key=lambda fault: fault.row)
        stored = 0
        if not dry_run and checked.rows and (not faults or skip_bad is not None):
            if skip_bad is not None and faults:
                _write_bad(skip_bad, found, faults)
            bar.step(t("storing"), None)
            stored = int(client.post("/checkups/import", {"rows": checked.rows, "confirm": confirm})["stored"])
    told = _Told(found, len(checked.rows), checked.new_patients, stored, faults, skip_bad, dry_run=dry_run)
    if as_json:
        output.emit(told.as_json())
    else:
        told.show(unusual=checked.unusual)
    if faults and not (skip_bad is not None and (stored or dry_run)):
        raise typer.Exit(PROBLEM)


def check(
    client: Client, given: Sequence[Given], *, confirm: bool, advance: Callable[[str, int | None], None]
) -> Checked:
    """Ask the server about every row. Who has an identifier that nobody has is asked about again as somebody new."""
    from infra.csv_import.rows import Fault

    register = {row.number: not row.names_known for row in given}
    report: list[dict[str, Any]] = []
    for _ in range(2):
        advance(t("checking"), None)
        sent = [row.sent(register=register[row.number]) for row in given]
        report = _dry_run(client, sent, confirm=confirm)
        strangers = [
            row
            for row, told in zip(given, report, strict=True)
            if row.can_register
            and not register[row.number]
            and any(error["pointer"] == _UNKNOWN_IDENTIFIER for error in told.get("errors", []))
        ]
        if not strangers:
            break
        register |= {row.number: True for row in strangers}
    faults = [
        Fault(row.number, row.column_of(error["pointer"]), error["detail"])
        for row, told in zip(given, report, strict=True)
        for error in told.get("errors", [])
    ]
    good = [row.sent(register=register[row.number]) for row, told in zip(given, report, strict=True) if told["ok"]]
    new = {told["patient_id"] for told in report if told["ok"] and told["new_patient"]}
    unusual = any(error.get("unusual") for told in report for error in told.get("errors", []))
    advance(t("checking"), len(given))
    return Checked(good, faults, len(new), unusual)


def _dry_run(client: Client, rows: list[dict[str, Any]], *, confirm: bool) -> list[dict[str, Any]]:
    if not rows:
        return []
    answer = client.post("/checkups/import", {"rows": rows, "confirm": confirm}, dry_run="true")
    return answer["rows"]


def read_content(path: Path) -> bytes:
    """The bytes of a file, or of standard input for ``-``. Raises ``UserError``: it cannot be read."""
    try:
        return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise UserError(
            t("{file} cannot be read: {why}.", file=path, why=error.strerror or error), exit_code=USAGE
        ) from None


def _write_bad(path: Path, table: Table, faults: Sequence[Fault]) -> None:
    """Before anything lands: a file that cannot be written must not cost the rows that were to be in it."""
    from infra.csv_import import bad_rows

    try:
        with path.open("xb") as file:
            file.write(bad_rows.written(table, faults))
    except FileExistsError:
        raise UserError(
            t("{file} is there already. Name another file; nothing was stored.", file=path), exit_code=USAGE
        ) from None
    except OSError as error:
        raise UserError(
            t("{path} cannot be written: {why}.", path=path, why=error.strerror or error), exit_code=USAGE
        ) from None


@dataclass(slots=True)
class _Told:
    """What is told in the end."""

    table: Table
    good: int
    new_patients: int
    stored: int
    faults: list[Fault]
    bad_file: Path | None
    dry_run: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": len(self.table.rows),
            "encoding": self.table.encoding,
            "delimiter": self.table.delimiter,
            "good": self.good,
            "bad": len({fault.row for fault in self.faults}),
            "new_patients": self.new_patients,
            "stored": self.stored,
            "faults": [{"row": fault.row, "column": fault.column, "sentence": fault.sentence} for fault in self.faults],
        }

    def show(self, *, unusual: bool) -> None:
        bad = len({fault.row for fault in self.faults})
        for fault in self.faults[: None if self.dry_run else _SHOWN]:
            where = (
                t("row {n}, {column}", n=fault.row, column=fault.column) if fault.column else t("row {n}", n=fault.row)
            )
            print(plain(f"{where}: {fault.sentence}"))
        if not self.dry_run and len(self.faults) > _SHOWN:
            say(t("and {n} more; --dry-run shows them all.", n=len(self.faults) - _SHOWN))
        print(
            t(
                "{rows} rows ({encoding}): {good} good, {bad} bad, {new} new patients.",
                rows=len(self.table.rows),
                encoding=self.table.encoding,
                good=self.good,
                bad=bad,
                new=self.new_patients,
            )
        )
        if self.stored:
            print(t("Stored {n} checkups.", n=self.stored))
        else:
            print(t("Nothing was stored."))
        if bad and self.stored and self.bad_file is not None:
            print(plain(t("The bad rows are in {file}, each with its reason.", file=self.bad_file)))
        if unusual:
            say(t("If the unusual values are meant, repeat this with --confirm."))


class _Bar:
    """A progress bar on standard error, where that is a terminal."""

    def __init__(self, total: int) -> None:
        from rich.progress import Progress

        self._progress = Progress(console=output.side_console(), disable=not sys.stderr.isatty(), transient=True)
        self._task = self._progress.add_task(t("checking"), total=total)
        self._total = total

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def step(self, what: str, done: int | None) -> None:
        """``done`` rows of all; None: it is under way, and nobody knows how far."""
        self._progress.update(
            self._task, description=what, completed=done or 0, total=None if done is None else self._total
        )
