"""``vitalog rebuild``: make a read model anew while the old one serves."""

from __future__ import annotations

from math import inf
from time import monotonic, sleep
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.cli import output
from infra.cli.output import NOT_FOUND, PROBLEM, Json, say
from infra.errors import UserError
from infra.words import t

if TYPE_CHECKING:
    from infra.cli.client import Client

_POLL_S = 0.5
_PATIENCE_S = 10


def rebuild(
    name: Annotated[str, typer.Argument(metavar="NAME", help=t("A read model, such as status_intervals."))],
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help=t("Wait until it is done."))] = True,
    as_json: Json = False,
) -> None:
    """Rebuild a read model from the ledger. It answers from the old one until the new one has caught up."""
    from infra.cli.client import Client

    with Client() as client:
        _require(client, name)
        asked: dict[str, Any] = client.post(f"/projections/{name}/rebuild") or {}
        if wait:
            try:
                last = _watch(client, name, asked.get("id"))
            except KeyboardInterrupt:
                say(t("It goes on without you; see `vitalog rebuild {name}` or GET /api/v1/projections.", name=name))
                raise
        else:
            last = _projection(client, name)
    if as_json:
        output.emit(last)
    elif not wait:
        print(t("Asked for a rebuild of {name}.", name=name))


def _watch(client: Client, name: str, rebuild_id: str | None) -> dict[str, Any]:
    """Show how far it is until it is done; the read model then.

    Raises:
        UserError: it failed.
    """
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn(t("{rate} events/s").replace("{rate}", "{task.fields[rate]}")),
        TimeRemainingColumn(),
        console=output.side_console(),
    )
    begun_by = monotonic() + _PATIENCE_S
    with bar:
        task = bar.add_task(t("Rebuilding {name}", name=name), total=None, rate="–")
        while True:
            now = _projection(client, name)
            run: dict[str, Any] = now.get("rebuild") or {}
            if rebuild_id not in {None, run.get("id")}:
                run = {}
            rate = run.get("events_per_s")
            bar.update(
                task,
                completed=run.get("position") or 0,
                total=run.get("head") or None,
                rate="–" if rate is None else f"{rate:,.0f}",
            )
            if run.get("state") not in {"running", "done", "failed"} and monotonic() > begun_by:
                begun_by = inf
                bar.print(t("Nobody has begun it yet: the projector does that. `vitalog doctor` says whether it runs."))
            if run.get("state") == "done":
                bar.update(task, completed=run.get("head") or 1, total=run.get("head") or 1)
                break
            if run.get("state") == "failed":
                raise UserError(
                    t("The rebuild of {name} failed: {why}", name=name, why=output.plain(run.get("error") or "?")),
                    exit_code=PROBLEM,
                )
            sleep(_POLL_S)
    return now


def _projection(client: Client, name: str) -> dict[str, Any]:
    return next(item for item in client.get("/projections")["items"] if item["name"] == name)


def _require(client: Client, name: str) -> None:
    names = [item["name"] for item in client.get("/projections")["items"]]
    if name not in names:
        raise UserError(
            t("There is no read model {name!r}. There are: {names}.", name=output.plain(name), names=", ".join(names)),
            exit_code=NOT_FOUND,
        )
