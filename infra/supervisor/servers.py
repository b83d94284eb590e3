"""The PostgreSQL and the NATS that the processes use: embedded ones, or those the settings name."""

from __future__ import annotations

import math
import signal
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import psycopg
import structlog

from adapters.postgres.migrator import APP_ROLE, MigrationError, migrate
from infra.embedded.nats import EmbeddedNats
from infra.embedded.postgres import EmbeddedPostgres
from infra.errors import UserError
from infra.settings import Settings
from infra.words import t

_log = structlog.get_logger(__name__)
_REVIVAL_PAUSE_S = 2.0


@dataclass(slots=True)
class Servers:
    """Both servers, running."""

    database_url: str = field(repr=False)
    """For the processes."""
    owner_url: str = field(repr=False)
    """For migrations."""
    nats_url: str = field(repr=False)
    postgres: EmbeddedPostgres | None = None
    nats: EmbeddedNats | None = None
    _next_revival: float = 0.0

    def keep_logs_small(self) -> None:
        for server in (self.postgres, self.nats):
            if server is not None:
                server.log.keep_small()

    def revive(self) -> float:
        """Start again what ended unasked; the processes wait for it and connect again by themselves.

        Returns seconds until this wants to be called again.
        """
        ended = [server for server in (self.postgres, self.nats) if server is not None and not server.running()]
        if not ended:
            return math.inf
        if (wait := self._next_revival - time.monotonic()) > 0:
            return wait
        self._next_revival = time.monotonic() + _REVIVAL_PAUSE_S
        for server in ended:
            name = type(server).__name__
            _log.error("server_ended", name=name, then="started again", log=str(server.log.path))
            try:
                server.launch()
            except (UserError, OSError) as error:
                _log.error("server_not_started", name=name, why=str(error))
        return _REVIVAL_PAUSE_S

    def kill(self) -> None:
        """At once. PostgreSQL recovers at its next start; what was committed is safe."""
        if self.nats is not None:
            self.nats.signal(signal.SIGKILL)
        if self.postgres is not None:
            self.postgres.signal(signal.SIGQUIT)

    def embedded_pids(self) -> dict[str, int]:
        running = {"postgres": self.postgres, "nats": self.nats}
        return {name: server.pid for name, server in running.items() if server is not None and server.pid is not None}


def start_servers(settings: Settings, stack: ExitStack) -> Servers:
    """Start what is not given, both at the same time; ``stack`` stops NATS first, then PostgreSQL.

    Raises:
        UserError: one cannot be started, with what to do.
    """
    postgres = None if settings.database_url else EmbeddedPostgres(settings.data_dir)
    nats = None if settings.nats_url else EmbeddedNats(settings.data_dir)
    if postgres is not None:
        stack.callback(postgres.stop)
        postgres.launch()
    if nats is not None:
        stack.callback(nats.stop)
        nats.launch()
        nats.wait()
    if postgres is not None:
        postgres.wait()
    return Servers(
        database_url=postgres.app_url if postgres else settings.require_database_url(),
        owner_url=postgres.url if postgres else settings.require_migration_database_url(),
        nats_url=nats.url if nats else settings.require_nats_url(),
        postgres=postgres,
        nats=nats,
    )


def bring_up_to_date(database_url: str, owner_url: str) -> list[str]:
    """Apply the migrations that are missing; returns their names.

    When ``database_url`` logs in as the processes' own role, that role is given the password it holds.

    Raises:
        UserError: the database is away, refuses us, or is newer than this program.
    """
    parts = urlsplit(database_url)
    own = unquote(parts.username or "") == APP_ROLE and owner_url != database_url
    password = unquote(parts.password) if own and parts.password else None
    try:
        return migrate(owner_url, app_password=password)
    except MigrationError as error:
        raise UserError(str(error)) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise UserError(
            t(
                "PostgreSQL does not let this user make what is needed ({why}). Set VITALOG_MIGRATION_DATABASE_URL to "
                "the database as a superuser, or as its owner with CREATEROLE.",
                why=_first_line(error),
            )
        ) from error
    except psycopg.OperationalError as error:
        raise UserError(
            t(
                "PostgreSQL cannot be reached ({why}). Check VITALOG_DATABASE_URL, and that the server runs.",
                why=_first_line(error),
            )
        ) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]
