"""The operator's own tables of classes, read once when a process starts that judges results."""

from __future__ import annotations

from pathlib import Path

from domain.checkups import tables
from domain.checkups.tables import BadTable, Tables
from infra.errors import UserError
from infra.settings import USAGE, Settings
from infra.words import t

MAX_FILES = 50
MAX_BYTES = 1_000_000
"""Of one file; ours have 2 to 14 kB."""


def use_tables(settings: Settings) -> None:
    """From here on this process judges by them too. Raises as ``read_tables``."""
    tables.use(read_tables(settings))


def read_tables(settings: Settings) -> Tables:
    """Ours, and those of the ``*.json`` files in ``VITALOG_TABLES_DIR``: of the same scheme theirs in place of ours.

    Raises:
        UserError: the directory or a file cannot be read, or a table cannot be used; it names the file and the reason.
    """
    folder = settings.tables_dir
    if folder is None:
        return tables.load({})
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".json")
    except OSError as error:
        raise _unusable(folder, error.strerror or str(error)) from None
    if not files:
        raise _unusable(folder, t("there is no file *.json in it"))
    if len(files) > MAX_FILES:
        raise _unusable(folder, t("it holds {n} files, and {most} are the most", n=len(files), most=MAX_FILES))
    texts = {path.name: _text(path) for path in files}
    try:
        return tables.load(texts)
    except BadTable as error:
        raise UserError(
            t("A table in VITALOG_TABLES_DIR ({folder}) cannot be used: {why}", folder=folder, why=error),
            exit_code=USAGE,
        ) from None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from None
    if len(data) > MAX_BYTES:
        raise _unusable(path, t("it is longer than {n} bytes", n=MAX_BYTES))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unusable(path, t("it is not UTF-8")) from None


def _unusable(path: Path, why: str) -> UserError:
    return UserError(t("VITALOG_TABLES_DIR: {path} cannot be read: {why}.", path=path, why=why), exit_code=USAGE)
