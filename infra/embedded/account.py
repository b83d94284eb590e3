"""Who the embedded servers run as, and what that account can reach.

PostgreSQL refuses to run as root, so under root both servers run as an unprivileged account. An ordinary
user's servers run as that user.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from infra.errors import UserError
from infra.words import t

ACCOUNT_NAME = "vitalog"


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged account of this machine."""

    name: str
    uid: int
    gid: int

    def can_enter(self, directory: Path) -> bool:
        """Whether the account can pass through ``directory`` and everything above it."""
        return self.can_run(["/bin/sh", "-c", 'cd "$1"', "sh", str(directory)])

    def can_run(self, argv: list[str]) -> bool:
        try:
            done = subprocess.run(
                argv,
                user=self.uid,
                group=self.gid,
                extra_groups=[],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            )
        except OSError:
            return False
        return done.returncode == 0


def server_account(existing_data: Path) -> Account | None:
    """The account to run servers as, or None for "as we are" (any user but root).

    Data that exists already keeps its owner, so that a data directory made by an ordinary user also works under
    root. Otherwise it is the account ``vitalog``, made if it can be, or ``nobody``.
    """
    if os.geteuid() != 0:
        return None
    if existing_data.exists() and (owner := existing_data.stat()).st_uid != 0:
        return Account(_user_name(owner.st_uid), owner.st_uid, owner.st_gid)
    return _named(ACCOUNT_NAME) or _made() or _nobody()


def private_dir(path: Path, account: Account | None) -> None:
    """Make ``path`` (if needed) a directory that only the account can look into."""
    path.mkdir(mode=0o700, parents=False, exist_ok=True)
    path.chmod(0o700)
    if account is not None and path.stat().st_uid != account.uid:
        os.chown(path, account.uid, account.gid)


def prepare_data_dir(data_dir: Path) -> None:
    """Make the data directory, which is ours alone: 0711 under root, so that the servers' account can pass, else 0700.

    A directory that was there before keeps its mode unless it is empty or was made by us.

    Raises:
        UserError: it cannot be made or written to.
    """
    mode = 0o711 if os.geteuid() == 0 else 0o700
    try:
        ours = not data_dir.exists() or not any(data_dir.iterdir()) or (data_dir / "lock").exists()
        data_dir.mkdir(mode=mode, parents=True, exist_ok=True)
        if ours and data_dir.stat().st_uid == os.geteuid():
            data_dir.chmod(mode)
        if not os.access(data_dir, os.W_OK | os.X_OK):
            raise PermissionError(13, "not writable by this user")
    except OSError as error:
        raise UserError(
            t(
                "The data directory {path} cannot be used ({why}). Set VITALOG_DATA_DIR to a directory that this user "
                "may write to.",
                path=data_dir,
                why=error.strerror,
            )
        ) from error


def require_reachable(data_dir: Path, account: Account | None) -> None:
    """Refuse a data directory that the servers' account cannot get to; opening directories is not ours to do.

    Raises:
        UserError: naming the first directory that is closed.
    """
    if account is None or account.can_enter(data_dir):
        return
    absolute = data_dir.resolve()
    closed = next(d for d in [*reversed(absolute.parents), absolute] if not account.can_enter(d))
    mode = stat.S_IMODE(closed.stat().st_mode)
    raise UserError(
        t(
            "The servers run as the account '{account}' (PostgreSQL refuses root), and it cannot pass through {closed} "
            "(mode {mode}), where the data directory {path} is. Set VITALOG_DATA_DIR to a directory elsewhere, such as "
            "/var/lib/vitalog, or run Vitalog as an ordinary user, or open it with: chmod o+x {closed}",
            account=account.name,
            closed=closed,
            mode=f"{mode:04o}",
            path=data_dir,
        )
    )


def _named(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid) if entry.pw_uid != 0 else None


def _made() -> Account | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return None
    options = [
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        "/nonexistent",
        "--shell",
        "/usr/sbin/nologin",
    ]
    subprocess.run([useradd, *options, ACCOUNT_NAME], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return _named(ACCOUNT_NAME)


def _nobody() -> Account:
    if account := _named("nobody"):
        return account
    group = next((g.gr_gid for g in grp.getgrall() if g.gr_name in {"nogroup", "nobody"}), 65534)
    return Account("nobody", 65534, group)


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
