"""``vitalog account``: one's own password and one-time codes."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from infra.cli import output
from infra.cli.login import ask, read_secret
from infra.cli.output import REFUSED, USAGE, Json, plain
from infra.errors import UserError
from infra.words import command, t

app = typer.Typer(no_args_is_help=True, help=t("Your own account: password and one-time codes."))
_Code = Annotated[
    str | None, typer.Option(metavar="DIGITS", help=t("The code of your authenticator; asked for otherwise."))
]


@command(app)
def password(
    password_stdin: Annotated[
        bool,
        typer.Option("--password-stdin", help=t("Read the old and the new password from standard input, one a line.")),
    ] = False,
    as_json: Json = False,
) -> None:
    """Change your password. Other sessions end."""
    from infra.cli.client import Client

    with Client() as client:
        _known(client)
        if password_stdin:
            old, new = (sys.stdin.readline().rstrip("\r\n") for _ in range(2))
        else:
            old, new = read_secret(t("Current password")), read_secret(t("New password"))
            if read_secret(t("New password, once more")) != new:
                raise UserError(t("The two are not the same."), exit_code=USAGE)
        done = client.post("/me/password", {"old": old, "password": new})
    _report(done, t("The password is changed."), as_json=as_json)


@command(app)
def totp(as_json: Json = False) -> None:
    """Ask for a one-time code from now on whenever somebody logs in as you."""
    from infra.cli.client import Client

    with Client() as client:
        _known(client)
        made = client.post("/me/totp")
        # Beside the result, so that it is seen before the code is asked for; it is shown this once.
        print(plain(t("Add this to your authenticator: {secret}", secret=made["secret"])), file=sys.stderr)
        print(plain(t("or open: {uri}", uri=made["address"])), file=sys.stderr, flush=True)
        done = client.post("/me/totp/confirm", {"code": _code(t("The code that it shows"))})
    _report(done, t("One-time codes are in use from now on."), as_json=as_json)


@command(app, "no-totp")
def no_totp(code: _Code = None, as_json: Json = False) -> None:
    """Ask for one-time codes no more."""
    from infra.cli.client import Client

    with Client() as client:
        _known(client)
        done = client.delete("/me/totp", {"code": code or ask(t("One-time code"))})
    _report(done, t("One-time codes are in use no more."), as_json=as_json)


def _known(client: Any) -> None:
    """Raises ``UserError``: the token is nobody's."""
    if client.get("/me").get("user") is None:
        raise UserError(t("The administrator's token has no account. Log in first: vitalog login"), exit_code=REFUSED)


def _code(prompt: str) -> str:
    """One line of standard input, whoever it comes from: a code is worth nothing a minute later."""
    return ask(prompt) if sys.stdin.isatty() else sys.stdin.readline().strip()


def _report(done: Any, sentence: str, *, as_json: bool) -> None:
    if as_json:
        output.emit(done)
    else:
        print(sentence)
