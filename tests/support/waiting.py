"""Waiting on a condition instead of sleeping."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
_POLL_S = 0.02


def eventually(condition: Callable[[], T], *, patience_s: float = 60.0) -> T:
    """The first truthy answer of ``condition``; asks again while it is falsy or its own assertion fails."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            if (answer := condition()) or time.monotonic() > deadline:
                assert answer, f"{condition} did not hold within {patience_s:.0f} s, and last said {answer!r}"
                return answer
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        time.sleep(_POLL_S)


async def eventually_async(condition: Callable[[], Awaitable[T]], *, patience_s: float = 60.0) -> T:
    """As `eventually`, for a condition to await."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            if (answer := await condition()) or time.monotonic() > deadline:
                assert answer, f"{condition} did not hold within {patience_s:.0f} s, and last said {answer!r}"
                return answer
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(_POLL_S)
