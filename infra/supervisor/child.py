"""One process that is kept running."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

import infra
from infra.embedded.server import stop_process
from infra.spawn import spawn

_log = structlog.get_logger(__name__)
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_STEADY_S = 60.0
"""Having run this long, a process has recovered, and its next crash is a first one again."""
_DRAIN_S = 25.0
_PROJECT_ROOT = str(next(iter(infra.__path__))).removesuffix("/infra")


@dataclass(slots=True)
class Child:
    """A program, restarted when it ends unasked, after 0.5 s, 1 s, 2 s … 30 s."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    crashes: int = 0
    """In a row."""
    last_exit: int | None = None
    _process: subprocess.Popen[bytes] | None = None
    _started: float = 0.0
    _restart_at: float = 0.0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Call it from the main thread: the process dies with the thread that started it."""
        self._started = time.monotonic()
        self._process = spawn(self.argv, env=self.environment, cwd=_PROJECT_ROOT)

    def look_after(self) -> float | None:
        """Notice that it ended, or start it again when that is due. Returns seconds until it wants to be looked at."""
        now = time.monotonic()
        if self._process is None:
            if now >= self._restart_at:
                self.start()
                return None
            return self._restart_at - now
        code = self._process.poll()
        if code is None:
            return None
        self._process = None
        self.last_exit = code
        self.crashes = 1 if now - self._started > _STEADY_S else self.crashes + 1
        pause = min(_FIRST_PAUSE_S * 2 ** (self.crashes - 1), _LONGEST_PAUSE_S)
        self._restart_at = now + pause
        _log.error("process_ended", name=self.name, exit_code=code, restart_in_s=pause, crashes=self.crashes)
        return pause

    def ask_to_end(self) -> None:
        """It drains: finishes what it has begun, and takes nothing new."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def wait_for_end(self, deadline: float) -> None:
        """Until ``deadline`` (monotonic), then by force."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _log.warning("process_does_not_end", name=self.name, then="killed")
            stop_process(self._process)

    def kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()


def end_all(children: Sequence[Child]) -> None:
    """Ask all to drain, and wait for them."""
    for child in children:
        child.ask_to_end()
    deadline = time.monotonic() + _DRAIN_S
    for child in children:
        child.wait_for_end(deadline)
