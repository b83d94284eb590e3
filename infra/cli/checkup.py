"""``vitalog checkup``: what was measured, and what was corrected."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.cli import output
from infra.cli.output import USAGE, Json, say
from infra.cli.people import AsOf, CheckupRef, PatientRef, Purpose, Quiet, Reason, Version, Yes
from infra.errors import UserError
from infra.words import command, examples, t

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.cli.client import Client

app = typer.Typer(no_args_is_help=True, help=t("Checkups: recorded, read now or as known then, corrected."))
_EXAMPLES = examples(
    "vitalog checkup add PATIENT --date 2026-11-03 weight=70kg height='5 ft 9 in' bp=118/76@left,sitting",
    "vitalog checkup add PATIENT --date 2026-11-03 --kind follow-up glucose=5.4mmol/L hba1c=5.6% urine-protein=1+",
)
_Confirm = Annotated[bool, typer.Option("--confirm", help=t("An unusual value is meant."))]
_Measured = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME=VALUE", help=t("Such as weight=70kg, bp=118/76, glucose=5.4mmol/L, 6690-2='5.1 10*3/uL'.")
    ),
]
_KINDS = "national-general|cancer-screening|employment|school|infant|follow-up|animal-wellness|other"
_Kind = typer.Option(metavar="KIND", help=t("One of {kinds}.", kinds=_KINDS.replace("|", ", ")))
_Measurement = Annotated[
    str, typer.Argument(metavar="MEASUREMENT", help=t("Its name or id, such as weight or 29463-7."))
]


@command(app, epilog=_EXAMPLES)
def add(
    *,
    patient: PatientRef,
    measured: _Measured = None,
    date: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help=t("Day of the examination; else today."))
    ] = None,
    kind: Annotated[str, _Kind] = "other",
    place: Annotated[str | None, typer.Option(help=t("Where."))] = None,
    clinician: Annotated[str | None, typer.Option(help=t("By whom."))] = None,
    note: Annotated[str | None, typer.Option(help=t("Kept as it is for ever; later there are addenda."))] = None,
    from_file: Annotated[
        str | None, typer.Option(metavar="FILE", help=t("All of it as JSON from a file, or from standard input for -."))
    ] = None,
    confirm: _Confirm = False,
    purpose: Purpose = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Record a checkup; shows what follows from it. Asks about values that are unusual."""
    from datetime import datetime

    from infra.cli.checkup_views import print_results
    from infra.cli.client import Client
    from infra.cli.measured import given
    from infra.cli.people import object_from, patient_id

    if from_file is not None:
        body = object_from(from_file)
    else:
        today = datetime.now().astimezone().date().isoformat()
        fields = {"kind": kind, "date": date or today, "place": place, "clinician": clinician, "note": note}
        body: dict[str, Any] = {name: value for name, value in fields.items() if value is not None}
    body["measurements"] = [*body.get("measurements", []), *(given(text) for text in measured or ())]
    if not body["measurements"]:
        raise UserError(t("Say what was measured, such as weight=70kg."), exit_code=USAGE)
    with Client() as client:
        path = f"/patients/{patient_id(client, patient, purpose)}/checkups"
        added = confirmed(lambda sure: client.post(path, body | ({"confirm": True} if sure else {})), sure=confirm)
    if as_json:
        output.emit(added)
    elif quiet:
        print(added["id"])
    else:
        print(t("Recorded the checkup {id}.", id=added["id"]))
        print_results(added)


@command(app, "list")
def list_(patient: PatientRef, as_of: AsOf = None, purpose: Purpose = None, as_json: Json = False) -> None:
    """Show a patient's checkups, newest first."""
    from infra.cli.checkup_views import print_checkups
    from infra.cli.client import Client
    from infra.cli.people import patient_id

    with Client() as client:
        path = f"/patients/{patient_id(client, patient, purpose)}/checkups"
        found = list(client.items(path, as_of=as_of, purpose=purpose))
    if as_json:
        output.emit({"items": found})
    elif found:
        print_checkups(found)
    else:
        say(t("There are no checkups."))


@command(app)
def show(checkup: CheckupRef, as_of: AsOf = None, as_json: Json = False) -> None:
    """Show one checkup, as known now or then."""
    from infra.cli.checkup_views import print_checkup
    from infra.cli.client import Client

    with Client() as client:
        one = client.get(f"/checkups/{checkup}", as_of=as_of)
    if as_json:
        output.emit(one)
    else:
        print_checkup(one)


@command(app)
def history(checkup: CheckupRef, as_json: Json = False) -> None:
    """Show who changed what of a checkup, when and why, with the value before and after."""
    from infra.cli.changes import print_history
    from infra.cli.client import Client

    with Client() as client:
        found = client.get(f"/checkups/{checkup}/history")
    if as_json:
        output.emit(found)
    else:
        print_history(found)


