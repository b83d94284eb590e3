"""Remembered answers, so that a request sent twice is carried out once."""

from __future__ import annotations

from typing import Protocol

import msgspec


class SavedAnswer(msgspec.Struct, frozen=True):
    """What a request with an ``Idempotency-Key`` was answered."""

    status: int
    headers: dict[str, str]
    body: bytes


class KeyInUse(Exception):
    """The first request with this key is still being worked on."""


class KeyReused(Exception):
    """The key was used with another request."""


class Idempotency(Protocol):
    """Answers by ``Idempotency-Key``, kept for a day. Every method may raise ``LedgerUnavailable``."""

    async def begin(self, actor: str, key: str, fingerprint: bytes) -> SavedAnswer | None:
        """The answer given before; None when the request is to be worked on (again) by the caller.

        Raises:
            KeyInUse: another caller works on it.
            KeyReused: the fingerprint is not that of the first request.
        """
        ...

    async def finish(self, actor: str, key: str, answer: SavedAnswer | None) -> None:
        """Keep the answer; None lets go of the key, so that the request can be tried again."""
        ...
