"""A private NATS server with JetStream on a data directory of ours.

It listens on 127.0.0.1, on ports the kernel chose at the first start and that are kept as long as they are free, and
asks for a token that stands in a file, never on a command line.
"""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self, cast
from urllib.parse import urlsplit

import httpx

from infra.embedded.account import prepare_data_dir, private_dir, require_reachable, server_account
from infra.embedded.programs import find_programs
from infra.embedded.server import (
    ServerFailed,
    ServerLog,
    end_orphan,
    orphan,
    secret,
    stop_process,
    wait_until,
    write_private,
)
from infra.spawn import spawn

# JetStream reads its streams back at start; with a few GB of them that takes a while.
_START_PATIENCE_S = 120.0
_STOP = ((signal.SIGTERM, 30.0),)

_SETTINGS = """\
# Written anew at every start.
server_name: vitalog
listen: "127.0.0.1:{client}"
http: "127.0.0.1:{monitor}"
pid_file: "{home}/nats.pid"
ports_file_dir: "{home}"
max_payload: 8MB
jetstream {{ store_dir: "{home}", max_memory_store: 64MB, max_file_store: 16GB }}
authorization {{ token: "{token}" }}
"""


class EmbeddedNats:
    """``start()`` it, use `url` and `monitor_url`, ``stop()`` it. `die_with_parent` as in EmbeddedPostgres."""

    def __init__(self, data_dir: Path, *, die_with_parent: bool = True) -> None:
        self.data_dir = data_dir.absolute()
        self.log = ServerLog(self.data_dir / "logs" / "nats.log")
        self._home = self.data_dir / "nats"
        self._ports_record = self.data_dir / "nats-ports.json"
        self._death_signal = signal.SIGTERM if die_with_parent else None
        self._process: subprocess.Popen[bytes] | None = None
        self._ports = (-1, -1)

    @property
    def url(self) -> str:
        """``nats://token@127.0.0.1:port``. Holds the token: not for logs or command lines."""
        return f"nats://{secret(self.data_dir / 'secrets' / 'nats-token')}@127.0.0.1:{self._ports[0]}"

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that clients connect to."""
        return "127.0.0.1", self._ports[0]

    @property
    def monitor_url(self) -> str:
        """``http://127.0.0.1:port``; ``/healthz`` under it answers 200 while the server and JetStream work."""
        return f"http://127.0.0.1:{self._ports[1]}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> str:
        """Start, wait until JetStream answers, and return `url`.

        Raises:
            UserError: it cannot run here, with what to do.
            ServerFailed: it did not come up, with the end of its log.
        """
        self.launch()
        return self.wait()

    def launch(self) -> None:
        """The first half of `start`: everything up to the running program. Call it from a thread that lives on."""
        prepare_data_dir(self.data_dir)
        self._end_leftover()
        self._launch(self._ports_kept())

    def wait(self) -> str:
        """The second half of `start`."""
        try:
            try:
                self._wait()
            except ServerFailed:
                if self._ports == (-1, -1) or "address already in use" not in self.log.since_start():
                    raise
                self._launch((-1, -1))  # somebody else has one of our ports now
                self._wait()
        except BaseException:
            self.stop()
            raise
        write_private(self._ports_record, json.dumps({"client": self._ports[0], "monitor": self._ports[1]}) + "\n")
        return self.url

    def signal(self, number: signal.Signals) -> None:
        """Send it to the server, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Write everything out and end. Does nothing when not running."""
        if self._process is not None:
            stop_process(self._process, *_STOP)
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launch(self, ports: tuple[int, int]) -> None:
        account = server_account(self._home)
        require_reachable(self.data_dir, account)
        program = find_programs(self.data_dir, account).nats_server
        private_dir(self._home, account)
        for stale in self._home.glob("*.ports"):
            stale.unlink()
        self._ports = ports
        config = self._home / "server.conf"
        text = _SETTINGS.format(
            client=ports[0], monitor=ports[1], home=self._home, token=secret(self.data_dir / "secrets" / "nats-token")
        )
        write_private(config, text, uid=account.uid if account else None, gid=account.gid if account else None)
        with self.log.open() as output:
            self._process = spawn(
                [program, "-c", config], account=account, env={}, output=output, death_signal=self._death_signal
            )

    def _wait(self) -> None:
        process = self._process
        if process is None:
            raise RuntimeError("launch() comes before wait()")
        wait_until(self._ready, process, log=self.log, name="NATS", patience_s=_START_PATIENCE_S)

    def _ready(self) -> bool:
        process = self._process
        if process is None:
            return False
        try:
            ports = json.loads((self._home / f"nats-server_{process.pid}.ports").read_text())
            self._ports = _port(ports["nats"][0]), _port(ports["monitoring"][0])
            return httpx.get(f"{self.monitor_url}/healthz", timeout=2, trust_env=False).status_code == 200
        except (OSError, ValueError, httpx.HTTPError):
            return False

    def _ports_kept(self) -> tuple[int, int]:
        try:
            kept = cast("dict[str, int]", json.loads(self._ports_record.read_text()))
            return int(kept["client"]), int(kept["monitor"])
        except (OSError, ValueError, KeyError):
            return -1, -1

    def _end_leftover(self) -> None:
        """Stop a server that an earlier, killed run left on these files."""
        config = str(self._home / "server.conf")
        leftover = orphan(
            self._home / "nats.pid", program="nats-server", belongs=lambda process: config in process.cmdline()
        )
        if leftover is not None:
            end_orphan(leftover, *_STOP)


def _port(url: str) -> int:
    port = urlsplit(url).port
    if port is None:
        raise ValueError(f"no port in {url}")
    return port
