"""The servers that come with Vitalog start anywhere, survive being killed, and keep to themselves."""

from __future__ import annotations

import os
import signal
import socket
import stat
from pathlib import Path

import nats
import psutil
import psycopg
import pytest

from infra.embedded.nats import EmbeddedNats
from infra.embedded.postgres import EmbeddedPostgres
from infra.embedded.server import ServerFailed
from infra.errors import UserError
from tests.support.databases import Database
from tests.support.waiting import eventually


def test_postgres_is_version_18_with_checksums_utf8_and_every_commit_on_disk(own_postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(own_postgres.url) as connection:
        names = ["server_version_num", "data_checksums", "fsync", "synchronous_commit", "server_encoding", "TimeZone"]
        found = [connection.execute("SELECT current_setting(%s)", [name]).fetchone() for name in names]
    version, *rest = [row[0] for row in found if row]
    assert version.startswith("18")
    assert rest == ["on", "on", "on", "UTF8", "UTC"]


def test_postgres_listens_on_no_network_port(own_postgres: EmbeddedPostgres) -> None:
    assert own_postgres.pid is not None
    # Its children inherit what the postmaster listens on, and open nothing themselves.
    sockets = psutil.Process(own_postgres.pid).net_connections(kind="all")
    assert [s.family.name for s in sockets if s.status in {"LISTEN", "NONE"}] == ["AF_UNIX"]


def test_postgres_refuses_a_wrong_password(own_postgres: EmbeddedPostgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(own_postgres.url.replace("postgres:", "postgres:x"))


def test_what_was_committed_survives_kill_9_of_postgres(own_postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(own_postgres.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS x")
    assert own_postgres.pid is not None
    os.kill(own_postgres.pid, signal.SIGKILL)
    eventually(lambda: not own_postgres.running())
    with psycopg.connect(own_postgres.start()) as connection:
        assert connection.execute("SELECT x FROM kept").fetchone() == (1,)


def test_a_server_left_over_by_a_killed_run_is_replaced(server_dir: Path) -> None:
    left_over = EmbeddedPostgres(server_dir)
    left_over.start()
    first = left_over.pid
    with EmbeddedPostgres(server_dir) as server, psycopg.connect(server.url) as connection:
        assert server.pid != first
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not left_over.running()


def test_a_pid_file_that_names_another_program_does_not_stop_the_start(server_dir: Path) -> None:
    with EmbeddedPostgres(server_dir):
        pass
    (server_dir / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{server_dir}/postgres\n")
    with EmbeddedPostgres(server_dir) as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_data_directory_too_long_for_a_socket_address_works(server_dir: Path) -> None:
    deep = server_dir / ("d" * 60) / ("e" * 60)
    deep.parent.mkdir(mode=0o711)
    with EmbeddedPostgres(deep) as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with EmbeddedPostgres(deep) as again, psycopg.connect(again.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_failed_start_shows_the_end_of_the_servers_log(server_dir: Path) -> None:
    with EmbeddedPostgres(server_dir):
        pass
    (server_dir / "postgres" / "local.conf").write_text("shared_buffers = 'plenty'\n")
    (server_dir / "postgres" / "local.conf").chmod(0o644)
    with pytest.raises(ServerFailed, match="shared_buffers"):
        EmbeddedPostgres(server_dir).start()


def test_a_cluster_of_another_version_is_refused_with_what_to_do(server_dir: Path) -> None:
    (server_dir / "postgres").mkdir()
    (server_dir / "postgres" / "PG_VERSION").write_text("15\n")
    with pytest.raises(UserError, match="pg_dump"):
        EmbeddedPostgres(server_dir).start()


def test_passwords_and_data_are_closed_to_others(own_postgres: EmbeddedPostgres, own_nats: EmbeddedNats) -> None:
    data_dir = own_postgres.data_dir
    for name in ["secrets", "postgres", "nats", "run", "logs"]:
        assert stat.S_IMODE((data_dir / name).stat().st_mode) == 0o700, name
    for file in [*(data_dir / "secrets").iterdir(), data_dir / "nats" / "server.conf"]:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_no_secret_stands_on_a_command_line(own_postgres: EmbeddedPostgres, own_nats: EmbeddedNats) -> None:
    secrets = [file.read_text().strip() for file in (own_postgres.data_dir / "secrets").iterdir()]
    assert len(secrets) >= 2
    assert own_postgres.pid is not None
    assert own_nats.pid is not None
    for pid in (own_postgres.pid, own_nats.pid):
        said = " ".join(psutil.Process(pid).cmdline())
        assert not any(secret in said for secret in secrets)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account to hand")
def test_under_root_the_servers_run_as_somebody_else(own_postgres: EmbeddedPostgres, own_nats: EmbeddedNats) -> None:
    assert own_postgres.pid is not None
    assert own_nats.pid is not None
    for pid in (own_postgres.pid, own_nats.pid):
        assert psutil.Process(pid).uids().effective != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account to hand")
def test_under_root_a_closed_directory_above_is_named_and_left_closed(server_dir: Path) -> None:
    closed = server_dir / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(UserError, match=f"cannot pass through {closed} "):
        EmbeddedPostgres(closed / "data").start()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


async def test_nats_asks_for_its_token_and_offers_jetstream(own_nats: EmbeddedNats) -> None:
    client = await nats.connect(own_nats.url)
    await client.jetstream().account_info()
    await client.close()
    with socket.create_connection(own_nats.address, timeout=30) as stranger, stranger.makefile("rwb") as line:
        assert line.readline().startswith(b"INFO ")
        line.write(b"CONNECT {}\r\nPING\r\n")
        line.flush()
        assert line.readline() == b"-ERR 'Authorization Violation'\r\n"


def test_nats_keeps_its_ports_and_takes_others_when_they_are_taken(server_dir: Path) -> None:
    with EmbeddedNats(server_dir) as server:
        first = server.address, server.monitor_url
    with EmbeddedNats(server_dir) as server:
        assert (server.address, server.monitor_url) == first
    with socket.create_server(first[0]), EmbeddedNats(server_dir) as server:
        assert server.address != first[0]


def test_a_nats_left_over_by_a_killed_run_is_replaced(server_dir: Path) -> None:
    left_over = EmbeddedNats(server_dir)
    left_over.start()
    with EmbeddedNats(server_dir) as server:
        assert server.address == left_over.address
        assert not left_over.running()


def test_every_test_has_a_migrated_database_of_its_own(database: Database) -> None:
    with psycopg.connect(database.url) as connection:
        assert connection.execute("SELECT current_user, current_database()").fetchone() == ("vitalog", database.name)
        assert connection.execute("SELECT count(*) FROM ledger.events").fetchone() == (0,)
        connection.execute("CREATE SCHEMA a_read_model")
