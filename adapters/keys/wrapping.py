"""The key-wrapping port on a list of keys from a file or the environment.

The text holds one key a line, 32 random bytes as hexadecimal or base64. The first line wraps; the others can still
unwrap, which they need to only while a rotation is under way.
"""

from __future__ import annotations

import base64
import hashlib
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from application.ports.subject_keys import KeyRefused

KEY_BYTES = 32


class ListedKeys:
    """Implements ``application.ports.key_wrapping.KeyWrapping``."""

    def __init__(self, read: Callable[[], str]) -> None:
        """``read`` gives the text, anew at every ``reload``."""
        self._read = read
        self._lock = threading.Lock()
        self._keys: dict[str, AESGCM] = {}
        self._current = ""
        self.reload()

    def current(self) -> str:
        """As ``KeyWrapping.current``: 16 hexadecimal digits that follow from the key."""
        return self._current

    def wrap(self, subject: str, key: bytes) -> bytes:
        """As ``KeyWrapping.wrap``."""
        nonce = os.urandom(12)
        return nonce + self._keys[self._current].encrypt(nonce, key, _purpose(subject))

    def unwrap(self, key_id: str, subject: str, wrapped: bytes) -> bytes:
        """As ``KeyWrapping.unwrap``."""
        if key_id not in self._keys:
            self.reload()
        cipher = self._keys.get(key_id)
        if cipher is None:
            raise KeyRefused(
                f"The key of {subject} is wrapped by the key-encryption key {key_id}, which is not among the keys this "
                "process was given. Add it to VITALOG_KEK_FILE (or VITALOG_KEK) and try again."
            )
        try:
            return cipher.decrypt(wrapped[:12], wrapped[12:], _purpose(subject))
        except InvalidTag:
            raise KeyRefused(f"The stored key of {subject} was altered: it cannot be unwrapped.") from None

    def reload(self) -> None:
        """As ``KeyWrapping.reload``."""
        keys = [key for key in map(_parsed, self._read().split()) if key]
        if not keys:
            raise KeyRefused("The key-encryption key is empty. It must be 32 random bytes as hexadecimal or base64.")
        with self._lock:
            self._keys = {key_id(key): AESGCM(key) for key in keys}
            self._current = key_id(keys[0])


def keys_in_file(path: Path) -> ListedKeys:
    """The keys of a file that ``new_line`` wrote."""

    def read() -> str:
        try:
            return path.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not text"
            raise KeyRefused(
                f"The key-encryption key file {path} cannot be read ({why}). Set VITALOG_KEK_FILE to the file that "
                "`vitalog up` made; without it no patient's record can be read."
            ) from None

    return ListedKeys(read)


def new_line() -> str:
    """A new key, as a line of the file."""
    return os.urandom(KEY_BYTES).hex() + "\n"


def key_id(key: bytes) -> str:
    """Says which key it is, and nothing about it."""
    return hashlib.sha256(b"vitalog key-encryption key id v1\0" + key).hexdigest()[:16]


def _parsed(word: str) -> bytes:
    with suppress(ValueError):
        if len(key := bytes.fromhex(word)) == KEY_BYTES:
            return key
    with suppress(ValueError):
        if len(key := base64.b64decode(word, validate=True)) == KEY_BYTES:
            return key
    raise KeyRefused("A key-encryption key must be 32 random bytes as 64 hexadecimal digits or as base64, one a line.")


def _purpose(subject: str) -> bytes:
    return b"vitalog data key v1\0" + subject.encode()
