"""All commands of ``vitalog``."""

from __future__ import annotations

import typer

from infra.cli import doctor, events, monitor, processes, rebuild, status, up
from infra.words import command, t

app = typer.Typer(
    name="vitalog",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=t("A health ledger: probes services, keeps what it saw as events, and derives every number from them."),
    epilog=t(
        "Exit codes: 0 done, 1 a problem, 2 wrong use or setting, 3 already running, 4 not found, "
        "5 the server cannot be reached, 6 not allowed."
    ),
)
command(app)(up.up)
app.add_typer(monitor.app, name="monitor")
command(app)(status.status)
app.add_typer(events.app, name="events")
command(app)(rebuild.rebuild)
command(app)(doctor.doctor)
command(app)(processes.migrate)
for process in processes.PROCESSES:
    command(app, process.__name__)(process)
