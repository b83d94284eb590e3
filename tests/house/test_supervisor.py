"""``vitalog up`` starts everything, keeps it running, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from psycopg import sql

from tests.support.servers import ROOT
from tests.support.waiting import eventually

_PROGRAMS = ROOT / "tests" / "support" / "programs"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Up:
    """One data directory, and ``up`` on it as often as a test likes."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.journal = data_dir.parent / "journal"
        self.drained = data_dir.parent / "drained"
        self.port = _free_port()
        self.processes: dict[str, list[str]] = {
            "api": [sys.executable, str(_PROGRAMS / "answering.py"), str(self.journal)],
            "prober": [sys.executable, str(_PROGRAMS / "idling.py"), str(self.drained)],
        }
        self.runs: list[subprocess.Popen[str]] = []

    def begin(self, **more: str) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("VITALOG_")}
        said = {"VITALOG_DATA_DIR": str(self.data_dir), "VITALOG_PORT": str(self.port), "VITALOG_LANG": "en"}
        run = subprocess.Popen(
            [sys.executable, "-m", "tests.support.programs.supervising", json.dumps(self.processes)],
            cwd=ROOT,
            env=kept | said | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.runs.append(run)
        return run

    def ready(self, **more: str) -> subprocess.Popen[str]:
        run = self.begin(**more)
        assert run.stdout is not None
        for line in run.stdout:
            if line.strip().startswith("Stop:"):
                return run
        assert run.stderr is not None
        raise AssertionError(run.stderr.read())

    def end(self, run: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        run.send_signal(number)
        out, err = run.communicate(timeout=120)
        return run.returncode, out, err

    def running(self) -> dict[str, Any]:
        return json.loads((self.data_dir / "run.json").read_text())

    def asked(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.journal.read_text().splitlines()] if self.journal.exists() else []


@pytest.fixture
def up(server_dir: Path) -> Iterator[Up]:
    made = Up(server_dir / "data")
    yield made
    for run in made.runs:
        if run.poll() is None:
            run.kill()
        run.communicate()


def _gone(pids: dict[str, int]) -> bool:
    def alive(pid: int) -> bool:
        try:
            return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    return not any(alive(pid) for pid in pids.values())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_until_a_signal_and_then_everything_drains_and_is_gone(up: Up, number: signal.Signals) -> None:
    run = up.ready()
    running = up.running()
    assert set(running["pids"]) == {"postgres", "nats", "api", "prober"}
    assert running["pid"] == run.pid
    code, out, _ = up.end(run, number)
    assert code == 0
    assert "Everything is kept in" in out
    assert up.drained.read_text() == "drained\n"
    assert _gone(running["pids"])
    assert not (up.data_dir / "run.json").exists()


def test_token_and_key_are_made_once_and_closed_to_others(up: Up) -> None:
    up.end(up.ready())
    first = [(up.data_dir / name).read_bytes() for name in ("admin-token", "master.key")]
    up.end(up.ready())
    assert [(up.data_dir / name).read_bytes() for name in ("admin-token", "master.key")] == first
    assert len(first[1]) == 32
    for name in ("admin-token", "master.key"):
        assert stat.S_IMODE((up.data_dir / name).stat().st_mode) == 0o600


def test_a_lost_master_key_is_not_silently_replaced(up: Up) -> None:
    up.end(up.ready())
    (up.data_dir / "master.key").unlink()
    run = up.begin()
    _, err = run.communicate(timeout=120)
    assert run.returncode == 1
    assert "is gone. Put it back from your backup" in err


def test_a_second_up_on_the_same_directory_says_so_and_exits(up: Up) -> None:
    run = up.ready()
    second = up.begin(VITALOG_PORT=str(_free_port()))
    _, err = second.communicate(timeout=120)
    assert second.returncode == 3
    assert f"process {run.pid}, http://127.0.0.1:{up.port}" in err
    assert up.end(run)[0] == 0


def test_a_taken_port_is_named_before_anything_starts(up: Up) -> None:
    with socket.create_server(("127.0.0.1", up.port)):
        run = up.begin()
        _, err = run.communicate(timeout=120)
    assert run.returncode == 1
    assert f"cannot listen on 127.0.0.1, port {up.port}" in err
    assert "VITALOG_PORT=" in err
    assert not (up.data_dir / "postgres").exists()


@pytest.mark.parametrize("name", ["prober", "nats", "postgres"])
def test_what_is_killed_is_started_again(up: Up, name: str) -> None:
    run = up.ready()
    before = up.running()["pids"][name]
    os.kill(before, signal.SIGKILL)
    after = eventually(lambda: pid if (pid := up.running()["pids"].get(name)) != before else None)
    assert psutil.pid_exists(after)
    assert up.end(run)[0] == 0


def test_nothing_outlives_a_killed_up_and_the_next_one_continues(up: Up) -> None:
    run = up.ready()
    pids = up.running()["pids"]
    run.kill()
    eventually(lambda: _gone(pids))
    again = up.ready()
    assert up.end(again)[0] == 0


def test_a_process_that_cannot_start_ends_the_attempt_with_its_name(up: Up) -> None:
    up.processes["prober"] = [sys.executable, "-c", "raise SystemExit(7)"]
    up.processes["api"] = up.processes["prober"]
    run = up.begin()
    _, err = run.communicate(timeout=120)
    assert run.returncode == 1
    assert "while starting (exit code 7)" in err


def test_a_signal_while_starting_stops_cleanly(up: Up) -> None:
    run = up.begin()
    assert run.stdout is not None
    run.stdout.readline()
    code, _, err = up.end(run, signal.SIGINT)
    assert code == 0, err
    assert up.end(up.ready())[0] == 0


def test_a_second_signal_does_not_wait_for_anybody(up: Up) -> None:
    up.processes["prober"] = [
        sys.executable,
        "-c",
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: signal.pause()",
    ]
    run = up.ready()
    pids = up.running()["pids"]
    run.send_signal(signal.SIGINT)
    assert run.stdout is not None
    run.stdout.readline()
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=120)
    assert _gone(pids)


def test_it_watches_itself_once_and_moves_only_what_moved(up: Up) -> None:
    run = up.ready()
    asked = eventually(lambda: up.asked() if len(up.asked()) == 4 else [])
    assert {(one["kind"], one["name"]) for one in asked} == {
        ("http", "Vitalog API"),
        ("http", "Vitalog NATS (HTTP)"),
        ("tcp", "Vitalog NATS"),
        ("postgres", "Vitalog PostgreSQL"),
    }
    assert all(one["key"].startswith("bootstrap-") for one in asked)
    up.end(run)
    tcp = next(one["target"] for one in asked if one["kind"] == "tcp")
    host, port = tcp.split(":")
    with socket.create_server((host, int(port))):
        run = up.ready()
        moved = eventually(lambda: up.asked()[4:] if len(up.asked()) == 6 else [])
        up.end(run)
    assert {one["method"] for one in moved} == {"PATCH"}
    assert all(one["target"] not in {was["target"] for was in asked} for one in moved)


def test_a_switched_off_admin_token_is_not_shown_and_what_it_cannot_do_is_said(up: Up) -> None:
    (up.journal.parent / "token-off").touch()
    run = up.begin()
    assert run.stdout is not None
    said: list[str] = []
    for line in run.stdout:
        said.append(line)
        if "Vitalog PostgreSQL could not be" in line:
            break
    up.end(run)
    told = "".join(said)
    token = (up.data_dir / "admin-token").read_text().strip()
    assert "Admin token:  switched off; log in with `vitalog login`" in told
    assert token not in told
    assert told.count("vitalog access bootstrap-token on --here") == 4
    assert up.asked() == []


def test_every_process_is_told_how_the_outside_reaches_it_and_by_which_clock(up: Up) -> None:
    kek = "5a" * 32
    said = {"VITALOG_PUBLIC_URL": "https://health.example.org", "VITALOG_TIME_ZONE": "Asia/Seoul", "VITALOG_KEK": kek}
    up.end(up.ready(**said))
    told = json.loads((up.journal.parent / "environment.json").read_text())
    assert {name: told.get(name) for name in said} == said


def test_servers_that_are_named_are_used_instead_of_the_embedded_ones(up: Up, postgres_url: str, nats_url: str) -> None:
    name = f"up_{up.port}"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = postgres_url.replace("/vitalog?", f"/{name}?")
    run = up.ready(VITALOG_DATABASE_URL=url, VITALOG_NATS_URL=nats_url)
    assert set(up.running()["pids"]) == {"api", "prober"}
    assert not (up.data_dir / "postgres").exists()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM ledger.events").fetchone() == (0,)
    assert up.end(run)[0] == 0
