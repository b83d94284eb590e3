"""``vitalog up``: everything on one machine."""

from __future__ import annotations

import typer

from infra.cli.output import say


def up() -> None:
    """Run everything: PostgreSQL, NATS, API, prober, relay and projector, until Ctrl-C."""
    from infra import log
    from infra.settings import Settings, unknown_settings
    from infra.supervisor.up import Supervisor

    settings = Settings.from_environment()
    for sentence in unknown_settings():
        say(sentence)
    log.configure(settings, process="up")
    raise typer.Exit(Supervisor(settings, say=lambda line: print(line, flush=True)).run())
