"""Where the API is and which token opens it: from the environment, or the data directory of a running ``up``."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from infra.cli.output import USAGE
from infra.cli.words import t
from infra.errors import UserError

DEFAULT_URL = "http://127.0.0.1:8080"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


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
        return urlsplit(self.url).hostname in _LOOPBACK


def find_address() -> Address:
    """VITALOG_URL, else what ``run.json`` says, else the default; and VITALOG_ADMIN_TOKEN, else the data directory's.

    The data directory's token is offered to its own server and to this machine, never to another host.

    Raises:
        UserError: VITALOG_URL is no URL, or a file that was named cannot be read.
    """
    directory = data_dir()
    running = run_file(directory).get("url")
    url = (_setting("URL") or running or DEFAULT_URL).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UserError(t("VITALOG_URL is {url!r}; write it as http://host:8080.", url=url), exit_code=USAGE)
    if token := _setting("ADMIN_TOKEN"):
        return Address(url, token, "VITALOG_ADMIN_TOKEN")
    path = directory / "admin-token"
    if parts.hostname in _LOOPBACK or url == running:
        try:
            return Address(url, path.read_text().strip() or None, str(path))
        except OSError:
            pass
    return Address(url, None, str(path))


def data_dir() -> Path:
    """The data directory that ``up`` uses with this environment."""
    if said := os.environ.get("VITALOG_DATA_DIR"):
        return Path(said).expanduser()
    if os.geteuid() == 0:
        return Path("/var/lib/vitalog")
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(home).expanduser() / "vitalog"


def run_file(directory: Path) -> dict[str, Any]:
    """What a running ``up`` wrote about itself; empty when there is nothing to read."""
    try:
        content: Any = json.loads((directory / "run.json").read_text())
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}


def _setting(name: str) -> str | None:
    if value := os.environ.get(f"VITALOG_{name}"):
        return value
    if file := os.environ.get(f"VITALOG_{name}_FILE"):
        try:
            return Path(file).read_text().strip() or None
        except OSError as error:
            raise UserError(
                t(
                    "VITALOG_{name}_FILE names {file}, which cannot be read: {why}.",
                    name=name,
                    file=file,
                    why=error.strerror,
                ),
                exit_code=USAGE,
            ) from None
    return None
