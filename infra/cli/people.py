"""What the commands about people share: whom they mean, why they look, and edits of what others may be editing too."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import UUID

import typer

from infra.cli import output
from infra.cli.output import NOT_FOUND, USAGE, plain, say
from infra.cli.problems import PURPOSES
from infra.errors import UserError
from infra.words import t

if TYPE_CHECKING:
    from infra.cli.client import Client

PATIENT_HELP = t("Id of the patient, or an identifier as SYSTEM|VALUE (then with --purpose).")
PatientRef = Annotated[str, typer.Argument(metavar="PATIENT", help=PATIENT_HELP)]
CheckupRef = Annotated[str, typer.Argument(metavar="CHECKUP", help=t("Id of the checkup."))]
Purpose = Annotated[
    str | None,
    typer.Option(
        metavar="PURPOSE", help=t("Why you look: {choices}. It is recorded.", choices=PURPOSES.replace("|", ", "))
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(metavar="WHEN", help=t("As known then: a day, a time (RFC 3339), or a position of the ledger.")),
]
Reason = Annotated[str, typer.Option(help=t("Why; kept with the change."))]
Version = Annotated[
    str | None,
    typer.Option(metavar="N", help=t("The version you have seen; refused when it has changed since.")),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help=t("Print the id and nothing else."))]
Yes = Annotated[bool, typer.Option("--yes", "-y", help=t("Do not ask."))]


def patient_id(client: Client, ref: str, purpose: str | None = None) -> str:
    """The id that is meant. Raises ``UserError``: nobody has that identifier."""
    if is_id(ref):
        return ref.lower()
    if "|" not in ref:
        raise UserError(
            t(
                "{ref!r} is no id. `vitalog patient find` shows ids; an identifier is written SYSTEM|VALUE.",
                ref=plain(ref),
            ),
            exit_code=USAGE,
        )
    found = client.get("/patients", identifier=ref, purpose=purpose, limit=2)["items"]
    if not found:
        raise UserError(t("No patient has the identifier {ref}.", ref=plain(ref)), exit_code=NOT_FOUND)
    return str(found[0]["id"])


def is_id(text: str) -> bool:
    """Whether it is a UUID as Vitalog writes them."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def edit(client: Client, path: str, version: str | None, do: Callable[[str], Any]) -> Any:
    """Do it to what is at ``path``, at the version seen before or, without one, the version it has now.

    Raises:
        UserError: it was refused; when somebody else was faster, their changes have been printed.
    """
    from infra.cli.changes import change_lines
    from infra.cli.problems import Problem

    tag = f'"{version}"' if version is not None else client.found(path)[1]
    try:
        return do(tag)
    except Problem as problem:
        changes: list[dict[str, Any]] = problem.members.get("changes") or []
        for entry in changes:
            for line in change_lines(entry):
                say(line)
        if problem.kind == "stale" and changes:
            now = changes[-1]["version"]
            raise UserError(
                t(
                    "It has changed since you read it, as shown above. If your change is still right, repeat it with "
                    "--version {version}.",
                    version=now,
                ),
                exit_code=problem.exit_code,
            ) from None
        raise


def confirm(question: str, *, yes: bool) -> None:
    """Ask, where there is somebody to ask. Raises ``typer.Exit``: the answer is no."""
    if not yes and sys.stdin.isatty() and not typer.confirm(question, err=True):
        raise typer.Exit(output.PROBLEM)


def object_from(text: str) -> dict[str, Any]:
    """A JSON object from a file, or from standard input for ``-``. Raises ``UserError``: it is none."""
    from infra.cli.values import content

    try:
        found: Any = json.loads(content(f"@{text}"))
    except (ValueError, RecursionError) as error:
        raise UserError(t("{file} holds no JSON: {why}.", file=text, why=error), exit_code=USAGE) from None
    if not isinstance(found, dict):
        raise UserError(t("{file} must hold one JSON object.", file=text), exit_code=USAGE)
    return cast("dict[str, Any]", found)
