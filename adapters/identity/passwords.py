"""The passwords port: Argon2id, a few at a time, off the event loop."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2
"""Each takes ``MEMORY_KIB``, so many at once would be a way to exhaust the machine."""
MEMORY_KIB = 47_104
PASSES = 2
"""Twice OWASP's recommendation of 46 MiB with one pass (Password Storage Cheat Sheet)."""


class ArgonPasswords:
    """Implements ``application.ports.passwords.Passwords``."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
        self._nobody = self._hasher.hash("nobody's password, verified for accounts that do not exist")

    async def hash(self, password: str) -> str:
        """As ``Passwords.hash``."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, password)

    async def verify(self, hashed: str | None, password: str) -> bool:
        """As ``Passwords.verify``."""
        right = await asyncio.get_running_loop().run_in_executor(
            self._threads, self._verify, hashed or self._nobody, password
        )
        return right and hashed is not None

    def is_outdated(self, hashed: str) -> bool:
        """As ``Passwords.is_outdated``."""
        return self._hasher.check_needs_rehash(hashed)

    def close(self) -> None:
        """Finish what was asked for."""
        self._threads.shutdown()

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False
