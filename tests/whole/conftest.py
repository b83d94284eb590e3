"""Vitalog as its users run it: ``vitalog up`` with everything real, on a data directory and a port of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.support.servers import ROOT
from tests.support.waiting import eventually

TOKEN = "a-token-for-tests-only"


class Instance:
    """``vitalog up`` on one data directory, as often as a test likes."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.api = httpx.Client(base_url=f"{self.url}/api/v1", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("VITALOG_")}
        return kept | {
            "VITALOG_DATA_DIR": str(self.data_dir),
            "VITALOG_PORT": str(self.port),
            "VITALOG_ADMIN_TOKEN": TOKEN,
            "VITALOG_LANG": "en",
        }

    def start(self) -> None:
        """Up, and ready for commands."""
        log = (self.data_dir.parent / "up.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "infra", "up"], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        eventually(self.ready, patience_s=120)

    def ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log()
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Returns the exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(number)
        return self._process.wait(120)

    def log(self) -> str:
        return (self.data_dir.parent / "up.log").read_text()[-6000:]

    def child(self, name: str) -> psutil.Process | None:
        """The running process of that name: api, prober, relay, projector, postgres or nats."""
        assert self._process is not None
        endings = {"postgres": "postgres", "nats": "nats-server"}
        for process in psutil.Process(self._process.pid).children():
            try:
                line = process.cmdline()
            except psutil.Error:
                continue
            if line and (line[-1] == name or line[0].endswith(endings.get(name, "\0"))):
                return process
        return None

    def get(self, path: str, **params: Any) -> Any:
        return self.api.get(path, params=params).raise_for_status().json()

    def caught_up(self) -> bool:
        """Whether every read model is at the ledger's head."""
        try:
            items = self.get("/projections")["items"]
        except httpx.HTTPError:
            return False
        return bool(items) and all(item["lag"] == 0 for item in items)

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """The command line, on this instance."""
        return subprocess.run(
            [sys.executable, "-m", "infra", *arguments],
            cwd=ROOT,
            env=self.environment | more,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def kill_everything(self) -> None:
        self.api.close()
        if self._process is None or self._process.poll() is not None:
            return
        tree = psutil.Process(self._process.pid).children(recursive=True)
        for process in (self._process, *tree):
            try:
                process.kill()
            except psutil.Error:
                continue
        self._process.wait()


@pytest.fixture
def instance(server_dir: Path) -> Iterator[Instance]:
    """Not started yet."""
    made = Instance(server_dir / "data")
    yield made
    made.kill_everything()


class Target:
    """A local web server that can be stopped and started again on the same port."""

    def __init__(self) -> None:
        self.port = 0
        self._server: ThreadingHTTPServer | None = None
        self.start()
        self.url = f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=[0.01], daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@pytest.fixture
def target() -> Iterator[Target]:
    made = Target()
    yield made
    made.stop()


@pytest.fixture
def as_json() -> Callable[[subprocess.CompletedProcess[str]], Any]:
    """What a command with ``--json`` said."""

    def read(finished: subprocess.CompletedProcess[str]) -> Any:
        assert finished.returncode == 0, finished.stderr
        return json.loads(finished.stdout)

    return read
