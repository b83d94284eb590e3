"""``vitalog user``: who may log in, and what they may do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.cli import output
from infra.cli.output import NOT_FOUND, Json, clock, plain, say
from infra.cli.people import Yes, confirm
from infra.errors import UserError
from infra.words import command, examples, t

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.cli.client import Client

app = typer.Typer(no_args_is_help=True, help=t("Users: who may log in, and what they may do."))
ROLES = "admin|operator|clinician|auditor|viewer|patient"
_EXAMPLES = examples(
    "vitalog user add kim@example.org --name 김하늘 --role clinician",
    "vitalog user password kim@example.org",
)
_Ref = Annotated[str, typer.Argument(metavar="USER", help=t("Id or e-mail address."))]
_Role = Annotated[str, typer.Argument(metavar="ROLE", help=t("One of {roles}.", roles=ROLES))]
_Stdin = Annotated[bool, typer.Option("--password-stdin", help=t("Read the password from standard input."))]


@command(app, epilog=_EXAMPLES)
def add(
    *,
    email: Annotated[str, typer.Argument(metavar="E-MAIL", help=t("E-mail address, with which the user logs in."))],
    name: Annotated[str, typer.Option(help=t("Name shown everywhere."))],
    role: Annotated[
        list[str] | None, typer.Option(metavar=ROLES, help=t("What the user may do; may be repeated."))
    ] = None,
    patient: Annotated[
        str | None, typer.Option(metavar="PATIENT", help=t("Whose record the role patient may see."))
    ] = None,
    lang: Annotated[str, typer.Option(metavar="en|ko", help=t("Language of the user."))] = "en",
    password_stdin: _Stdin = False,
    as_json: Json = False,
) -> None:
    """Create a user. Without --password-stdin a password is made up, and shown once."""
    from infra.cli.client import Client

    new: dict[str, Any] = {"email": email, "name": name, "language": lang, "roles": role or []}
    new |= {"patient_id": patient} if patient else {}
    new |= {"password": _line()} if password_stdin else {}
    with Client() as client:
        added = client.post("/users", new)
        made = None if password_stdin else client.post(f"/users/{added['id']}/password", {}).get("password")
    if as_json:
        output.emit(added | ({"password": made} if made else {}))
        return
    print(plain(t("Created {email}. Id: {id}", email=email, id=added["id"])))
    if made:
        print(t("Password, shown this once: {password}", password=made))


@command(app, "list")
def list_(
    role: Annotated[str | None, typer.Option(metavar=ROLES, help=t("Only users with this role."))] = None,
    as_json: Json = False,
) -> None:
    """Show every user."""
    from infra.cli.client import Client
    from infra.cli.tables import print_table

    with Client() as client:
        found = list(client.items("/users", role=role))
    if as_json:
        output.emit({"items": found})
        return
    titles = (t("E-MAIL"), t("NAME"), t("ROLES"), t("LOGIN"), t("ID"))
    print_table(titles, [(one["email"], one["name"], ", ".join(one["roles"]), _login(one), one["id"]) for one in found])


@command(app)
def show(user: _Ref, as_json: Json = False) -> None:
    """Show one user."""
    from infra.cli.client import Client
    from infra.cli.tables import print_card

    with Client() as client:
        one = client.get(f"/users/{user_id(client, user)}")
    if as_json:
        output.emit(one)
        return
    print_card(
        [
            (t("E-mail"), one["email"]),
            (t("Name"), one["name"]),
            (t("Roles"), ", ".join(one["roles"])),
            (t("Patient"), one["patient_id"]),
            (t("Login"), _login(one)),
            (t("Linked"), ", ".join(one["linked"])),
            (t("Created"), clock(one["created_at"])),
            (t("Version"), one["version"]),
            (t("Id"), one["id"]),
        ]
    )


@command(app)
def grant(user: _Ref, role: _Role, as_json: Json = False) -> None:
    """Give a user a role."""
    done = _act(user, lambda client, path: client.post(f"{path}/roles", {"role": role}))
    _report(done, t("Granted."), as_json=as_json)


@command(app)
def revoke(user: _Ref, role: _Role, as_json: Json = False) -> None:
    """Take a role from a user."""
    done = _act(user, lambda client, path: client.delete(f"{path}/roles/{role}"))
    _report(done, t("Revoked."), as_json=as_json)


@command(app)
def disable(user: _Ref, as_json: Json = False) -> None:
    """Let a user in no more. Sessions and API keys stop working."""
    done = _act(user, lambda client, path: client.post(f"{path}/disable"))
    _report(done, t("Disabled."), as_json=as_json)


@command(app)
def enable(user: _Ref, as_json: Json = False) -> None:
    """Let a user in again."""
    done = _act(user, lambda client, path: client.post(f"{path}/enable"))
    _report(done, t("Enabled."), as_json=as_json)


@command(app)
def erase(user: _Ref, yes: Yes = False, as_json: Json = False) -> None:
    """Forget who a user was: name, address, logins. What they did stays, under their id. It cannot be undone."""
    confirm(t("Destroy the key of user {id}, so that nobody can ever read who it was?", id=user), yes=yes)
    done = _act(user, lambda client, path: client.delete(path))
    _report(done, t("The user is erased."), as_json=as_json)


@command(app)
def password(
    user: _Ref,
    password_stdin: _Stdin = False,
    remove_totp: Annotated[
        bool, typer.Option("--remove-totp", help=t("Ask for no one-time code any more: the device is lost."))
    ] = False,
    as_json: Json = False,
) -> None:
    """Reset a user's password. Without --password-stdin one is made up, and shown once."""
    body: dict[str, Any] = {"remove_totp": remove_totp} | ({"password": _line()} if password_stdin else {})
    done = _act(user, lambda client, path: client.post(f"{path}/password", body))
    if as_json:
        output.emit(done)
    elif made := done.get("password"):
        print(t("Password, shown this once: {password}", password=made))
    else:
        print(t("The password is set."))


def user_id(client: Client, ref: str) -> str:
    """The id that is meant. Raises ``UserError``: nobody has that address."""
    from infra.cli.people import is_id

    if is_id(ref):
        return ref.lower()
    found = client.get("/users", email=ref)["items"]
    if not found:
        raise UserError(t("No user has the e-mail address {email}.", email=plain(ref)), exit_code=NOT_FOUND)
    return str(found[0]["id"])


def _act(user: str, do: Callable[[Client, str], Any]) -> Any:
    from infra.cli.client import Client

    with Client() as client:
        return do(client, f"/users/{user_id(client, user)}")


def _report(done: Any, sentence: str, *, as_json: bool) -> None:
    if as_json:
        output.emit(done)
    else:
        print(sentence)


def _login(one: dict[str, Any]) -> str:
    if not one["enabled"]:
        return t("disabled")
    ways = [t("password")] if one["has_password"] else []
    ways += [t("one-time code")] if one["totp"] else []
    return " + ".join([*ways, *one["linked"]]) or t("none yet")


def _line() -> str:
    if sys.stdin.isatty():
        say(t("Type the password, then Enter; it is shown. Better: vitalog … --password-stdin < file"))
    return sys.stdin.readline().rstrip("\r\n")
