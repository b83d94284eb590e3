"""What a client carries to prove who it is, and what is random about it."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

Audience = Literal["vitalog-api", "vitalog-page"]
"""A bearer token does not work as a cookie, nor the other way round."""


class Grant(msgspec.Struct, frozen=True):
    """What a signed token says."""

    user_id: str
    session_id: str
    expires_s: int
    """Unix time."""


class TokenRefused(Exception):
    """The token was not signed by us with the one algorithm we use, or not for this use; or it has ``expired``."""

    def __init__(self, *, expired: bool = False) -> None:
        super().__init__("The token has expired." if expired else "The token is not one of ours.")
        self.expired = expired


class SignedTokens(Protocol):
    """Signed statements that a user is logged in, which need no look-up to be believed."""

    def sign(self, user_id: str, session_id: str, *, audience: Audience, now_s: int, life_s: int) -> str:
        """A token, good until ``now_s + life_s`` (Unix time)."""
        ...

    def verify(self, token: str, *, audience: Audience, now_s: int) -> Grant:
        """Raises ``TokenRefused``."""
        ...


class Secrets(Protocol):
    """Randomness nobody can guess, and one-time codes."""

    def token(self, prefix: str) -> str:
        """The prefix and 256 random bits, URL-safe."""
        ...

    def password(self) -> str:
        """A password to be told to somebody: 20 characters that are not mistaken for one another."""
        ...

    def digest(self, token: str) -> bytes:
        """SHA-256; enough for what has 256 random bits."""
        ...

    def seed(self) -> bytes:
        """160 random bits for one-time codes."""
        ...

    def base32(self, seed: bytes) -> str:
        """As people type it into an app."""
        ...

    def step_of(self, seed: bytes, code: str, now_s: int) -> int | None:
        """The time step (30 s, RFC 6238) whose code this is: now, the one before, or the one after; else None."""
        ...

    def address_to_scan(self, seed: bytes, account: str) -> str:
        """The ``otpauth://`` address that an app takes as a QR code."""
        ...
