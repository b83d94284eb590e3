"""Starting programs that must not outlive us.

A supervisor killed with SIGKILL cannot stop what it started. On Linux the kernel does it instead
(PR_SET_PDEATHSIG); elsewhere the next start finds the orphan by its pid file and stops it. Every program
gets a session of its own, so that Ctrl-C reaches the supervisor alone, which then stops them in order.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from infra.embedded.account import Account

_PR_SET_PDEATHSIG = 1
# Loaded here, because between fork and exec almost nothing is safe to do.
_libc: ctypes.CDLL | None = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def dies_with_parent(sig: signal.Signals) -> Callable[[], None] | None:
    """A ``preexec_fn`` after which the child is sent ``sig`` when the thread that started it ends.

    It runs after the child has changed its user (a change of credentials clears the setting).
    None where the kernel has no such thing.
    """
    libc = _libc
    if libc is None:
        return None
    parent = os.getpid()

    def arm() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
        if os.getppid() != parent:  # it died before we were armed
            os._exit(1)

    return arm


def spawn(
    argv: Sequence[str | Path],
    *,
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    output: IO[bytes] | int | None = None,
    death_signal: signal.Signals | None = signal.SIGTERM,
    cwd: Path | str = "/",
) -> subprocess.Popen[bytes]:
    """Start ``argv`` in its own session, as ``account`` if one is given, with nothing on its standard input.

    ``output`` takes both standard output and standard error. ``death_signal=None`` lets it outlive us. Call it
    from a thread that lives as long as the program should.
    """
    return subprocess.Popen(
        [str(part) for part in argv],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        cwd=cwd,
        env=dict(env) if env is not None else None,
        start_new_session=True,
        preexec_fn=dies_with_parent(death_signal) if death_signal is not None else None,  # noqa: PLW1509 - see arm()
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        umask=0o077,
    )
