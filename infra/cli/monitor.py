"""``vitalog monitor``: what is watched."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.cli import monitor_add, output
from infra.cli.output import NOT_FOUND, PROBLEM, Json, say
from infra.errors import UserError
from infra.words import command, t

if TYPE_CHECKING:
    from infra.cli.client import Client

app = typer.Typer(no_args_is_help=True, help=t("Add, list, show, pause, resume and remove monitors."))
command(app, epilog=monitor_add.EXAMPLES)(monitor_add.add)

_HOW_NAMED = t("Id, the beginning of an id, or name.")
Ref = Annotated[str, typer.Argument(metavar="MONITOR", help=_HOW_NAMED)]
Refs = Annotated[list[str], typer.Argument(metavar="MONITOR...", help=_HOW_NAMED)]
_SHOWN = 5


@command(app, "list")
def list_(
    tag: Annotated[str | None, typer.Option(help=t("Only monitors with this tag."))] = None,
    as_json: Json = False,
) -> None:
    """Show every monitor with its status."""
    from infra.cli.client import Client
    from infra.cli.monitor_views import monitor_table

    with Client() as client:
        monitors = list(client.items("/monitors", tag=tag))
    if as_json:
        output.emit({"items": monitors})
    elif monitors:
        output.console().print(monitor_table(monitors))
    else:
        say(t("Nothing is watched yet. Begin with: vitalog monitor add https://example.org"))


@command(app)
def show(monitor: Ref, as_json: Json = False) -> None:
    """Show one monitor: settings, status, last outcome, uptime."""
    from infra.cli.client import Client
    from infra.cli.monitor_views import print_monitor, uptimes

    with Client() as client:
        found = client.get(f"/monitors/{find(client, [monitor])[0]['id']}")
        if as_json:
            output.emit(found)
        else:
            print_monitor(found, uptimes(client, found))


@command(app)
def pause(monitors: Refs, as_json: Json = False) -> None:
    """Stop looking, on purpose: the time counts as paused, neither up nor down."""
    _each(monitors, "pause", t("Paused {name}."), as_json=as_json)


@command(app)
def resume(monitors: Refs, as_json: Json = False) -> None:
    """Look again."""
    _each(monitors, "resume", t("Resumed {name}."), as_json=as_json)


@command(app)
def remove(
    monitors: Refs,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=t("Do not ask."))] = False,
    as_json: Json = False,
) -> None:
    """End monitors for good. Their history stays in the ledger."""
    from infra.cli.client import Client

    with Client() as client:
        found = find(client, monitors)
        if not yes and sys.stdin.isatty():
            names = ", ".join(output.plain(monitor["name"]) for monitor in found)
            if not typer.confirm(t("Remove {names}?", names=names), err=True):
                raise typer.Exit(PROBLEM)
        results: list[Any] = []
        for monitor in found:
            results.append(client.delete(f"/monitors/{monitor['id']}"))
            if not as_json:
                print(output.plain(t("Removed {name}. Its history stays.", name=monitor["name"])))
        client.settle(*results)
    if as_json:
        output.emit({"items": results})


def find(client: Client, refs: list[str]) -> list[dict[str, Any]]:
    """The monitor behind each id, beginning of an id, or exact name; all of them before anything is done to one.

    Raises:
        UserError: one of them means no monitor, or several.
    """
    monitors = list(client.items("/monitors"))
    if any(not _matches(ref, monitors) for ref in refs):
        # Perhaps it was added a moment ago: look again once everything up to now is in the list.
        monitors = list(client.items("/monitors", min_position=client.head()))
    return [_one(ref, monitors) for ref in refs]


def _matches(ref: str, monitors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_id = [monitor for monitor in monitors if monitor["id"] == ref]
    by_name = [monitor for monitor in monitors if monitor["name"] == ref]
    return by_id or by_name or [monitor for monitor in monitors if ref and str(monitor["id"]).startswith(ref.lower())]


def _one(ref: str, monitors: list[dict[str, Any]]) -> dict[str, Any]:
    matches = _matches(ref, monitors)
    if len(matches) == 1:
        return matches[0]
    if not matches:
        raise UserError(
            t("There is no monitor {ref!r}. `vitalog monitor list` shows them all.", ref=output.plain(ref)),
            exit_code=NOT_FOUND,
        )
    which = "\n".join(f"  {monitor['id']}  {output.plain(monitor['name'])}" for monitor in matches[:_SHOWN])
    more = "\n  …" if len(matches) > _SHOWN else ""
    raise UserError(
        t("{ref!r} could be {n} monitors; write more of the id:", ref=output.plain(ref), n=len(matches))
        + f"\n{which}{more}",
        exit_code=NOT_FOUND,
    )


def _each(refs: list[str], action: str, done: str, *, as_json: bool) -> None:
    from infra.cli.client import Client

    results: list[Any] = []
    with Client() as client:
        for monitor in find(client, refs):
            results.append(client.post(f"/monitors/{monitor['id']}/{action}"))
            if not as_json:
                print(output.plain(done.format(name=monitor["name"])))
        client.settle(*results)
    if as_json:
        output.emit({"items": results})
