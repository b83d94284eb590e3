"""``vitalog access``: whether the token that `vitalog up` made still opens everything."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from infra.cli import output
from infra.cli.output import Json
from infra.words import command, t

app = typer.Typer(no_args_is_help=True, help=t("How one gets in."))


class Switch(StrEnum):
    """Of the bootstrap token."""

    ON = "on"
    OFF = "off"
    STATUS = "status"


@command(app, "bootstrap-token")
def bootstrap_token(
    to: Annotated[Switch, typer.Argument(metavar="on|off|status", help=t("What is to be."))] = Switch.STATUS,
    as_json: Json = False,
) -> None:
    """Switch the admin token of `vitalog up` off, or on; needs an administrator who can log in otherwise."""
    from infra.cli.client import Client

    path = "/access/bootstrap-token"
    with Client() as client:
        if to is not Switch.STATUS:
            client.post(path, {"works": to is Switch.ON})
        now = client.get(path) if to is not Switch.OFF or not _is_itself(client) else {"works": False}
    if as_json:
        output.emit(now)
    else:
        print(t("The admin token works.") if now["works"] else t("The admin token is switched off."))


def _is_itself(client: object) -> bool:
    """Whether what has just been switched off is what we come with."""
    origin = getattr(getattr(client, "address", None), "token_origin", "")
    return origin == "VITALOG_ADMIN_TOKEN" or str(origin).endswith("admin-token")
