"""``vitalog audit``: who did what to whom, who was shown whose data, and the monthly review of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from infra.cli import output
from infra.cli.changes import changed
from infra.cli.output import Json, clock, plain, say
from infra.cli.people import Purpose
from infra.words import command, examples, t

app = typer.Typer(no_args_is_help=True, help=t("The audit trail: who changed and who saw what."))
_EXAMPLES = examples(
    "vitalog audit list --subject PATIENT --details --purpose legal",
    "vitalog audit list --actor kim@example.org --from 2026-11-01T00:00:00Z",
)
_Actor = Annotated[
    str | None, typer.Option(metavar="WHO", help=t("E-mail address of a user, user:ID, api-key:ID, admin, prober:…"))
]
_Subject = Annotated[
    str | None, typer.Option(metavar="ID", help=t("Whom it concerns: a patient, checkup, user, monitor, incident."))
]
_Type = Annotated[str | None, typer.Option("--type", help=t("Only this type, such as checkups.measurement-amended."))]
_From = Annotated[str | None, typer.Option("--from", metavar="TIME", help=t("Recorded at or after (RFC 3339)."))]
_To = Annotated[str | None, typer.Option("--to", metavar="TIME", help=t("Recorded before (RFC 3339)."))]
_Details = Annotated[bool, typer.Option("--details", help=t("With what was said before and after; needs a purpose."))]
_NAMED = 3
"""So many of those whom one entry concerns are named; ``--json`` has all."""
_Month = Annotated[str, typer.Option(metavar="YYYY-MM", help=t("Which month."))]


@command(app, "list", epilog=_EXAMPLES)
def list_(
    *,
    actor: _Actor = None,
    subject: _Subject = None,
    kind: _Type = None,
    first: _From = None,
    last: _To = None,
    details: _Details = False,
    purpose: Purpose = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help=t("At most so many."))] = 50,
    as_json: Json = False,
) -> None:
    """Show the trail, newest first: who did what, and who was shown what."""
    from infra.cli.client import Client

    with Client() as client:
        query = _query(client, actor, subject, kind, first, last, details=details)
        size = min(limit, 200 if details else 1000)
        found = list(islice(client.items("/audit", **query, purpose=purpose, limit=size), limit))
    if as_json:
        output.emit({"items": found})
        return
    for entry in found:
        who = entry["actor_name"] or entry["actor"]
        why = f"  ({entry['purpose_name']})" if entry["purpose_name"] else ""
        print(plain(f"{clock(entry['at'])}  #{entry['position']}  {who}: {entry['sentence']}{why}"))
        for line in _about(entry):
            print(plain(f"    {line}"))
    if not found:
        say(t("Nothing was found."))


@command(app)
def export(
    *,
    out: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.csv", help=t("Where to."))],
    purpose: Purpose,
    actor: _Actor = None,
    subject: _Subject = None,
    kind: _Type = None,
    first: _From = None,
    last: _To = None,
    details: _Details = False,
) -> None:
    """Write the whole trail, or a part of it, to a CSV file. It is an export: it needs a purpose."""
    from infra.cli.client import Client
    from infra.cli.results import write_private_file

    with Client() as client:
        query = _query(client, actor, subject, kind, first, last, details=details)
        content, _ = client.content("/audit", **query, purpose=purpose, format="csv")
    write_private_file(out, content)
    say(t("Written to {file}.", file=out))


@command(app)
def unusual(
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help=t("Which month; without it the one that is not over."))
    ] = None,
    as_json: Json = False,
) -> None:
    """Show which reads of patients' data somebody should look at."""
    from infra.cli.client import Client

    month = month or f"{datetime.now().astimezone():%Y-%m}"
    with Client() as client:
        found = client.get("/audit/unusual", month=month)
    if as_json:
        output.emit(found)
        return
    for one in found["items"]:
        who = one["actor_name"] or one["actor"]
        head = t("{who}: {why} (patients: {n})", who=who, why=one["why"], n=one["patients"])
        positions = ", ".join(f"#{position}" for position in one["positions"][:20])
        more = " …" if len(one["positions"]) > 20 else ""
        print(plain(f"{clock(one['from'])}–{clock(one['to'])}  {head}\n    {positions}{more}"))
    if not found["items"]:
        print(t("Nothing unusual in {month}.", month=month))


@command(app)
def reviews(as_json: Json = False) -> None:
    """Show the months with reads of personal data, and who reviewed them."""
    from infra.cli.client import Client
    from infra.cli.tables import print_table

    with Client() as client:
        found = client.get("/audit/reviews")
    if as_json:
        output.emit(found)
        return
    titles = (t("MONTH"), t("READS"), t("UNUSUAL"), t("REVIEWED"), t("CONCLUSION"))
    print_table(titles, [_month(one) for one in found["items"]], right=(1, 2))


@command(app)
def review(
    month: _Month,
    conclusion: Annotated[
        str,
        typer.Option(metavar="CONCLUSION", help=t("One of {choices}.", choices="nothing-found|followed-up|escalated")),
    ],
    note: Annotated[str | None, typer.Option(help=t("Without names: it is kept for ever."))] = None,
    flagged: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help=t("How many unusual reads you saw; refused when there are others now.")),
    ] = None,
    as_json: Json = False,
) -> None:
    """Sign for a month that is over. `vitalog audit unusual` shows what to look at first."""
    from infra.cli.client import Client

    body: dict[str, Any] = {"month": month, "conclusion": conclusion}
    body |= {name: value for name, value in (("note", note), ("flagged", flagged)) if value is not None}
    with Client() as client:
        done = client.post("/audit/reviews", body)
    if as_json:
        output.emit(done)
    else:
        print(
            t(
                "Signed for {month}: {reads} reads, {flagged} of them flagged.",
                month=month,
                reads=done["reads"],
                flagged=done["flagged"],
            )
        )


def _about(entry: dict[str, Any]) -> Iterator[str]:
    """What is said below an entry: how, to whom, why, and what it said before."""
    if entry["operation"]:
        yield entry["operation"]
    if entry["subjects"]:
        named = ", ".join(entry["subjects"][:_NAMED])
        more = len(entry["subjects"]) - _NAMED
        yield t("{ids} and {n} more", ids=named, n=more) if more > 0 else named
    told: dict[str, Any] = entry.get("details") or {}
    if told.get("erased"):
        yield t("Erased: nobody can read any more what it said.")
    if told.get("withheld"):
        yield t("Not shown: it needs {permissions}.", permissions=", ".join(told["withheld"]))
    if told.get("reason"):
        yield t("Reason: {reason}", reason=told["reason"])
    yield from changed(cast("list[dict[str, Any]]", told.get("changes") or []))


def _query(
    client: Any,
    actor: str | None,
    subject: str | None,
    kind: str | None,
    first: str | None,
    last: str | None,
    *,
    details: bool,
) -> dict[str, Any]:
    from infra.cli.user import user_id

    if actor is not None and "@" in actor:
        actor = f"user:{user_id(client, actor)}"
    return {
        "actor": actor,
        "subject": subject,
        "type": kind,
        "from": first,
        "to": last,
        "details": "true" if details else None,
    }


def _month(one: dict[str, Any]) -> tuple[object, ...]:
    newest = one["reviews"][-1] if one["reviews"] else None
    if newest is None:
        waiting = t("overdue") if one["overdue"] else t("not yet") if one["over"] else t("not over")
        return one["month"], one["reads"], one["flagged"], waiting, None
    by = newest["by_name"] or newest["by"]
    return one["month"], one["reads"], one["flagged"], f"{clock(newest['at'])}, {by}", newest["conclusion"]
