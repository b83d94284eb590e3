"""A fresh, migrated database for every test, cloned from a template that one worker of the run makes."""

from __future__ import annotations

import uuid
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.support.servers import locked

_TEMPLATE = "vitalog_template"


@dataclass(frozen=True, slots=True)
class Database:
    """Two ways into one database."""

    name: str
    url: str = field(repr=False)
    """As the processes connect: role ``vitalog``."""
    owner_url: str = field(repr=False)
    """As migrations connect: the superuser."""


def url_of(url: str, *, database: str, role: str | None = None, password: str | None = None) -> str:
    """``url`` with another database, and if given another role."""
    parts = urlsplit(url)
    _, at, host = parts.netloc.rpartition("@")
    netloc = parts.netloc if role is None else f"{role}:{quote(password or '', safe='')}{at}{host}"
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{database}"))


@contextmanager
def fresh_database(server_url: str, app_password: str, run_dir: Path) -> Generator[Database]:
    """A clone of the migrated template; dropped afterwards, whoever is still connected."""
    _ensure_template(server_url, app_password, run_dir)
    name = f"t_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(_TEMPLATE))
        )
        # Privileges on a database itself are not cloned with it.
        server.execute(
            sql.SQL("GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {} TO vitalog").format(sql.Identifier(name))
        )
        yield Database(
            name=name,
            url=url_of(server_url, database=name, role="vitalog", password=app_password),
            owner_url=url_of(server_url, database=name),
        )
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _ensure_template(server_url: str, app_password: str, run_dir: Path) -> None:
    made = run_dir / "template.made"
    if made.exists():
        return
    with locked(run_dir / "template.lock"):
        if made.exists():
            return
        from adapters.postgres.migrator import migrate

        with psycopg.connect(server_url, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(_TEMPLATE)))
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_TEMPLATE)))
        migrate(url_of(server_url, database=_TEMPLATE), app_password=app_password)
        made.touch()
