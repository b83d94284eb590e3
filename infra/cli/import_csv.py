"""``vitalog import csv``: from a spreadsheet's file to checkups, all of them or none."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from infra.cli import import_rows as asking
from infra.cli import output
from infra.cli.output import PROBLEM, USAGE, Json, plain, say
from infra.errors import UserError
from infra.words import t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.cli.client import Client
    from infra.csv_import.rows import Fault
    from infra.csv_import.table import Table

MOST_ROWS = 5_000
"""Of one request: what lands, lands in one append."""
_MOST_BYTES = 64 << 20
_SHOWN = 200


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
    if len(found.rows) > MOST_ROWS:
        raise UserError(
            t(
                "The file has {n} rows, and at most {most} land at once, all or none. Split it.",
                n=len(found.rows),
                most=MOST_ROWS,
            ),
            exit_code=USAGE,
        )
    given, faults = rows.convert(found, chosen)
    confirm = confirm or chosen.confirm
    bad_file = _BadFile(skip_bad, found) if skip_bad is not None and not dry_run else None
    with Client() as client, _Bar(len(given)) as bar:
        try:
            checked = asking.check(client, given, confirm=confirm, advance=bar.step)
            if dry_run:
                checked = asking.together(client, checked, confirm=confirm)
        except KeyboardInterrupt:
            say(t("Interrupted: nothing was stored."))
            raise
        faults = [*faults, *checked.faults]
        stored = 0
        while not dry_run and checked.good and (not faults or bad_file is not None) and not stored:
            bar.storing()
            done = _store(client, checked, faults, bad_file, confirm=confirm)
            if isinstance(done, asking.Checked):
                faults = [*faults[: len(faults) - len(checked.faults)], *done.faults]
                checked = done
            else:
                stored = done
    faults.sort(key=lambda fault: fault.row)
    good = [row.number for row, _ in checked.good]
    told = _Told(found, good, len(checked.newcomers), stored, faults, skip_bad, dry_run=dry_run)
    if as_json:
        output.emit(told.as_json())
    else:
        told.show(unusual=checked.unusual)
    if faults and not (skip_bad is not None and (stored or dry_run)):
        raise typer.Exit(PROBLEM)


def _store(
    client: Client, checked: asking.Checked, faults: Sequence[Fault], bad_file: _BadFile | None, *, confirm: bool
) -> int | asking.Checked:
    """As ``asking.store``; the bad rows are written before, and taken back when nothing is known to be stored."""
    if bad_file is not None and faults:
        bad_file.write(faults)
    try:
        done = asking.store(client, checked, confirm=confirm)
    except BaseException as error:
        if bad_file is not None:
            bad_file.remove()
        if isinstance(error, KeyboardInterrupt):
            say(
                t(
                    "Interrupted while storing: either all good rows are stored or none. Repeat the import with "
                    "--dry-run to see; what is recorded already is reported."
                )
            )
        raise
    if isinstance(done, asking.Checked) and bad_file is not None:
        bad_file.remove()
    return done


def read_content(path: Path) -> bytes:
    """The bytes of a file, or of standard input for ``-``. Raises ``UserError``: it cannot be read, or is too large."""
    try:
        if str(path) == "-":
            content = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with path.open("rb") as file:
                content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UserError(
            t("{file} cannot be read: {why}.", file=path, why=error.strerror or error), exit_code=USAGE
        ) from None
    if len(content) > _MOST_BYTES:
        raise UserError(
            t("{file} is larger than {most} MiB. Split it.", file=path, most=_MOST_BYTES >> 20), exit_code=USAGE
        )
    return content


class _BadFile:
    """Where the bad rows go. For its owner alone: it is about people."""

    def __init__(self, path: Path, table: Table) -> None:
        self._path, self._table, self._written = path, table, False

    def write(self, faults: Sequence[Fault]) -> None:
        """Before anything lands: a file that cannot be written must not cost the rows that were to be in it."""
        from infra.csv_import import bad_rows

        try:
            made = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._written = True
            with os.fdopen(made, "wb") as file:
                file.write(bad_rows.written(self._table, faults))
        except FileExistsError:
            raise UserError(
                t("{file} is there already. Name another file; nothing was stored.", file=self._path), exit_code=USAGE
            ) from None
        except OSError as error:
            self.remove()
            raise UserError(
                t("{path} cannot be written: {why}.", path=self._path, why=error.strerror or error), exit_code=USAGE
            ) from None

    def remove(self) -> None:
        """If it is ours."""
        if self._written:
            self._path.unlink(missing_ok=True)
            self._written = False


@dataclass(slots=True)
class _Told:
    """What is told in the end."""

    table: Table
    good: list[int]
    """Numbers of rows."""
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
            "good": len(self.good),
            "bad": len({fault.row for fault in self.faults}),
            "new_patients": self.new_patients,
            "stored": self.stored,
            "good_rows": self.good,
            "faults": [{"row": fault.row, "column": fault.column, "sentence": fault.sentence} for fault in self.faults],
        }

    def show(self, *, unusual: bool) -> None:
        bad = len({fault.row for fault in self.faults})
        told = [(fault.row, _of(fault)) for fault in self.faults[: None if self.dry_run else _SHOWN]]
        if self.dry_run:  # every row is told of
            told = sorted([*told, *((n, t("row {n}: good", n=n)) for n in self.good)], key=lambda row: row[0])
        for _, line in told:
            print(plain(line))
        if not self.dry_run and len(self.faults) > _SHOWN:
            say(t("and {n} more; --dry-run shows them all.", n=len(self.faults) - _SHOWN))
        print(
            t(
                "{rows} rows ({encoding}): {good} good, {bad} bad, {new} new patients.",
                rows=len(self.table.rows),
                encoding=self.table.encoding,
                good=len(self.good),
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


def _of(fault: Fault) -> str:
    where = t("row {n}, {column}", n=fault.row, column=fault.column) if fault.column else t("row {n}", n=fault.row)
    return f"{where}: {fault.sentence}"


class _Bar:
    """A progress bar on standard error, where that is a terminal."""

    def __init__(self, total: int) -> None:
        from rich.progress import Progress

        self._progress = Progress(console=output.side_console(), disable=not sys.stderr.isatty(), transient=True)
        self._task = self._progress.add_task(t("checking"), total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def step(self, done: int) -> None:
        """So many rows are checked."""
        self._progress.update(self._task, completed=done)

    def storing(self) -> None:
        """It is under way, in one piece: nobody knows how far."""
        self._progress.update(self._task, description=t("storing"), completed=0, total=None)
