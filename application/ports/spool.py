"""Where outcomes wait on disk while the ledger is away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class SpoolFull(Exception):
    """The spool has reached its bound; what does not fit is lost, and the time it covers becomes no data."""


class Spool(Protocol):
    """A first-in, first-out queue of byte strings that survives the process."""

    def put(self, items: Sequence[bytes]) -> None:
        """Keep the items durably, all or none, behind those that wait already.

        Raises:
            SpoolFull: they do not fit.
        """
        ...

    def peek(self, limit: int) -> list[bytes]:
        """The oldest items, at most ``limit``; they stay."""
        ...

    def drop(self, count: int) -> None:
        """Forget the oldest ``count`` items, durably."""
        ...

    def __len__(self) -> int: ...
