"""``vitalog trends`` and ``vitalog report``: where results are heading, and all of it to be printed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from infra.cli import output
from infra.cli.output import USAGE, Json, plain, say
from infra.cli.people import AsOf, PatientRef, Purpose
from infra.errors import UserError
from infra.words import language, t

_From = Annotated[str | None, typer.Option("--from", metavar="YYYY-MM-DD", help=t("First day."))]
_To = Annotated[str | None, typer.Option("--to", metavar="YYYY-MM-DD", help=t("Last day."))]


def trends(
    *,
    patient: PatientRef,
    code: Annotated[
        str | None, typer.Argument(metavar="WHAT", help=t("One result over time: fasting-glucose, bp, 4548-4."))
    ] = None,
    first: _From = None,
    last: _To = None,
    purpose: Purpose = None,
    as_json: Json = False,
) -> None:
    """Show where a patient's results are heading."""
    from infra.cli.client import Client
    from infra.cli.people import patient_id
    from infra.cli.tables import print_table

    with Client() as client:
        path = f"/patients/{patient_id(client, patient, purpose)}/trends" + (f"/{_code(code)}" if code else "")
        found = client.get(path, **{"from": first, "to": last}, purpose=purpose)
    if as_json:
        output.emit(found)
        return
    if code is None:
        titles = (t("WHAT"), t("LAST"), t("DATE"), t("CLASS"), t("CHANGE"), t("A YEAR"), t("N"))
        print_table(titles, [_summary(one) for one in found["items"]], right=(1, 4, 5, 6))
        return
    if not found["series"]:
        say(t("It was never measured."))
    for series in found["series"]:
        print(plain(f"{series['name']} ({series['unit_shown']})"))
        titles = (t("DATE"), t("VALUE"), t("MEDIAN OF 3"), t("CLASS"), t("CHECKUP"))
        rows = [
            (one["date"], f"{one['comparator'] or ''}{one['value']}", one["median_3"], _grades(one), one["checkup_id"])
            for one in series["points"]
        ]
        print_table(titles, rows, right=(1, 2))
        print(plain(t("A year: {slope}", slope=_slope(series) or "–")))


def report(
    *,
    patient: PatientRef,
    out: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help=t("Where to: report.pdf or report.html."))
    ] = None,
    lang: Annotated[str | None, typer.Option(metavar="en|ko", help=t("Language of the report; else yours."))] = None,
    first: _From = None,
    last: _To = None,
    as_of: AsOf = None,
    purpose: Purpose = None,
) -> None:
    """Write a patient's report to a file. A PDF is an export: it needs a purpose."""
    from infra.cli.client import Client
    from infra.cli.people import patient_id

    out = out or Path("report.pdf")
    form = out.suffix.removeprefix(".").lower()
    if form not in {"pdf", "html"}:
        raise UserError(t("Name the file report.pdf or report.html: its ending says the form."), exit_code=USAGE)
    with Client() as client:
        path = f"/patients/{patient_id(client, patient, purpose)}/report"
        period = {"from": first, "to": last}
        content, _ = client.content(path, format=form, lang=lang or language(), as_of=as_of, purpose=purpose, **period)
    write_private_file(out, content)
    say(t("Written to {file}.", file=out))


def write_private_file(path: Path, content: bytes) -> None:
    """For its owner alone: it is about people. Raises ``UserError``: it cannot be written."""
    import os
    import stat

    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):  # one that was there before may be open to others
                os.fchmod(file.fileno(), 0o600)
            file.write(content)
    except OSError as error:
        raise UserError(t("{path} cannot be written: {why}.", path=path, why=error.strerror or error)) from None


def _code(code: str) -> str:
    from urllib.parse import quote

    return quote(code, safe="")


def _summary(one: dict[str, Any]) -> tuple[object, ...]:
    last = one["last"]
    change = one["change"]
    value = f"{last['comparator'] or ''}{last['value']} {one['unit_shown']}"
    return one["name"], value, last["date"], _grades(last), _change(change), _slope(one), one["n"]


def _change(change: dict[str, Any] | None) -> str | None:
    return None if change is None else f"{_signed(change['absolute'])} ({t('{n} d', n=change['days'])})"


def _grades(one: dict[str, Any]) -> str | None:
    """In the words of the first table that says something: that of the national checkup, where it does."""
    return next((grade["name"] for grade in one["grades"] if grade["grade"] is not None), None)


def _slope(one: dict[str, Any]) -> str | None:
    """With its 95 % interval; None: too few values."""
    slope = one["slope"]
    if slope["per_year"] is None:
        return None
    digits = one["decimals"] if one["decimals"] is not None else 2
    low, high = slope["low_per_year"], slope["high_per_year"]
    interval = "" if low is None else f" ({_signed(low, digits + 1)} … {_signed(high, digits + 1)})"
    return _signed(slope["per_year"], digits + 1) + interval


def _signed(value: float, digits: int | None = None) -> str:
    return f"{value:+g}" if digits is None else f"{value:+.{digits}f}"
