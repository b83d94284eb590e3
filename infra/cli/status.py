"""``vitalog status``: every monitor on one screen."""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.reasons import reason_text
from infra.cli import output
from infra.cli.output import PROBLEM, UNAVAILABLE, Json, plain
from infra.errors import UserError
from infra.words import language, t

if TYPE_CHECKING:
    from rich.console import Group

    from infra.cli.client import Client

_REFRESH_S = 2.0


def status(
    once: Annotated[bool, typer.Option("--once", help=t("Print once instead of refreshing until Ctrl-C."))] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help=t("Print once; exit with 1 when a monitor is down."))
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the status of every monitor, refreshed until Ctrl-C."""
    from infra.cli.client import Client

    with Client() as client:
        now = _look(client)
        if as_json:
            output.emit(now)
        elif once or exit_code or not sys.stdout.isatty():
            output.console().print(_screen(now))
        else:
            with suppress(KeyboardInterrupt):
                _follow(client, now)
    if exit_code and any(output.status_of(monitor) == "down" for monitor in now["monitors"]):
        raise typer.Exit(PROBLEM)


def _look(client: Client) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "monitors": list(client.items("/monitors")),
        "incidents": [
            incident for state in ("open", "acknowledged") for incident in client.items("/incidents", state=state)
        ],
    }


def _follow(client: Client, now: dict[str, Any]) -> None:
    from time import sleep

    from rich.live import Live

    with Live(_screen(now), console=output.console(), auto_refresh=False, vertical_overflow="ellipsis") as live:
        while True:
            sleep(_REFRESH_S)
            problem = None
            try:
                now = _look(client)
            except UserError as error:
                if error.exit_code != UNAVAILABLE:
                    raise
                problem = str(error)
            live.update(_screen(now, problem), refresh=True)


def _screen(now: dict[str, Any], problem: str | None = None) -> Group:
    """``problem``: why what is shown is not of this moment."""
    from rich.console import Group
    from rich.text import Text

    from infra.cli.monitor_views import monitor_table

    monitors, incidents = now["monitors"], now["incidents"]
    counts: dict[str, int] = dict.fromkeys(("up", "degraded", "down", "unknown", "paused"), 0)
    for monitor in monitors:
        counts[output.status_of(monitor)] += 1
    summary = Text("   ").join(
        output.coloured(status, f"{output.status_word(status)} {count}") for status, count in counts.items() if count
    )
    lines: list[Any] = [Text(f"{output.clock(now['at'])}   ") + summary]
    if problem:
        lines.append(Text(plain(problem), style="bold yellow"))
    if monitors:
        lines += [Text(), monitor_table(monitors)]
    else:
        lines.append(Text(t("Nothing is watched yet. Begin with: vitalog monitor add https://example.org")))
    names = {monitor["id"]: monitor["name"] for monitor in monitors}
    if incidents:
        lines += [Text(), Text(t("Open incidents"), style="bold")]
    for incident in incidents:
        what = "  ".join(
            [
                output.clock(incident["started_at"]),
                plain(names.get(incident["monitor_id"], incident["monitor_id"])),
                plain(reason_text(incident["cause"], language())),
                output.status_word(incident["state"]),
                output.ago(incident["started_at"]),
            ]
        )
        lines.append(Text(what))
    return Group(*lines)
