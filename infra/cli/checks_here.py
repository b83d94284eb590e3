"""What ``vitalog doctor`` sees on this machine: settings, files, the lock of ``up``, the port, the disk."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from infra.cli.findings import Finding, fine, problem, skipped, warning
from infra.errors import UserError
from infra.settings import Settings, unknown_settings
from infra.words import t

_GIB = 1024**3
_LITTLE_DISK, _NO_DISK = 5 * _GIB, _GIB


def check_settings() -> Iterator[Finding]:
    """Variables that look like settings and are none."""
    strange = unknown_settings()
    for sentence in strange:
        yield warning("settings", sentence, t("Correct its name, or unset it."))
    if not strange:
        yield fine("settings", t("Every VITALOG_ variable is a known setting."))


def check_data_dir(settings: Settings) -> Iterator[Finding]:
    """It exists, is ours to write to, and keeps its secrets from others."""
    directory = settings.data_dir
    if not directory.is_dir():
        yield skipped("data_dir", t("There is no data directory {path} yet; `vitalog up` makes it.", path=directory))
        return
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        yield problem(
            "data_dir",
            t("This user may not write to the data directory {path}.", path=directory),
            t("Run as the user it belongs to, or set VITALOG_DATA_DIR to another directory."),
        )
        return
    yield fine("data_dir", t("The data directory is {path}.", path=directory))
    for name in ("admin-token", "master.key", "kek.keys", "secrets"):
        path = directory / name
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield problem(
                "secrets",
                t("Others than its owner may read {path}.", path=path),
                t("Close it with: chmod go= {path}", path=path),
            )


def check_master_key(settings: Settings) -> Iterator[Finding]:
    """There is a key, and it holds 32 bytes."""
    from adapters.vault import load_master_key
    from application.ports.vault import VaultError

    path = settings.master_key_file or settings.data_dir / "master.key"
    if settings.master_key_file is None and not path.exists():
        if (settings.data_dir / "postgres").is_dir():
            yield problem(
                "master_key",
                t("The master key {path} is gone, but there is a database.", path=path),
                t("Restore it from your backup: without it stored credentials cannot be read, and ping URLs change."),
            )
        else:
            yield skipped("master_key", t("There is no master key yet; `vitalog up` makes it."))
        return
    try:
        load_master_key(path)
    except VaultError as error:
        yield problem(
            "master_key",
            str(error),
            t("Set VITALOG_MASTER_KEY_FILE to the right file, or restore it from your backup."),
        )
    else:
        yield fine("master_key", t("The master key {path} can be read. Keep a copy of it elsewhere.", path=path))


def check_kek(settings: Settings) -> Iterator[Finding]:
    """What wraps the keys of people is there, and is a key."""
    from adapters.keys.wrapping import keys_in_file
    from application.ports.subject_keys import KeyRefused

    path = settings.kek_file or settings.data_dir / "kek.keys"
    if not settings.kek and not settings.kek_file and not path.exists():
        if (settings.data_dir / "kek.made").exists():
            yield problem(
                "kek",
                t("The key-encryption key {path} is gone.", path=path),
                t("Restore it from your backup: without it nothing that was recorded about people can be read."),
            )
        else:
            yield skipped("kek", t("There is no key-encryption key yet; `vitalog up` makes it."))
        return
    try:
        if settings.kek:
            settings.require_kek().current()
        else:
            keys_in_file(path).current()
    except (KeyRefused, UserError) as error:
        yield problem("kek", str(error), t("Set VITALOG_KEK_FILE to the right file, or restore it from your backup."))
    else:
        yield fine("kek", t("The key-encryption key can be read. Keep a copy of it elsewhere, apart from backups."))


def is_up(settings: Settings) -> bool | None:
    """Whether an ``up`` holds the data directory's lock; None when nobody can tell."""
    try:
        with (settings.data_dir / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    except OSError:
        return None
    return False


def left_behind(settings: Settings) -> Finding:
    """An ``up`` that could not clean up after itself."""
    return warning(
        "up",
        t("{path} is left of an `up` that was killed.", path=settings.data_dir / "run.json"),
        t("Start `vitalog up` again; it continues where it was."),
    )


def check_port(settings: Settings, *, running: bool) -> Iterator[Finding]:
    """While ``up`` is not running its port should be free."""
    if running:
        return
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host.strip("[]"), settings.port))
        except OSError as error:
            yield problem(
                "port",
                t(
                    "Port {port} on {host} cannot be used: {why}.",
                    port=settings.port,
                    host=settings.host,
                    why=error.strerror,
                ),
                t("Stop the program that uses it, or choose another port with VITALOG_PORT."),
            )
        else:
            yield fine("port", t("Port {port} on {host} is free.", port=settings.port, host=settings.host))


def check_disk(settings: Settings) -> Iterator[Finding]:
    """Room for more history."""
    directory = _existing(settings.data_dir)
    free = shutil.disk_usage(directory).free
    room = t("{n} GiB are free where {path} is.", n=f"{free / _GIB:.1f}", path=directory)
    remedy = t("Make room, or move the data directory to a larger disk while Vitalog is stopped.")
    if free < _NO_DISK:
        yield problem("disk", room, remedy)
    elif free < _LITTLE_DISK:
        yield warning("disk", room, remedy)
    else:
        yield fine("disk", room)


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path
