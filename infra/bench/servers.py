"""The servers of a measurement: the embedded ones, as `vitalog up` runs them, in a directory of their own."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from adapters.postgres.migrator import migrate
from infra.embedded.nats import EmbeddedNats
from infra.embedded.postgres import EmbeddedPostgres


@dataclass(frozen=True)
class BenchDatabase:
    """A migrated database."""

    url: str
    owner_url: str


class Bench:
    """Starts PostgreSQL at once and NATS when it is first asked for."""

    def __init__(self, directory: Path) -> None:
        self._postgres = EmbeddedPostgres(directory)
        self._nats = EmbeddedNats(directory)
        self._stack = ExitStack()
        self._numbers: Iterator[int] = itertools.count()
        self._nats_url: str | None = None

    def __enter__(self) -> Self:
        self._owner_url = self._stack.enter_context(self._postgres).url
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def nats_url(self) -> str:
        """A running NATS."""
        if self._nats_url is None:
            self._nats_url = self._stack.enter_context(self._nats).url
        return self._nats_url

    @property
    def server_pids(self) -> list[int]:
        """The processes of the servers that run; those they have started themselves are their children."""
        return [pid for pid in (self._postgres.pid, self._nats.pid) if pid is not None]

    @contextmanager
    def database(self) -> Generator[BenchDatabase]:
        """A new database, dropped afterwards."""
        name = f"bench_{next(self._numbers)}"
        with psycopg.connect(self._owner_url, autocommit=True) as server:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            owner_url = urlunsplit(urlsplit(self._owner_url)._replace(path=f"/{name}"))
            migrate(owner_url)
            yield BenchDatabase(url=owner_url, owner_url=owner_url)
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
