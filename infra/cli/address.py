"""Where the API is and which token opens it: from the environment, or the data directory of a running ``up``."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from infra.settings import Settings

DEFAULT_URL = "http://127.0.0.1:8080"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a command goes."""

    url: str
    """Without a slash at the end."""
    token: str | None
    token_origin: str
    """Where the token was found, for messages."""

    @property
    def is_local(self) -> bool:
        return urlsplit(self.url).hostname in LOOPBACK


def find_address(settings: Settings | None = None) -> Address:
    """VITALOG_URL, else what ``run.json`` says, else the default; and VITALOG_ADMIN_TOKEN, else the data directory's.

    The data directory's token is offered to its own server and to this machine, never to another host.

    Raises:
        UserError: a setting cannot be.
    """
    settings = settings or Settings.from_environment()
    running = run_file(settings.data_dir).get("url")
    url = (settings.url or running or DEFAULT_URL).rstrip("/")
    if settings.admin_token:
        return Address(url, settings.admin_token, "VITALOG_ADMIN_TOKEN")
    path, token = settings.data_dir / "admin-token", None
    if url == running or urlsplit(url).hostname in LOOPBACK:
        with suppress(OSError):
            token = path.read_text().strip() or None
    return Address(url, token, str(path))


def run_file(directory: Path) -> dict[str, Any]:
    """What a running ``up`` wrote about itself; empty when there is nothing to read."""
    try:
        content: Any = json.loads((directory / "run.json").read_text())
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}
