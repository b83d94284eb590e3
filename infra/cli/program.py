"""All commands of ``vitalog``."""

from __future__ import annotations

import typer

from infra.cli import (
    access,
    account,
    api_key,
    audit,
    checkup,
    cohort,
    demo,
    doctor,
    events,
    export,
    import_,
    keys,
    login,
    monitor,
    patient,
    processes,
    rebuild,
    results,
    status,
    up,
    user,
)
from infra.words import command, examples, t

app = typer.Typer(
    name="vitalog",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=t(
        "A health ledger: probes services, records people's checkups, keeps both as events, and derives every number "
        "from them."
    ),
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
_APART, _PEOPLE, _WHO = t("To run processes apart"), t("People's checkups"), t("Who may do what")
command(app)(up.up)
app.add_typer(monitor.app, name="monitor")
command(app)(status.status)
app.add_typer(events.app, name="events")
command(app)(rebuild.rebuild)
command(app)(demo.demo)
command(app)(doctor.doctor)
app.add_typer(patient.app, name="patient", rich_help_panel=_PEOPLE)
app.add_typer(checkup.app, name="checkup", rich_help_panel=_PEOPLE)
command(app, panel=_PEOPLE)(results.trends)
command(app, panel=_PEOPLE)(cohort.cohort)
command(app, panel=_PEOPLE)(results.report)
command(app, panel=_PEOPLE)(export.export)
app.add_typer(import_.app, name="import", rich_help_panel=_PEOPLE)
command(app, panel=_WHO)(login.login)
command(app, panel=_WHO)(login.logout)
command(app, panel=_WHO)(login.whoami)
app.add_typer(account.app, name="account", rich_help_panel=_WHO)
app.add_typer(user.app, name="user", rich_help_panel=_WHO)
app.add_typer(api_key.app, name="api-key", rich_help_panel=_WHO)
app.add_typer(access.app, name="access", rich_help_panel=_WHO)
app.add_typer(audit.app, name="audit", rich_help_panel=_WHO)
app.add_typer(keys.app, name="keys", rich_help_panel=_WHO)
command(app, panel=_APART)(processes.migrate)
for process in processes.PROCESSES:
    command(app, process.__name__, panel=_APART)(process)
