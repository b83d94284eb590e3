"""The ledger of this machine, for the few commands that go to the database and not through the API."""

from __future__ import annotations

from contextlib import contextmanager
from getpass import getuser
from typing import TYPE_CHECKING

from infra.cli.output import UNAVAILABLE, USAGE
from infra.errors import UserError
from infra.words import t

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from adapters.postgres.ledger import PostgresLedger
    from application.ports.key_wrapping import KeyWrapping
    from infra.settings import Settings


@contextmanager
def ledger_here(application_name: str) -> Generator[tuple[Settings, PostgresLedger]]:
    """The ledger, and the settings it was found by.

    Raises:
        UserError: there is no database, or it does not answer, or the key-encryption key cannot be used.
    """
    from adapters.postgres.ledger import PostgresLedger
    from application.ports.ledger import LedgerUnavailable
    from infra.settings import Settings

    settings = Settings.from_environment()
    ledger = PostgresLedger(
        database_url_here(settings), application_name=application_name, wrapping=wrapping_here(settings)
    )
    try:
        ledger.head()
        yield settings, ledger
    except LedgerUnavailable as error:
        raise UserError(t("PostgreSQL cannot be reached: {why}", why=error), exit_code=UNAVAILABLE) from error
    finally:
        ledger.close()


def database_url_here(settings: Settings) -> str:
    """Raises ``UserError``: there is no database yet, and none is named."""
    from infra.cli.checks_servers import database_url

    url = database_url(settings)
    if url is None:
        raise UserError(
            t(
                "No database was found. Set VITALOG_DATABASE_URL, or VITALOG_DATA_DIR to the directory of a running "
                "`vitalog up`."
            ),
            exit_code=USAGE,
        )
    return url


def kek_file(settings: Settings) -> Path | None:
    """Where the key-encryption key is kept; None: it comes from the environment."""
    if settings.kek:
        return None
    return settings.kek_file or settings.data_dir / "kek.keys"


def wrapping_here(settings: Settings) -> KeyWrapping:
    """The key-encryption keys. Raises ``UserError``: they cannot be used."""
    from adapters.keys.wrapping import keys_in_file
    from application.ports.subject_keys import KeyRefused

    path = kek_file(settings)
    if path is None:
        return settings.require_kek()
    try:
        return keys_in_file(path)
    except KeyRefused as error:
        raise UserError(str(error), exit_code=USAGE) from error


def master_key_here(settings: Settings) -> bytes:
    """The vault's key. Raises ``UserError``: it cannot be read."""
    from adapters.vault import load_master_key
    from application.ports.vault import VaultError

    try:
        return load_master_key(settings.master_key_file or settings.data_dir / "master.key")
    except VaultError as error:
        raise UserError(str(error), exit_code=USAGE) from error


def person_here() -> str:
    """The actor of what is done so."""
    return f"shell:{getuser()}"
