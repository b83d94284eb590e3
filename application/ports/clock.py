"""Time as the application sees it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """A clock that never goes back."""

    def now(self) -> datetime:
        """The time of day, aware, UTC; never earlier than an answer given before."""
        ...

    def now_us(self) -> int:
        """The same in whole microseconds since the Unix epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary moment, for measuring durations; no step of the system clock reaches it."""
        ...
