"""All commands of ``vitalog``."""

from __future__ import annotations

import typer

from infra.cli import demo, doctor, events, keys, monitor, processes, rebuild, status, up
from infra.words import command, examples, t

app = typer.Typer(
    name="vitalog",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=t("A health ledger: probes services, keeps what it saw as events, and derives every number from them."),
    epilog=examples(
        "vitalog up",
        "vitalog monitor add https://example.org --every 30s",
        "vitalog status",
        "vitalog events tail",
    )
    + "\n\n"
    + t(
        "Exit codes: 0 done, 1 something is wrong, 2 wrong use or setting, 3 already running, 4 not found, 5 the "
        "server cannot be reached, 6 the server refuses, 130 interrupted."
    ),
)
_APART = t("To run processes apart")
command(app)(up.up)
app.add_typer(monitor.app, name="monitor")
command(app)(status.status)
app.add_typer(events.app, name="events")
command(app)(rebuild.rebuild)
app.add_typer(keys.app, name="keys")
command(app)(demo.demo)
command(app)(doctor.doctor)
command(app, panel=_APART)(processes.migrate)
for process in processes.PROCESSES:
    command(app, process.__name__, panel=_APART)(process)