@command(app)
def amend(
    *,
    checkup: CheckupRef,
    measured: Annotated[str, typer.Argument(metavar="NAME=VALUE", help=t("What it is, such as weight=71kg."))],
    reason: Reason,
    measurement: Annotated[
        str | None,
        typer.Option("--id", metavar="ID", help=t("Which one, when the same was measured twice: 29463-7.2.")),
    ] = None,
    confirm: _Confirm = False,
    version: Version = None,
    as_json: Json = False,
) -> None:
    """Correct a measurement. The old value stays readable beside the new one."""
    from domain.checkups.analytes import code_of
    from infra.cli.measured import given

    new = given(measured)
    which = measurement or code_of(new["code"])
    body = {"measurement": new, "reason": reason}
    done = _edit(checkup, f"measurements/{which}/amend", body, version, confirm=confirm)
    _report(done, t("Corrected."), as_json=as_json)


@command(app)
def withdraw(
    checkup: CheckupRef, measurement: _Measurement, reason: Reason, version: Version = None, as_json: Json = False
) -> None:
    """Say that something was never measured."""
    from domain.checkups.analytes import CODES

    body = {"measurement": None, "reason": reason}
    done = _edit(checkup, f"measurements/{CODES.get(measurement, measurement)}/amend", body, version)
    _report(done, t("Withdrawn."), as_json=as_json)


@command(app)
def complete(
    *,
    checkup: CheckupRef,
    measured: Annotated[str, typer.Argument(metavar="NAME=VALUE", help=t("What was missing, such as pulse=68/min."))],
    reason: Reason,
    confirm: _Confirm = False,
    version: Version = None,
    as_json: Json = False,
) -> None:
    """Add a measurement that was missing."""
    from infra.cli.measured import given

    done = _edit(checkup, "measurements", {"measurement": given(measured), "reason": reason}, version, confirm=confirm)
    _report(done, t("Added."), as_json=as_json)


@command(app)
def details(
    *,
    checkup: CheckupRef,
    reason: Reason,
    date: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help=t("Day of the examination."))] = None,
    kind: Annotated[str | None, _Kind] = None,
    place: Annotated[str | None, typer.Option(help=t("Where."))] = None,
    clinician: Annotated[str | None, typer.Option(help=t("By whom."))] = None,
    version: Version = None,
    as_json: Json = False,
) -> None:
    """Correct date, kind, place or clinician."""
    from infra.cli.client import Client
    from infra.cli.people import edit

    fields = {"date": date, "kind": kind, "place": place, "clinician": clinician}
    changes: dict[str, Any] = {name: value for name, value in fields.items() if value is not None}
    if not changes:
        raise UserError(t("Say what to change, such as --date."), exit_code=USAGE)
    with Client() as client:
        path = f"/checkups/{checkup}"
        done = edit(client, path, version, lambda tag: client.patch(path, changes | {"reason": reason}, version=tag))
    _report(done, t("Corrected."), as_json=as_json)


@command(app)
def addendum(
    checkup: CheckupRef,
    text: Annotated[str, typer.Argument(metavar="TEXT", help=t("What is to be read beside the results, or @FILE."))],
    as_json: Json = False,
) -> None:
    """Add something to be read beside the results."""
    from infra.cli.client import Client
    from infra.cli.values import content

    with Client() as client:
        done = client.post(f"/checkups/{checkup}/addenda", {"text": content(text)})
    _report(done, t("Added."), as_json=as_json, results=False)


@command(app)
def void(checkup: CheckupRef, reason: Reason, version: Version = None, yes: Yes = False, as_json: Json = False) -> None:
    """Say that a checkup was entered in error. It counts nowhere from now on, and stays readable."""
    from infra.cli.people import confirm

    confirm(t("Void the checkup {id}?", id=checkup), yes=yes)
    done = _edit(checkup, "void", {"reason": reason}, version)
    _report(done, t("Voided."), as_json=as_json, results=False)


def confirmed(send: Callable[[bool], Any], *, sure: bool) -> Any:
    """Send it; unusual values are shown, and sent again once somebody says that they are meant."""
    from infra.cli.problems import Problem

    try:
        return send(sure)
    except Problem as problem:
        if problem.kind != "unusual":
            raise
        if not sys.stdin.isatty():
            say(t("If the unusual values are meant, repeat this with --confirm."))
            raise
        say(str(problem))
        if not typer.confirm(t("Is it meant?"), err=True):
            raise typer.Exit(output.PROBLEM) from None
        return send(True)


def _edit(checkup: str, what: str, body: dict[str, Any], version: str | None, *, confirm: bool | None = None) -> Any:
    """``confirm``: None where there is no value that could be unusual."""
    from infra.cli.client import Client
    from infra.cli.people import edit

    def send(client: Client, tag: str, sure: bool) -> Any:
        return client.post(f"/checkups/{checkup}/{what}", body | ({"confirm": True} if sure else {}), version=tag)

    with Client() as client:
        return edit(
            client,
            f"/checkups/{checkup}",
            version,
            lambda tag: confirmed(lambda sure: send(client, tag, sure), sure=bool(confirm)),
        )


def _report(done: Any, sentence: str, *, as_json: bool, results: bool = True) -> None:
    from infra.cli.checkup_views import print_results

    if as_json:
        output.emit(done)
        return
    print(f"{sentence} {t('It is at version {version} now.', version=done['version'])}")
    if results:
        print_results(done)
