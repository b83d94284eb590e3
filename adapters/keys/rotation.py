"""Replacing the key-encryption key while everything goes on. Events are not touched: they are sealed by people's keys,
not by what wraps these.

A copy of the database from before, such as an old backup, keeps keys wrapped by the old key-encryption key. Once that
is gone, whoever was erased before is erased from those copies too.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from psycopg.rows import tuple_row

from adapters.keys.subject_keys import Session
from adapters.keys.wrapping import keys_in_file, new_line
from application.ports.key_wrapping import KeyWrapping
from projections import named_sql

_SQL = named_sql.load("adapters.keys", "subject_keys.sql")
_BATCH = 500


class RotationUnderWay(Exception):
    """Another process is rotating the key-encryption key. Wait for it to finish."""


def rotate_file(path: Path, session: Session, *, progress: Callable[[int], None] = lambda _: None) -> int:
    """Make a new first key in the file, wrap every person's key by it, then drop the old ones; returns how many.

    Killed at any point it leaves a file that reads everything; run it again.

    Raises:
        RotationUnderWay: another one is at it.
        KeyRefused: the file, or a stored key, cannot be read.
    """
    with session() as connection, connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(_SQL["lock_rotation"]).fetchone()
        if row is None or not row[0]:
            raise RotationUnderWay(RotationUnderWay.__doc__)
        try:
            _write(path, new_line() + path.read_text(encoding="ascii"))
            done = rewrap(session, keys_in_file(path), progress=progress)
            _write(path, path.read_text(encoding="ascii").split()[0] + "\n")
        finally:
            cursor.execute(_SQL["unlock_rotation"])
    return done


def rewrap(session: Session, wrapping: KeyWrapping, *, progress: Callable[[int], None] = lambda _: None) -> int:
    """Wrap every person's key by the current key-encryption key; returns how many. Running it again is harmless."""
    current, done = wrapping.current(), 0
    with session() as connection:
        connection.execute(_SQL["switch"], [current])
        while True:
            with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
                rows = cursor.execute(_SQL["to_rewrap"], [current, _BATCH]).fetchall()
                if not rows:
                    return done
                again = [
                    wrapping.wrap(subject, wrapping.unwrap(key_id, subject, bytes(wrapped)))
                    for subject, key_id, wrapped in rows
                ]
                cursor.execute(_SQL["rewrap"], [current, [row[0] for row in rows], again])
            done += len(rows)
            progress(done)


def _write(path: Path, text: str) -> None:
    # Whoever reads the file at any time finds a whole one, also after a crash.
    beside = path.with_name(f".{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    owner = path.stat()
    if os.geteuid() == 0:
        os.chown(beside, owner.st_uid, owner.st_gid)
    beside.chmod(owner.st_mode & 0o777)
    beside.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
