"""Ending asyncio tasks for certain."""

from __future__ import annotations

import asyncio
from typing import Any

_PATIENCE_S = 1.0


async def end(*tasks: asyncio.Future[Any]) -> None:
    """Cancel the tasks and wait until they have ended, whatever they end with.

    A single cancellation can get lost: in Python 3.11 ``asyncio.wait_for``, which libraries use, drops one that comes
    together with the result it waits for.
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_PATIENCE_S)
    await asyncio.gather(*tasks, return_exceptions=True)
