"""The key-encryption key, which wraps the keys of people and never leaves its keeper: a file, or a key service."""

from __future__ import annotations

from typing import Protocol


class KeyWrapping(Protocol):
    """Thread-safe. Every method may raise ``application.ports.subject_keys.KeyRefused``."""

    def current(self) -> str:
        """Id of the key that wraps now."""
        ...

    def wrap(self, subject: str, key: bytes) -> bytes:
        """The 32-byte key wrapped by the current key, for this subject only."""
        ...

    def unwrap(self, key_id: str, subject: str, wrapped: bytes) -> bytes:
        """What ``wrap`` was given when ``key_id`` was current."""
        ...

    def reload(self) -> None:
        """Look again which keys there are: another process may have rotated them."""
        ...
