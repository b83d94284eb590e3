"""The keys of people: everything personal is sealed under a key of its own subject, and destroying that key is
forgetting the person, in the ledger, in the feed and in every copy of either.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol


class SubjectErased(Exception):
    """The subject's key was destroyed. What it sealed can never be read again."""


class KeyRefused(Exception):
    """A key cannot be unwrapped, or something sealed was altered. Says which, and what to do."""


class SubjectKey(Protocol):
    """One subject's key, opened for a short while. Never kept."""

    def seal(self, context: bytes, plain: bytes) -> bytes:
        """AES-256-GCM under a random nonce; ``context`` must be given again to open it."""
        ...

    def open(self, context: bytes, box: bytes) -> bytes:
        """What ``seal`` was given. Raises ``KeyRefused`` when box or context are not those."""
        ...

    def seal_row(self, context: bytes, plain: bytes) -> bytes:
        """The same plain text gives the same box (AES-SIV), so that a replayed read model is byte-identical."""
        ...

    def open_row(self, context: bytes, box: bytes) -> bytes:
        """What ``seal_row`` was given. Raises ``KeyRefused``."""
        ...


class SubjectKeys(Protocol):
    """Synchronous and thread-safe. Every method may raise ``LedgerUnavailable`` and ``KeyRefused``."""

    def of(self, subjects: Collection[str]) -> Mapping[str, SubjectKey]:
        """The keys of those subjects that have one; who was erased, or never had one, is missing."""
        ...

    def make(self, subjects: Collection[str]) -> Mapping[str, SubjectKey]:
        """The keys of all of them, made where missing.

        Raises:
            SubjectErased: one of them was erased.
        """
        ...

    def destroy(self, subjects: Collection[str]) -> None:
        """Destroy the keys for ever; who has none gets none any more."""
        ...


class BlindIndex(Protocol):
    """Keyed hashes by which personal data can be looked up without being readable where it is kept."""

    def fingerprint(self, kind: str, text: str) -> str:
        """32 hexadecimal digits; the same for the same kind and text, whatever the day or the process."""
        ...
