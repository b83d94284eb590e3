"""Hashing of passwords."""

from __future__ import annotations

from typing import Protocol


class Passwords(Protocol):
    """Slow on purpose, and bounded in how many are worked on at once."""

    async def hash(self, password: str) -> str:
        """The hash, with its salt and parameters."""
        ...

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Whether it is the password. Takes as long for None, where there is none, as for a real one."""
        ...

    def is_outdated(self, hashed: str) -> bool:
        """Whether it was made with weaker parameters than today's."""
        ...
