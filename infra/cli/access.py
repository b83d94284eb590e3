"""``vitalog access``: whether the token that `vitalog up` made still opens everything."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from infra.cli import output
from infra.cli.output import USAGE, Json
from infra.errors import UserError
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
    here: Annotated[
        bool, typer.Option("--here", help=t("On, in the database of this machine: when nobody can log in any more."))
    ] = False,
    as_json: Json = False,
) -> None:
    """Switch the admin token of `vitalog up` off, or on; needs an administrator who can log in otherwise."""
    from infra.cli.client import Client

    if here:
        from infra.cli.access_here import switch_on_here

        if to is not Switch.ON:
            raise UserError(t("--here goes with `on` alone."), exit_code=USAGE)
        switch_on_here()
        _tell({"works": True}, as_json=as_json)
        return
    path = "/access/bootstrap-token"
    with Client() as client:
        if to is not Switch.STATUS:
            client.post(path, {"works": to is Switch.ON})
        now = client.get(path) if to is not Switch.OFF or not _is_itself(client) else {"works": False}
    _tell(now, as_json=as_json)


def _tell(now: dict[str, bool], *, as_json: bool) -> None:
    if as_json:
        output.emit(now)
    else:
        print(t("The admin token works.") if now["works"] else t("The admin token is switched off."))


def _is_itself(client: object) -> bool:
    """Whether what has just been switched off is what we come with."""
    origin = getattr(getattr(client, "address", None), "token_origin", "")
    return origin == "VITALOG_ADMIN_TOKEN" or str(origin).endswith("admin-token")
