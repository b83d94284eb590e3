"""``vitalog api-key``: keys with which programs act for the user who is logged in."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from infra.cli import output
from infra.cli.output import Json, clock, plain, say
from infra.words import command, examples, t

app = typer.Typer(no_args_is_help=True, help=t("API keys: programs that act for you. Log in first."))
_EXAMPLES = examples("vitalog api-key add 'nightly import' --scope import.write --days 90")


@command(app, epilog=_EXAMPLES)
def add(
    label: Annotated[str, typer.Argument(metavar="LABEL", help=t("What it is for."))],
    scope: Annotated[
        list[str], typer.Option(metavar="PERMISSION", help=t("What it may do, of what you may; may be repeated."))
    ],
    days: Annotated[int, typer.Option(metavar="N", min=1, max=366, help=t("How long it works."))] = 90,
    as_json: Json = False,
) -> None:
    """Issue an API key. It is shown this once, and kept nowhere."""
    from datetime import UTC, datetime, timedelta

    from infra.cli.client import Client

    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
    with Client() as client:
        made = client.post("/api-keys", {"label": label, "scopes": scope, "expires_at": ends.isoformat()})
    if as_json:
        output.emit(made)
        return
    print(made["key"])
    say(t("Works until {at}. Shown this once: keep it, for example as VITALOG_TOKEN.", at=clock(made["expires_at"])))


@command(app, "list")
def list_(
    everybody: Annotated[bool, typer.Option("--everybody", help=t("Those of all users, for administrators."))] = False,
    as_json: Json = False,
) -> None:
    """Show your API keys; never the keys themselves."""
    from infra.cli.client import Client
    from infra.cli.tables import print_table

    with Client() as client:
        found = client.get("/api-keys", everybody="true" if everybody else None)["items"]
    if as_json:
        output.emit({"items": found})
        return
    titles = (t("LABEL"), t("SCOPES"), t("ENDS"), t("ID"))
    print_table(
        titles,
        [
            (
                one["label"],
                ", ".join(one["scopes"]),
                _ends(one),
                one["id"],
            )
            for one in found
        ],
    )


def _ends(one: dict[str, Any]) -> str:
    states = {"revoked": t("revoked"), "expired": t("expired")}
    return states.get(one["state"]) or clock(one["expires_at"])


@command(app)
def revoke(key: Annotated[str, typer.Argument(metavar="KEY", help=t("Id of the key."))], as_json: Json = False) -> None:
    """Let an API key work no more."""
    from infra.cli.client import Client

    with Client() as client:
        done = client.delete(f"/api-keys/{key}")
    if as_json:
        output.emit(done)
    else:
        print(plain(t("Revoked {id}.", id=key)))
