"""Where outcomes wait on disk while the ledger is away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Spool(Protocol):
    """A first-in, first-out queue of byte strings that survives the process."""

    def put(self, items: Sequence[bytes]) -> int:
        """Keep as many of the items, from the first on, as fit, durably, behind those that wait. Returns how many."""
        ...

    def peek(self, limit: int) -> list[bytes]:
        """The oldest items, at most ``limit``; they stay."""
        ...

    def drop(self, count: int) -> None:
        """Forget the oldest ``count`` items, durably."""
        ...

    def close(self) -> None:
        """Let go of it; everything in it stays."""
        ...

    def __len__(self) -> int: ...
