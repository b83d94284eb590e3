"""The blind-index port: HMAC-SHA-256 under a key that follows from the master key."""

from __future__ import annotations

import hmac


class HmacBlindIndex:
    """Implements ``application.ports.subject_keys.BlindIndex``."""

    def __init__(self, master_key: bytes) -> None:
        self._key = hmac.digest(master_key, b"vitalog blind index v1", "sha256")

    def fingerprint(self, kind: str, text: str) -> str:
        """As ``BlindIndex.fingerprint``."""
        return hmac.digest(self._key, f"{kind}\0{text}".encode(), "sha256")[:16].hex()
