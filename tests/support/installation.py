"""Vitalog's own processes on a database of their own, and the command line that talks to them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.support.servers import ROOT
from tests.support.waiting import eventually

TOKEN = "a-token-for-tests-of-the-command-line"
NOWHERE = "nats://127.0.0.1:9"
"""A port that nobody listens on: read models go on from the ledger, and no test hears another's events."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Installation:
    """`start` processes by name; `cli` runs a command as a user would."""

    def __init__(self, directory: Path, database_url: str) -> None:
        self.directory = directory
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        (directory / "master.key").write_bytes(bytes(range(32)))
        (directory / "master.key").chmod(0o600)
        (directory / "data").mkdir(mode=0o700)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("VITALOG_", "LC_", "LANG"))}
        self.process_environment = kept | {
            "VITALOG_DATA_DIR": str(directory / "data"),
            "VITALOG_DATABASE_URL": database_url,
            "VITALOG_NATS_URL": NOWHERE,
            "VITALOG_MASTER_KEY_FILE": str(directory / "master.key"),
            "VITALOG_KEK": "5a" * 32,
            "VITALOG_ADMIN_TOKEN": TOKEN,
            "VITALOG_PORT": str(self.port),
        }
        self.user_environment = kept | {
            "VITALOG_URL": self.url,
            "VITALOG_ADMIN_TOKEN": TOKEN,
            "VITALOG_DATA_DIR": str(directory / "data"),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        for name in names:
            with (self.directory / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    [sys.executable, "-m", "infra", name],
                    cwd=ROOT,
                    env=self.process_environment,
                    stdout=log,
                    stderr=log,
                )
        if "api" in names:
            eventually(self._answers)

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def close(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait()

    def cli(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "infra", *arguments],
            cwd=ROOT,
            env=self.user_environment | environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def json(self, *arguments: str) -> Any:
        done = self.cli(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def follow(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "infra", *arguments],
            cwd=ROOT,
            env=self.user_environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False


@contextmanager
def installed(directory: Path, database_url: str, *processes: str) -> Generator[Installation]:
    """Those processes, running."""
    installation = Installation(directory, database_url)
    try:
        installation.start(*processes)
        yield installation
    finally:
        installation.close()
