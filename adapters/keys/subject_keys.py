"""The subject-keys port on PostgreSQL. Keys are fetched and unwrapped for each use and never kept, so that a destroyed
key is gone everywhere at once.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import Any

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from eventsourcing.persistence import InterfaceError, OperationalError
from psycopg.rows import tuple_row

from application.ports.key_wrapping import KeyWrapping
from application.ports.ledger import LedgerUnavailable
from application.ports.subject_keys import KeyRefused, SubjectErased
from projections import named_sql

_SQL = named_sql.load("adapters.keys", "subject_keys.sql")
Session = Callable[[], AbstractContextManager[psycopg.Connection[Any]]]
_ATTEMPTS = 20
"""A rotation writes its file a moment before the database knows of it."""
_PAUSE_S = 0.05
_AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)


class AesSubjectKey:
    """Implements ``application.ports.subject_keys.SubjectKey``."""

    def __init__(self, key: bytes) -> None:
        self._gcm = AESGCM(key)
        self._key = key

    def seal(self, context: bytes, plain: bytes) -> bytes:
        """As ``SubjectKey.seal``: nonce (12 bytes), ciphertext and tag."""
        nonce = os.urandom(12)
        return nonce + self._gcm.encrypt(nonce, plain, context)

    def open(self, context: bytes, box: bytes) -> bytes:
        """As ``SubjectKey.open``."""
        try:
            return self._gcm.decrypt(box[:12], box[12:], context)
        except (InvalidTag, ValueError):
            raise KeyRefused("What was sealed has been altered, or stands where it does not belong.") from None

    def seal_row(self, context: bytes, plain: bytes) -> bytes:
        """As ``SubjectKey.seal_row`` (RFC 5297, under a key of its own)."""
        return self._siv().encrypt(plain, [context])

    def open_row(self, context: bytes, box: bytes) -> bytes:
        """As ``SubjectKey.open_row``."""
        try:
            return self._siv().decrypt(box, [context])
        except (InvalidTag, ValueError):
            raise KeyRefused("A row of a read model has been altered. Rebuild the read model.") from None

    def _siv(self) -> AESSIV:
        return AESSIV(hmac.digest(self._key, b"vitalog rows v1", hashlib.sha512))


class PostgresSubjectKeys:
    """Implements ``application.ports.subject_keys.SubjectKeys``."""

    def __init__(self, session: Session, wrapping: KeyWrapping) -> None:
        """``session`` opens a connection (autocommit) for the length of a block."""
        self._session = session
        self._wrapping = wrapping

    def of(self, subjects: Collection[str]) -> dict[str, AesSubjectKey]:
        """As ``SubjectKeys.of``."""
        try:
            return self._find(subjects)
        except KeyRefused:
            # Perhaps it was wrapped anew between its row and the file of key-encryption keys being read.
            return self._find(subjects)

    def make(self, subjects: Collection[str]) -> dict[str, AesSubjectKey]:
        """As ``SubjectKeys.make``."""
        wanted = set(subjects)
        for _ in range(_ATTEMPTS):
            found = self.of(wanted)
            missing = sorted(wanted - found.keys())
            if not missing:
                return found
            if erased := self._rows("erased", [missing]):
                raise SubjectErased(f"{erased[0][0]} was erased: its key is destroyed.")
            self._keep(missing)
        raise KeyRefused(
            f"The key-encryption key {self._wrapping.current()} is not this installation's current one. Another was "
            "made current by `vitalog keys rotate`: give this process the same VITALOG_KEK_FILE."
        )

    def destroy(self, subjects: Collection[str]) -> None:
        """As ``SubjectKeys.destroy``."""
        if subjects:
            self._execute("destroy", [sorted(set(subjects))])

    def _find(self, subjects: Collection[str]) -> dict[str, AesSubjectKey]:
        rows = self._rows("find", [sorted(set(subjects))])
        return {
            subject: AesSubjectKey(self._wrapping.unwrap(key_id, subject, bytes(wrapped)))
            for subject, key_id, wrapped in rows
        }

    def _keep(self, subjects: list[str]) -> None:
        current = self._wrapping.current()
        wrapped = [self._wrapping.wrap(subject, os.urandom(32)) for subject in subjects]
        self._execute("first_wrapping", [current])
        if not self._execute("keep", {"wrapping_key": current, "subjects": subjects, "wrapped": wrapped}):
            time.sleep(_PAUSE_S)
            self._wrapping.reload()

    def _rows(self, query: str, values: list[object]) -> list[tuple[Any, ...]]:
        try:
            with self._session() as connection, connection.cursor(row_factory=tuple_row) as cursor:
                return cursor.execute(_SQL[query], values).fetchall()
        except _AWAY as error:
            raise _unavailable() from error

    def _execute(self, query: str, values: list[object] | dict[str, object]) -> int:
        try:
            with self._session() as connection:
                return connection.execute(_SQL[query], values).rowcount
        except _AWAY as error:
            raise _unavailable() from error


def _unavailable() -> LedgerUnavailable:
    return LedgerUnavailable("PostgreSQL cannot be reached. Nothing is lost; try again shortly.")


def overview(session: Session) -> list[tuple[str | None, int, Any]]:
    """How many keys each key-encryption key wraps: (its id, or None for the forgotten; count; last forgotten at)."""
    with session() as connection, connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(_SQL["overview"]).fetchall()
