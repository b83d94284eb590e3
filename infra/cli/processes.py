"""``vitalog api``, ``prober``, ``relay``, ``projector``: one process each, for running them apart; and ``migrate``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import typer

from infra.cli.output import UNAVAILABLE, say
from infra.errors import UserError
from infra.words import t

if TYPE_CHECKING:
    from infra.settings import Settings


def api() -> None:
    """Run the API and the page."""
    _run("api")


def prober() -> None:
    """Run the prober: it watches every monitor."""
    _run("prober")


def relay() -> None:
    """Run the relay: it publishes the ledger to NATS."""
    _run("relay")


def projector() -> None:
    """Run the projector: it keeps the read models."""
    _run("projector")


PROCESSES = (api, prober, relay, projector)


def migrate() -> None:
    """Bring the database up to date: needs VITALOG_MIGRATION_DATABASE_URL, or VITALOG_DATABASE_URL as its owner."""
    from infra.supervisor.servers import bring_up_to_date

    settings = _settings("migrate")
    owner_url = settings.require_migration_database_url()
    applied = bring_up_to_date(settings.database_url or owner_url, owner_url)
    say(t("Applied: {names}", names=", ".join(applied)) if applied else t("The database is up to date."))


def _run(name: str) -> None:
    from adapters.vault import VaultError, load_master_key
    from application.ports.ledger import LedgerUnavailable

    settings = _settings(name)
    try:
        # Whatever its task, a process that could not read the vault is a process of another installation.
        load_master_key(settings.require_master_key_file())
        code = import_module(f"infra.processes.{name}").run(settings)
    except VaultError as error:
        raise UserError(str(error)) from error
    except LedgerUnavailable as error:
        raise UserError(str(error), exit_code=UNAVAILABLE) from error
    raise typer.Exit(code)


def _settings(name: str) -> Settings:
    from infra import log
    from infra.settings import Settings, unknown_settings

    settings = Settings.from_environment()
    for sentence in unknown_settings():
        say(sentence)
    log.configure(settings, process=name)
    return settings
