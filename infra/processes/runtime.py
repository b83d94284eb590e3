"""What every process does the same: an event loop, signals, and an orderly end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

import structlog
import uvloop

from adapters.tasks import end
from infra.processes.liveness import beating

_log = structlog.get_logger(__name__)


def run_until_stopped(main: Callable[[asyncio.Event], Awaitable[None]]) -> int:
    """Run ``main(stop)`` on uvloop; SIGTERM and SIGINT set ``stop``. Returns the exit code: 0, or 1 after a failure."""

    async def guarded() -> int:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        try:
            async with beating():
                await main(stop)
        except Exception:  # noqa: BLE001  the last line of defence: said loudly, and the exit code tells
            _log.exception("process_failed")
            return 1
        return 0

    return uvloop.run(guarded())


async def until(stop: asyncio.Event, work: Awaitable[None]) -> None:
    """Do the work until ``stop`` is set, then cancel it and wait for its end. Raises what the work raises."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working in done:
            working.result()
    finally:
        await end(stopping, working)
