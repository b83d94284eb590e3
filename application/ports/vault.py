"""Where credentials are kept, so that events need not hold them."""

from __future__ import annotations

from typing import Any, Protocol


class VaultError(Exception):
    """A secret cannot be read: the master key is not the one it was sealed with, or the entry is gone."""


class Vault(Protocol):
    """Secrets of monitors, encrypted at rest. Values are JSON objects of at most 64 KiB."""

    def put(self, monitor_id: str, secrets: dict[str, Any]) -> str:
        """Keep the secrets; returns the reference under which events may mention them."""
        ...

    def get(self, monitor_id: str, ref: str) -> dict[str, Any]:
        """The secrets kept under ``ref`` for that monitor.

        Raises:
            VaultError: they cannot be read.
        """
        ...

    def ping_key(self, monitor_id: str) -> str:
        """The key that a push monitor's pings carry in their URL: derived, never stored."""
        ...

    def monitor_of_ping_key(self, key: str) -> str | None:
        """The monitor that a ping key belongs to; None for a key this vault did not derive."""
        ...
