"""``vitalog import``: checkups from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from infra.cli import output
from infra.cli.import_csv import csv_file, read_content
from infra.cli.output import Json, say
from infra.words import command, examples, t

app = typer.Typer(no_args_is_help=True, help=t("Import checkups from CSV files and FHIR bundles."))
_EXAMPLES = examples(
    "vitalog import mapping results.csv > map.json   # look it over",
    "vitalog import csv results.csv --mapping map.json --dry-run",
    "vitalog import csv results.csv --mapping map.json --skip-bad bad.csv",
)
command(app, "csv", epilog=_EXAMPLES)(csv_file)


@command(app)
def mapping(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=t("A CSV file, in UTF-8 or CP949."))],
    encoding: Annotated[
        str | None, typer.Option(metavar="NAME", help=t("Encoding of the file, if not found out rightly."))
    ] = None,
) -> None:
    """Write a first mapping for a CSV file, from its headings. Look it over before you use it."""
    from infra.csv_import import proposing, table

    proposal, unknown = proposing.propose(table.read(read_content(file), encoding=encoding))
    output.emit(proposal)
    if unknown:
        say(t("Left out, because nothing was recognised in them: {names}.", names=", ".join(unknown)))


@command(app)
def fhir(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=t("A FHIR R4 Bundle as JSON."))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=t("Report every entry, store nothing."))] = False,
    confirm: Annotated[bool, typer.Option("--confirm", help=t("Unusual values are meant."))] = False,
    as_json: Json = False,
) -> None:
    """Import a FHIR R4 Bundle of patients and results, all of it or nothing."""
    from infra.cli.client import Client

    with Client() as client:
        answer = client.post_bundle(
            read_content(file),
            dry_run="true" if dry_run else None,
            confirm="true" if confirm else None,
        )
    if as_json:
        output.emit(answer)
        return
    entries: list[dict[str, Any]] = answer.get("entry", [])
    places = [str(entry["response"].get("location") or "") for entry in entries]
    for place in filter(None, places):
        print(output.plain(place))
    say(t("Stored nothing: it was a trial.") if dry_run else t("{n} entries were taken in.", n=len(entries)))
