"""Who is logged in where: kept in the user's configuration directory, for its owner alone.

A refresh token works once, and using it twice looks like theft. So it is exchanged under a lock, and two commands at
once share what the first of them got.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from infra.cli.output import REFUSED, UNAVAILABLE, plain
from infra.errors import UserError
from infra.words import language, t

_SPARE_S = 30
"""An access token is exchanged this long before it ends."""
_TIMEOUT_S = 30.0
_FIELDS = {"email", "refresh_token", "access_token", "expires_at"}
_OK, _UNAUTHORIZED = 200, 401


def directory() -> Path:
    """As the XDG base directory specification says."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "vitalog"


def known(url: str) -> str | None:
    """The e-mail address of whoever is logged in at ``url``; None: nobody."""
    session = _read().get(url)
    return None if session is None else str(session.get("email", ""))


def keep(url: str, answer: Mapping[str, Any]) -> None:
    """Keep what ``POST /login`` answered."""
    with _changing() as sessions:
        sessions[url] = _session(answer)


def forget(url: str) -> None:
    """Nobody is logged in at ``url`` any more, as far as this machine knows."""
    with _changing() as sessions:
        sessions.pop(url, None)


def access_token(url: str, *, instead_of: str | None = None, trust_env: bool = True) -> str | None:
    """A token that is good now, exchanged if need be; None: nobody is logged in. ``instead_of``: one that was refused.

    Raises:
        UserError: the session has ended, or the server cannot be reached.
    """
    if known(url) is None:
        return None
    with _changing() as sessions:
        session = sessions.get(url)
        if session is None:
            return None
        token = str(session.get("access_token", ""))
        if token and token != instead_of and _seconds(session["expires_at"]) - _SPARE_S > time.time():
            return token
        answer = _exchanged(url, str(session.get("refresh_token", "")), trust_env=trust_env)
        if answer is None:
            del sessions[url]
            ended = str(session.get("email", ""))
        else:
            sessions[url] = _session(answer)
            return str(sessions[url]["access_token"])
    raise UserError(
        t("The session of {email} at {url} has ended. Log in again: vitalog login", email=plain(ended), url=url),
        exit_code=REFUSED,
    )


def _exchanged(url: str, refresh_token: str, *, trust_env: bool) -> dict[str, Any] | None:
    """What the server answered; None: it takes the token no more."""
    import httpx

    headers = {"Accept-Language": language(), "User-Agent": "vitalog-cli"}
    try:
        answer = httpx.post(
            f"{url}/api/v1/token/refresh",
            json={"refresh_token": refresh_token},
            headers=headers,
            timeout=_TIMEOUT_S,
            trust_env=trust_env,
        )
    except httpx.HTTPError as error:
        raise UserError(
            t(
                "Nothing answers at {url} ({why}). Start Vitalog with `vitalog up` (or `make up`), or set VITALOG_URL.",
                url=url,
                why=plain(str(error)) or type(error).__name__,
            ),
            exit_code=UNAVAILABLE,
        ) from error
    if answer.status_code == _UNAUTHORIZED:
        return None
    if answer.status_code != _OK:
        raise UserError(
            t("{url} does not renew the session now ({code}). Try again shortly.", url=url, code=answer.status_code),
            exit_code=UNAVAILABLE,
        )
    try:
        renewed: Any = answer.json()
        _session(renewed)
    except (ValueError, KeyError, TypeError):
        raise UserError(
            t("{url} does not renew the session now ({code}). Try again shortly.", url=url, code=answer.status_code),
            exit_code=UNAVAILABLE,
        ) from None
    return cast("dict[str, Any]", renewed)


def _seconds(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _session(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "email": answer["user"]["email"],
        "refresh_token": answer["refresh_token"],
        "access_token": answer["access_token"],
        "expires_at": round(time.time() + float(answer["expires_in"])),
    }


def _file() -> Path:
    return directory() / "sessions.json"


def _read() -> dict[str, dict[str, Any]]:
    try:
        found: Any = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    # What somebody has written there by hand is no session.
    kept = cast("dict[str, Any]", found).items()
    return {url: cast("dict[str, Any]", one) for url, one in kept if isinstance(one, dict) and one.keys() >= _FIELDS}


@contextmanager
def _changing() -> Generator[dict[str, dict[str, Any]]]:
    """All sessions, to be changed while nobody else changes them; written back whatever happens within."""
    from infra.embedded.server import write_private

    try:
        directory().mkdir(parents=True, exist_ok=True, mode=0o700)
        with (directory() / "sessions.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            sessions = _read()
            before = json.dumps(sessions)
            try:
                yield sessions
            finally:
                if json.dumps(sessions) != before:
                    write_private(_file(), json.dumps(sessions, indent=2) + "\n")
    except OSError as error:
        raise UserError(
            t("{path} cannot be written: {why}.", path=directory(), why=error.strerror or error), exit_code=1
        ) from error
