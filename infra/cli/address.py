"""Where the API is, and what proves who we are there: a token that was set, who is logged in, or the admin token."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from infra.cli import sessions
from infra.settings import Settings

DEFAULT_URL = "http://127.0.0.1:8080"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a command goes."""

    url: str
    """Without a slash at the end."""
    token: str | None
    """Fixed; of a session the one that was good when it was last looked for."""
    token_origin: str
    """Where the token was found, for messages."""
    is_session: bool = False
    """Whether it is that of a session (``infra.cli.sessions``), which is exchanged now and then."""

    @property
    def is_local(self) -> bool:
        return urlsplit(self.url).hostname in LOOPBACK


def find_address(settings: Settings | None = None, *, as_administrator: bool = False) -> Address:
    """VITALOG_URL, else what ``run.json`` says, else the default; and what is found first of VITALOG_TOKEN, the session
    that ``vitalog login`` began there, VITALOG_ADMIN_TOKEN, and the data directory's admin token.

    The data directory's token is offered to its own server and to this machine, never to another host.
    ``as_administrator``: look for the admin token alone.

    Raises:
        UserError: a setting cannot be.
    """
    settings = settings or Settings.from_environment()
    running = run_file(settings.data_dir).get("url")
    url = (settings.url or running or DEFAULT_URL).rstrip("/")
    if not as_administrator:
        if settings.token:
            return Address(url, settings.token, "VITALOG_TOKEN")
        if (email := sessions.known(url)) is not None:
            return Address(url, None, email, is_session=True)
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
