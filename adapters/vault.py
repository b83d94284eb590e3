"""The vault port: AES-256-GCM under the master key, rows in ``vault.secrets``."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.postgres.connection import parameters
from application.ports.ledger import LedgerUnavailable
from application.ports.vault import VaultError
from projections import named_sql

_SQL = named_sql.load("adapters", "vault.sql")
KEY_BYTES = 32
_MAX_SECRET = 64 * 1024


def load_master_key(path: Path) -> bytes:
    """The 32 bytes of a master key file, raw or as base64 or hexadecimal text.

    Raises:
        VaultError: the file cannot be read or does not hold 32 bytes.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise VaultError(
            f"The master key file {path} cannot be read ({error.strerror}). Set VITALOG_MASTER_KEY_FILE to the key "
            "that `vitalog up` made; without it stored credentials cannot be used."
        ) from None
    text = data.strip()
    candidates = [data]
    with suppress(ValueError):
        candidates.append(bytes.fromhex(text.decode("ascii")))
    with suppress(ValueError):
        candidates.append(base64.b64decode(text, validate=True))
    for key in candidates:
        if len(key) == KEY_BYTES:
            return key
    raise VaultError(f"The master key file {path} must hold 32 random bytes, raw or as hexadecimal or base64 text.")


class PostgresVault:
    """Synchronous and thread-safe: each call uses a connection of its own, because secrets are read rarely."""

    def __init__(self, url: str, master_key: bytes) -> None:
        self._connect: Callable[[], psycopg.Connection] = lambda: psycopg.connect(
            **parameters(url, application_name="vault"), autocommit=True
        )
        # Two uses, two keys: neither can be used to learn about the other.
        self._cipher = AESGCM(hmac.digest(master_key, b"vitalog secrets v1", "sha256"))
        self._ping = hmac.digest(master_key, b"vitalog ping keys v1", "sha256")

    def put(self, monitor_id: str, secrets: dict[str, Any]) -> str:
        """As ``Vault.put``. Raises ``ValueError`` over 64 KiB."""
        plain = msgspec.json.encode(secrets)
        if len(plain) > _MAX_SECRET:
            raise ValueError("The headers, body and credentials of a monitor may take 64 KiB together.")
        ref, nonce = str(uuid4()), os.urandom(12)
        sealed = nonce + self._cipher.encrypt(nonce, plain, f"{monitor_id}/{ref}".encode())
        with self._session() as connection:
            connection.execute(_SQL["keep"], [ref, monitor_id, sealed])
        return ref

    def get(self, monitor_id: str, ref: str) -> dict[str, Any]:
        """As ``Vault.get``."""
        with self._session() as connection:
            row = connection.execute(_SQL["find"], [ref]).fetchone()
        if row is None:
            raise VaultError("The monitor's credentials are no longer in the vault. Enter them again.")
        sealed = bytes(row[0])
        try:
            plain = self._cipher.decrypt(sealed[:12], sealed[12:], f"{monitor_id}/{ref}".encode())
        except InvalidTag:
            raise VaultError(
                "The monitor's credentials were sealed with another master key. Point VITALOG_MASTER_KEY_FILE at that "
                "key, or enter the credentials again."
            ) from None
        return msgspec.json.decode(plain)

    def ping_key(self, monitor_id: str) -> str:
        """As ``Vault.ping_key``: monitor id and its authentication code, 43 URL-safe characters."""
        identity = UUID(monitor_id).bytes
        return base64.urlsafe_b64encode(identity + self._code(identity)).rstrip(b"=").decode()

    def monitor_of_ping_key(self, key: str) -> str | None:
        """As ``Vault.monitor_of_ping_key``, in time that does not depend on how much of the key is right."""
        if len(key) != 43:
            return None
        try:
            raw = base64.urlsafe_b64decode(key + "=")
        except ValueError:
            return None
        identity, code = raw[:16], raw[16:]
        return str(UUID(bytes=identity)) if hmac.compare_digest(code, self._code(identity)) else None

    def _code(self, identity: bytes) -> bytes:
        return hmac.digest(self._ping, identity, hashlib.sha256)[:16]

    def _session(self) -> psycopg.Connection:
        try:
            return self._connect()
        except psycopg.OperationalError as error:
            raise LedgerUnavailable("PostgreSQL cannot be reached. Nothing is lost; try again shortly.") from error
