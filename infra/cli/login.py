"""``vitalog login``, ``logout``, ``whoami``: who the command line is."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from infra.cli import output
from infra.cli.output import UNAVAILABLE, USAGE, Json, plain, say
from infra.errors import UserError
from infra.words import t


def login(
    email: Annotated[str | None, typer.Option(help=t("E-mail address of the account; asked for otherwise."))] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help=t("Read the password from standard input."))
    ] = False,
    code: Annotated[
        str | None, typer.Option(help=t("One-time code; asked for when the account needs one."), metavar="DIGITS")
    ] = None,
    as_json: Json = False,
) -> None:
    """Log in. What is done from now on is done as this user, until `vitalog logout`."""
    from infra.cli import sessions
    from infra.cli.address import Address, find_address
    from infra.cli.client import Client
    from infra.cli.problems import Problem

    where = find_address()
    if where.token_origin == "VITALOG_TOKEN":  # noqa: S105  the name of a variable
        say(t("VITALOG_TOKEN is set and comes first; unset it to be who logs in here."))
    sent: dict[str, Any] = {"email": email or ask(t("E-mail address")), "password": _password(password_stdin)}
    with Client(Address(where.url, None, "")) as client:
        try:
            answer = client.post("/login", sent | ({"code": code} if code else {}))
        except Problem as problem:
            if problem.kind != "code-required" or code is not None:
                raise
            answer = client.post("/login", sent | {"code": ask(t("One-time code"))})
    try:
        sessions.keep(where.url, answer)
    except (KeyError, TypeError, ValueError):
        raise UserError(
            t("{url} answers, but not as Vitalog does. Check VITALOG_URL.", url=where.url), exit_code=UNAVAILABLE
        ) from None
    if as_json:
        output.emit({"url": where.url, "user": answer["user"]})
    else:
        user = answer["user"]
        print(
            plain(
                t(
                    "Logged in at {url} as {name} ({roles}).",
                    url=where.url,
                    name=user["name"],
                    roles=", ".join(user["roles"]) or "–",
                )
            )
        )


def logout(as_json: Json = False) -> None:
    """End the session at this server and forget it here."""
    from infra.cli import sessions
    from infra.cli.address import Address, find_address
    from infra.cli.client import Client

    url = find_address().url
    email = sessions.known(url)
    if email is None:
        say(t("Nobody is logged in at {url}.", url=url))
    else:
        try:
            with Client(Address(url, None, email, is_session=True)) as client:
                client.post("/logout")
        except UserError as error:
            say(str(error))  # forgotten here all the same
        sessions.forget(url)
        if not as_json:
            print(plain(t("Logged out {email} at {url}.", email=email, url=url)))
    if as_json:
        output.emit({"url": url, "logged_out": email})


def whoami(as_json: Json = False) -> None:
    """Show who the command line is, and what that allows."""
    from infra.cli.client import Client

    with Client() as client:
        me = client.get("/me")
        if as_json:
            output.emit({"url": client.address.url} | me)
            return
        user = me.get("user")
        name = t("{name} <{email}>", name=user["name"], email=user["email"]) if user else me["actor"]
        print(plain(t("{name} at {url}", name=name, url=client.address.url)))
        print(plain(t("Roles: {roles}", roles=", ".join(me["roles"]) or "–")))
        print(plain(t("Allowed: {permissions}", permissions=", ".join(me["permissions"]) or "–")))
        if me.get("own_only"):
            print(plain(t("For the own record alone: {permissions}", permissions=", ".join(me["own_only"]))))


def _password(from_stdin: bool) -> str:
    if from_stdin:
        # One line, so that `echo` may be used; a password has no line break.
        return sys.stdin.readline().rstrip("\r\n")
    return read_secret(t("Password"))


def read_secret(prompt: str) -> str:
    """What somebody types without its being shown. Raises ``UserError``: there is no terminal to ask at."""
    if not sys.stdin.isatty():
        raise UserError(t("There is nobody to ask for the password: use --password-stdin."), exit_code=USAGE)
    return str(typer.prompt(prompt, hide_input=True, err=True))


def ask(prompt: str) -> str:
    """What somebody types. Raises ``UserError``: there is no terminal to ask at."""
    if not sys.stdin.isatty():
        raise UserError(t("{what} is missing, and there is nobody to ask.", what=prompt), exit_code=USAGE)
    return str(typer.prompt(prompt, err=True))
