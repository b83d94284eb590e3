"""Time as the application sees it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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


def as_datetime(us: int) -> datetime:
    """Microseconds since the Unix epoch as an aware UTC datetime, exactly."""
    return EPOCH + timedelta(microseconds=us)


def as_us(at: datetime) -> int:
    """An aware datetime as whole microseconds since the Unix epoch, exactly."""
    return (at - EPOCH) // timedelta(microseconds=1)
