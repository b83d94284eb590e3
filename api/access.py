"""The bootstrap token: from the settings, for the first administrator; works until an administrator switches it off.

As a bearer token for the API, or behind a signed session cookie for the page.
"""

from __future__ import annotations

import hashlib
import hmac

COOKIE = "vitalog_session"
SESSION_S = 7 * 86_400
MIN_TOKEN = 8


class Access:
    """Checks tokens and sessions in constant time."""

    def __init__(self, admin_token: str) -> None:
        if len(admin_token) < MIN_TOKEN:
            raise ValueError(f"The admin token must have at least {MIN_TOKEN} characters: set VITALOG_ADMIN_TOKEN.")
        self._token = admin_token.encode()
        self._session_key = hmac.digest(self._token, b"vitalog session v1", "sha256")
        self._cursor_key = hmac.digest(self._token, b"vitalog cursor v1", "sha256")

    def is_bootstrap(self, authorization: bytes) -> bool:
        """Whether an ``Authorization`` header carries the bootstrap token."""
        scheme, _, token = authorization.partition(b" ")
        return scheme.lower() == b"bearer" and hmac.compare_digest(token.strip(), self._token)

    def token_is_right(self, token: str) -> bool:
        """Whether a token typed into the login form is the admin's."""
        return hmac.compare_digest(token.strip().encode(), self._token)

    def new_session(self, now_s: int) -> str:
        """A cookie value that is good for ``SESSION_S`` seconds from ``now_s`` (Unix time)."""
        expires = str(now_s + SESSION_S)
        return f"{expires}.{self._sign(self._session_key, expires.encode()).hex()}"

    def session_is_good(self, cookie: str, now_s: int) -> bool:
        """Whether this process, or another with the same token, gave out the cookie and it has not expired."""
        expires, _, signature = cookie.partition(".")
        good = self._sign(self._session_key, expires.encode()).hex()
        return hmac.compare_digest(good.encode(), signature.encode()) and expires.isdigit() and now_s < int(expires)

    def sign_cursor(self, payload: bytes) -> bytes:
        """A short code that tells our own cursors from made-up ones."""
        return self._sign(self._cursor_key, payload)[:9]

    @staticmethod
    def _sign(key: bytes, payload: bytes) -> bytes:
        return hmac.digest(key, payload, hashlib.sha256)
