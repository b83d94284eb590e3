"""The servers that one test run shares, and how its processes find them.

Whichever test first needs a server starts a *holder*: a program of its own that starts the server and keeps it until
the run ends, however it ends. The run's directory tells every worker where the servers are::

    RUN/postgres.json   {"pid": holder, "owner_url": ..., "app_password": ...}
    RUN/nats.json       {"pid": holder, "url": ...}
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import psutil

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_S = 120.0


def reachable_dir(prefix: str) -> Path:
    """A new directory that the servers' account can pass through (pytest's ``tmp_path`` it cannot)."""
    path = Path(tempfile.mkdtemp(prefix=prefix))
    path.chmod(0o711)
    return path


@contextmanager
def locked(path: Path) -> Generator[None]:
    """One process of the run at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def shared(run_dir: Path, name: str, controller: int) -> dict[str, Any]:
    """What the run's directory says about the server ``name``, which is started if nobody has yet."""
    record = run_dir / f"{name}.json"
    with locked(run_dir / f"{name}.lock"):
        if not record.exists():
            log = run_dir / f"{name}.holder.log"
            argv = [sys.executable, "-m", "tests.support.servers", str(run_dir), name, str(controller)]
            with log.open("wb") as output:
                holder = subprocess.Popen(argv, cwd=ROOT, stdout=output, stderr=output, start_new_session=True)
            deadline = time.monotonic() + _PATIENCE_S
            while not record.exists():
                if holder.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"The test run's {name} did not start:\n{log.read_text()}")
                time.sleep(0.02)
            _abandon(holder)
    return cast("dict[str, Any]", json.loads(record.read_text()))


def end_all(run_dir: Path) -> None:
    """Stop what the run started, and remove its directory."""
    holders: list[psutil.Process] = []
    for record in run_dir.glob("*.json"):
        try:
            holder = psutil.Process(json.loads(record.read_text())["pid"])
            holder.send_signal(signal.SIGTERM)
            holders.append(holder)
        except psutil.NoSuchProcess:
            continue
    for holder in holders:
        deadline = time.monotonic() + _PATIENCE_S
        while _alive(holder) and time.monotonic() < deadline:
            time.sleep(0.02)
    shutil.rmtree(run_dir, ignore_errors=True)


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _abandon(holder: subprocess.Popen[bytes]) -> None:
    """It is meant to outlive the worker that started it, so Popen shall not complain that it still runs."""
    holder.returncode = 0


def _hold(run_dir: Path, name: str, controller: int) -> None:
    from infra.embedded.nats import EmbeddedNats
    from infra.embedded.postgres import EmbeddedPostgres

    ended = threading.Event()
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, lambda *_: ended.set())
    data_dir = run_dir / f"{name}-data"
    if name == "postgres":
        postgres = EmbeddedPostgres(data_dir, durable=False)
        server = postgres
        known = {"owner_url": postgres.start(), "app_password": postgres.app_password}
    else:
        server = EmbeddedNats(data_dir)
        known = {"url": server.start()}
    record = run_dir / f"{name}.json"
    new = record.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(json.dumps({"pid": os.getpid(), **known}))
    new.rename(record)
    while not ended.wait(0.5):
        if not psutil.pid_exists(controller):  # the run was killed: nobody else will tidy up
            ended.set()
    server.stop()
    if not psutil.pid_exists(controller):
        shutil.rmtree(run_dir, ignore_errors=True)


if __name__ == "__main__":
    _hold(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
