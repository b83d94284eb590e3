"""Being told at once that something was appended or projected, instead of asking again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol


class Signals(Protocol):
    """Wake-ups from PostgreSQL, over one connection per process. They may be lost: wait with a timeout, then look."""

    @property
    def connected(self) -> bool:
        """Whether a change now would be heard."""
        ...

    def next_append(self) -> asyncio.Event:
        """Set when events are appended after this call; so call it, look into the ledger, and only then wait."""
        ...

    def next_projection(self) -> asyncio.Event:
        """Set when read models move on after this call."""
        ...

    def on_projected(self, changed: Callable[[Sequence[str] | None], None]) -> None:
        """Call ``changed`` with the monitors whose read models moved on; None: any, or hearing was interrupted."""
        ...


async def wait(signal: asyncio.Event, timeout_s: float) -> None:
    """Return when the signal is set, or after ``timeout_s``."""
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await signal.wait()
