"""``vitalog events``: the ledger as it grows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from time import sleep
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.cli import output
from infra.cli.output import say
from infra.words import command, examples, t

if TYPE_CHECKING:
    import httpx

    from infra.cli.client import Client

app = typer.Typer(no_args_is_help=True, help=t("Follow what happens, event by event."))
_LONGEST_WAIT_S = 15.0


@command(
    app,
    epilog=examples(
        "vitalog events tail",
        "vitalog events tail --from 1 --no-follow",
        "vitalog events tail --type monitoring.monitor-went-down --json",
    ),
)
def tail(
    start: Annotated[
        int | None,
        typer.Option(
            "--from",
            min=1,
            metavar="POSITION",
            help=t("Begin with this position of the ledger, not with the next event."),
        ),
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--type", help=t("Only this type, such as monitoring.monitor-went-down."))
    ] = None,
    stream: Annotated[str | None, typer.Option(help=t("Only this stream, such as incident:…."))] = None,
    actor: Annotated[str | None, typer.Option(help=t("Only what this actor did."))] = None,
    follow: Annotated[
        bool, typer.Option("--follow/--no-follow", help=t("Wait for more, or end with the newest."))
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help=t("Print one JSON object per line."))] = False,
) -> None:
    """Print events as they happen, until Ctrl-C. A broken connection is taken up again where it broke."""
    from infra.cli.client import Client
    from infra.cli.event_lines import Lines

    only = {"type": kind, "stream": stream, "actor": actor}
    with Client() as client, suppress(KeyboardInterrupt):
        lines = Lines(client)
        after = None if start is None else start - 1
        if follow:
            # The head is named, so that even a connection that breaks at once loses no event.
            events = live(client, client.head() if after is None else after, only)
        else:
            events = client.items("/events", after=after or 0, **only)
        for event in events:
            if as_json:
                output.emit_line(event)
            else:
                lines.show(event)


def live(client: Client, after: int, only: dict[str, str | None]) -> Iterator[dict[str, Any]]:
    """Events above a position, for ever, each once, whatever happens to the connection.

    Raises:
        UserError: the API refuses, or cannot be reached the first time.
    """
    import httpx

    from infra.cli.client import unreachable

    connected, wait_s = False, 1.0
    while True:
        try:
            headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
            with client.stream("/events/live", headers, only) as answer:
                if connected:
                    say(t("Connected again."))
                connected, wait_s = True, 1.0
                for position, event in _frames(answer):
                    if position is not None:
                        after = position
                    if event is not None:
                        yield event
        except httpx.TransportError as error:
            if not connected:
                raise unreachable(client.address, error) from error
        say(t("The connection broke; trying again in {n} s.", n=round(wait_s)))
        sleep(wait_s)
        wait_s = min(wait_s * 2, _LONGEST_WAIT_S)


def _frames(answer: httpx.Response) -> Iterator[tuple[int | None, dict[str, Any] | None]]:
    """Id and data of each frame of a server-sent event stream."""
    position: int | None = None
    data: list[str] = []
    for line in answer.iter_lines():
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line == "":
            yield position, json.loads("\n".join(data)) if data else None
            position, data = None, []
        elif field == "data":
            data.append(value)
        elif field == "id" and value.isdigit():
            position = int(value)
