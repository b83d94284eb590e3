"""Real servers for tests: one PostgreSQL and one NATS per run, a fresh database per test, private ones on request."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.postgres.ledger import PostgresLedger
from adapters.postgres.projector import Projector
from infra.embedded.nats import EmbeddedNats
from infra.embedded.postgres import EmbeddedPostgres
from tests.support.databases import Database, fresh_database
from tests.support.people import PEOPLE
from tests.support.servers import end_all, reachable_dir, shared

_RUN = pytest.StashKey[tuple[Path, int]]()
"""The run's directory, and the process that owns the run (xdist's controller, or pytest itself)."""


def pytest_configure(config: pytest.Config) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # So it is in the background of a script; the programs that tests interrupt would inherit it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is not None:
        config.stash[_RUN] = Path(worker["vitalog_run_dir"]), int(worker["vitalog_controller"])
    else:
        config.stash[_RUN] = reachable_dir("vitalog-tests-"), os.getpid()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist: tell each worker where the run's directory is."""
    run_dir, controller = node.config.stash[_RUN]
    node.workerinput["vitalog_run_dir"] = str(run_dir)
    node.workerinput["vitalog_controller"] = controller


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and _RUN in config.stash:
        end_all(config.stash[_RUN][0])


@pytest.fixture(scope="session")
def run_dir(pytestconfig: pytest.Config) -> Path:
    return pytestconfig.stash[_RUN][0]


@pytest.fixture(scope="session")
def _postgres(pytestconfig: pytest.Config) -> dict[str, Any]:
    return shared(pytestconfig.stash[_RUN][0], "postgres", pytestconfig.stash[_RUN][1])


@pytest.fixture(scope="session")
def postgres_url(_postgres: dict[str, Any]) -> str:
    """The run's PostgreSQL as superuser. It does not sync to disk: for durability take `own_postgres`."""
    return _postgres["owner_url"]


@pytest.fixture(scope="session")
def nats_url(pytestconfig: pytest.Config) -> str:
    """The run's NATS, shared by all tests: for streams of your own take `own_nats`."""
    return shared(pytestconfig.stash[_RUN][0], "nats", pytestconfig.stash[_RUN][1])["url"]


@pytest.fixture
def database(_postgres: dict[str, Any], run_dir: Path) -> Iterator[Database]:
    """A migrated database of this test's own: `.url` as the processes connect, `.owner_url` as migrations do."""
    with fresh_database(_postgres["owner_url"], _postgres["app_password"], run_dir) as made:
        yield made


@pytest.fixture
def ledger(database: Database) -> Iterator[PostgresLedger]:
    ledger = PostgresLedger(database.url, application_name="test", wrapping=PEOPLE.wrapping)
    yield ledger
    ledger.close()


@pytest.fixture
def projector(database: Database) -> Iterator[Projector]:
    """The active projector, caught up with nothing yet."""
    projector = Projector(database.url, people=PEOPLE)
    projector.start()
    yield projector
    projector.close()


@pytest.fixture
def server_dir() -> Iterator[Path]:
    """A data directory for servers of this test's own."""
    path = reachable_dir("vitalog-test-")
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def own_nats(server_dir: Path) -> Iterator[EmbeddedNats]:
    """A NATS of this test's own, running; it may be stopped, started again and wiped."""
    with EmbeddedNats(server_dir) as server:
        yield server


@pytest.fixture
def own_postgres(server_dir: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of this test's own, running, syncing to disk, not migrated; it may be stopped and started again."""
    with EmbeddedPostgres(server_dir) as server:
        yield server
