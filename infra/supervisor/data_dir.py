"""What ``up`` keeps in the data directory: the lock, the secrets, and who is running."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from adapters.keys.wrapping import new_line
from infra.embedded.account import prepare_data_dir
from infra.embedded.server import secret, write_private
from infra.errors import UserError
from infra.settings import Settings
from infra.words import t

ALREADY_RUNNING = 3
"""Exit code of a second ``up`` on the same data directory."""

_KEY_BYTES = 32


class DataDir:
    """The data directory, held by one ``up`` at a time for as long as its process lives, however that ends."""

    def __init__(self, path: Path) -> None:
        """Raises: UserError when another ``up`` holds it (exit code 3), or it cannot be used."""
        prepare_data_dir(path)
        self.path = path
        self._lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise _already_running(path) from None

    @property
    def run_file(self) -> Path:
        return self.path / "run.json"

    def say_running(self, url: str, pids: Mapping[str, int]) -> None:
        """Tell other programs of this user where we are."""
        content = {"pid": os.getpid(), "url": url, "pids": dict(pids), "written_at": datetime.now(UTC).isoformat()}
        write_private(self.run_file, json.dumps(content, indent=2) + "\n")

    def close(self) -> None:
        """Let the next ``up`` in."""
        self.run_file.unlink(missing_ok=True)
        os.close(self._lock)

    def admin_token(self, said: str | None) -> Path:
        """The file with the administrator's token: the one said, else the one kept, else a new one (256 bits)."""
        path = self.path / "admin-token"
        if said is not None and (not path.exists() or path.read_text().strip() != said):
            write_private(path, said + "\n")
        else:
            secret(path)
        return path

    def master_key(self, said: Path | None) -> Path:
        """The file with the vault's key: 32 random bytes, made on first use and only then.

        Raises:
            UserError: the key this data directory was used with is gone, or another is given; a new one would make
                every stored credential unreadable.
        """
        path = said or self.path / "master.key"
        known = self.path / "master.key.sha256"
        if not path.exists():
            if known.exists():
                raise UserError(
                    t(
                        "The vault's key {path} is gone. Put it back from your backup, or set VITALOG_MASTER_KEY_FILE "
                        "to where it is. To give up every stored credential for good, remove {known} and start again.",
                        path=path,
                        known=known,
                    )
                )
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_key(path)
        try:
            fingerprint = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise UserError(
                t("The vault's key {path} cannot be read: {why}.", path=path, why=error.strerror)
            ) from error
        if not known.exists():
            write_private(known, fingerprint + "\n")
        elif known.read_text().strip() != fingerprint:
            raise UserError(
                t(
                    "{path} is not the key that this data directory's vault was made with. Put the right one back, or "
                    "set VITALOG_MASTER_KEY_FILE to where it is.",
                    path=path,
                )
            )
        return path

    def kek(self, said: Path | None) -> Path:
        """The file with the key-encryption keys of people's records, made on first use and only then.

        Raises:
            UserError: it is gone; with a new one no record made so far could be read.
        """
        path = said or self.path / "kek.keys"
        known = self.path / "kek.made"
        if not path.exists():
            if known.exists():
                raise UserError(
                    t(
                        "The key-encryption key {path} is gone. Put it back from your backup, or set VITALOG_KEK_FILE "
                        "to where it is. To give up every patient's record for good, remove {known} and start again.",
                        path=path,
                        known=known,
                    )
                )
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(path, new_line())
        if not known.exists():
            write_private(known, "")
        return path


def require_free_port(settings: Settings) -> None:
    """Raises: UserError when the API could not listen."""
    host = settings.host.strip("[]")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        raise UserError(
            t(
                "Vitalog cannot listen on {host}, port {port} ({why}). Set VITALOG_PORT to a free port, for example "
                "VITALOG_PORT={other}, or VITALOG_HOST to another address.",
                host=settings.host,
                port=settings.port,
                why=error.strerror,
                other=settings.port + 1 if settings.port < 65535 else 8080,
            )
        ) from error


def _already_running(path: Path) -> UserError:
    try:
        content = cast("dict[str, Any]", json.loads((path / "run.json").read_text()))
        pid, url = content["pid"], content["url"]
    except (OSError, ValueError, KeyError):
        return UserError(
            t(
                "Another `vitalog up` is starting or stopping on {path}. Wait for it, or set VITALOG_DATA_DIR to "
                "another directory.",
                path=path,
            ),
            exit_code=ALREADY_RUNNING,
        )
    return UserError(
        t(
            "Vitalog already runs on {path}: process {pid}, {url}. Stop it first (kill {pid}), or set "
            "VITALOG_DATA_DIR and VITALOG_PORT to run another one beside it.",
            path=path,
            pid=pid,
            url=url,
        ),
        exit_code=ALREADY_RUNNING,
    )


def _write_key(path: Path) -> None:
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)
