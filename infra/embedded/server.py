"""What both embedded servers have in common: a process, a bounded log, secrets, and orphans of an earlier life."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import psutil

from infra.errors import UserError
from infra.words import t

_LOG_LIMIT = 8 * 1024 * 1024
_POLL_S = 0.02


class ServerFailed(UserError):
    """A server did not start, or not in time; the sentence ends with the last lines of its log."""


class ServerLog:
    """A server's output in one file, of which at most 8 MiB and the 8 MiB before them (``.1``) are kept.

    The server holds the file open for appending, so it is shortened in place.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._start = 0

    def open(self) -> IO[bytes]:
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        self.keep_small()
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._start = os.fstat(descriptor).st_size
        return os.fdopen(descriptor, "ab")

    def keep_small(self) -> None:
        """Call it now and then."""
        if not self.path.exists() or self.path.stat().st_size <= _LOG_LIMIT:
            return
        content = self.path.read_bytes()[-_LOG_LIMIT:]
        older = self.path.with_name(self.path.name + ".1")
        older.touch(mode=0o600)
        older.write_bytes(content)
        os.truncate(self.path, 0)

    def since_start(self) -> str:
        """What the server wrote since `open`."""
        if not self.path.exists():
            return ""
        with self.path.open("rb") as file:
            file.seek(self._start)
            return file.read(_LOG_LIMIT).decode(errors="replace")

    def tail(self, lines: int = 12) -> str:
        return "\n".join(self.since_start().splitlines()[-lines:])


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], *, log: ServerLog, name: str, patience_s: float
) -> None:
    """Poll ``ready`` until it holds.

    Raises:
        ServerFailed: the process ended, or ``patience_s`` passed.
    """
    deadline = time.monotonic() + patience_s
    while not ready():
        if (code := process.poll()) is not None:
            raise ServerFailed(
                t(
                    "{name} ended at once (exit code {code}). Its log, {path}, says:\n{tail}",
                    name=name,
                    code=code,
                    path=log.path,
                    tail=log.tail(),
                )
            )
        if time.monotonic() > deadline:
            raise ServerFailed(
                t(
                    "{name} was not ready after {s} s. Its log, {path}, says:\n{tail}",
                    name=name,
                    s=round(patience_s),
                    path=log.path,
                    tail=log.tail(),
                )
            )
        time.sleep(_POLL_S)


def stop_process(process: subprocess.Popen[bytes], *signals: tuple[signal.Signals, float]) -> None:
    """Send each signal in turn, waiting its seconds for the end; at last SIGKILL."""
    for sig, patience_s in signals:
        if process.poll() is not None:
            return
        process.send_signal(sig)
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            continue
        return
    process.kill()
    process.wait()


def orphan(pid_file: Path, *, program: str, belongs: Callable[[psutil.Process], bool]) -> psutil.Process | None:
    """The process that ``pid_file`` (its first line) names, if it is still ``program`` and ours.

    A pid may have been given to another program since, so the number alone proves nothing.
    """
    try:
        process = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
        return process if process.name() == program and belongs(process) else None
    except (OSError, ValueError, psutil.Error):
        return None


def end_orphan(process: psutil.Process, *signals: tuple[signal.Signals, float]) -> None:
    """As `stop_process`, for a process that is not our child."""
    try:
        for sig, patience_s in signals:
            process.send_signal(sig)
            if _ended(process, patience_s):
                return
        process.kill()
        _ended(process, 10)
    except psutil.NoSuchProcess:
        return


def _ended(process: psutil.Process, patience_s: float) -> bool:
    """Whether it ends in time. A zombie has ended: whoever adopted it may be slow to notice."""
    deadline = time.monotonic() + patience_s
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def secret(path: Path) -> str:
    """The secret kept in ``path`` (0600, its directory 0700); made on first use, 256 bits."""
    if path.exists():
        return path.read_text().strip()
    path.parent.mkdir(mode=0o700, exist_ok=True)
    value = secrets.token_urlsafe(32)
    write_private(path, value + "\n")
    return value


def write_private(path: Path, content: str, *, uid: int | None = None, gid: int | None = None) -> None:
    """Put ``content`` into ``path`` in one step, readable by its owner alone."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if uid is not None and gid is not None:
        os.chown(new, uid, gid)
    new.rename(path)
