"""Whether a process that has no port is alive, for container health checks.

Where VITALOG_LIVENESS names a file, a process touches it while its event loop turns;
``python -m infra.processes.liveness`` exits with 0 while that is recent. Only the standard library is imported:
it runs every few seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncGenerator
from pathlib import Path

_BEAT_S = 5.0
_OLD_S = 20.0


@contextlib.asynccontextmanager
async def beating() -> AsyncGenerator[None]:
    """Beat, if asked to, for as long as the block runs."""
    file = os.environ.get("VITALOG_LIVENESS")
    task = asyncio.create_task(_beat(Path(file))) if file else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()


async def _beat(file: Path) -> None:
    while True:
        file.touch()  # noqa: ASYNC240  one system call on a tmpfs, and it is this loop that is to prove it turns
        await asyncio.sleep(_BEAT_S)


def age_s(file: Path) -> float:
    """Seconds since the last beat; infinite when there was none."""
    try:
        return time.time() - file.stat().st_mtime
    except OSError:
        return float("inf")


if __name__ == "__main__":
    sys.exit(0 if age_s(Path(os.environ.get("VITALOG_LIVENESS", "/tmp/alive"))) < _OLD_S else 1)  # noqa: S108
