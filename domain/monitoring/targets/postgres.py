"""The ``postgres`` kind: connect for real and run ``SELECT 1``.

Only the settings below are taken: others of libpq's could read local files (``sslkey``, ``passfile``, ``service``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from domain.monitoring.targets.address import check_text, convert_expect, parse_host, parse_port, split_host_port
from domain.refusal import Refused

# verify-ca is left out: libpq takes the authority for it only from a local file.
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-full")
_URL = re.compile(r"postgres(?:ql)?://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?")
_ALLOWED = ("host", "port", "dbname", "user", "password", "sslmode")


class PostgresTarget(msgspec.Struct, frozen=True):
    """A database taken apart, percent-decoded."""

    host: str
    """A host name, an IP address, or the absolute path of a Unix socket's directory."""
    port: int
    dbname: str
    user: str
    password: str | None
    sslmode: str


class PostgresExpect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """There is nothing to set: the query is ``SELECT 1``."""


def check(target: str, expect: Mapping[str, Any]) -> None:
    """Raises ``Refused`` unless both can be probed."""
    parse_url(target)
    convert_expect(expect, PostgresExpect)


def parse_url(url: str) -> PostgresTarget:
    """``postgresql://user:password@host:port/dbname?sslmode=require``, or ``postgresql://user@/dbname?host=/socket/dir``.

    Raises:
        Refused: not such a URL, or it holds a setting that is not allowed.
    """
    match = _URL.fullmatch(check_text(url))
    if match is None:
        raise Refused("Write the target as postgresql://user:password@host:port/dbname.", "target")
    userinfo, _, authority = match["authority"].rpartition("@")
    user, _, password = userinfo.partition(":")
    settings = {"user": unquote(user), "password": unquote(password), "dbname": unquote(match["path"][1:])}
    if authority:
        host, port = _split_authority(authority)
        settings |= {"host": host, "port": port}
    for pair in (match["query"] or "").split("&"):
        name, _, value = pair.partition("=")
        if name and name not in _ALLOWED:
            raise Refused(f"The setting {name[:40]!r} is not allowed: use {', '.join(_ALLOWED)}.", "target")
        if name:
            settings[name] = unquote(value)
    return _checked(settings)


def _split_authority(authority: str) -> tuple[str, str]:
    if authority.startswith(("%2F", "%2f")):
        host, _, port = authority.partition(":")
        return unquote(host), port
    if authority.startswith(":"):
        return "", authority[1:]
    host, port = split_host_port(authority)
    return host, "" if port is None else str(port)


def _checked(settings: Mapping[str, str]) -> PostgresTarget:
    host = settings.get("host") or ""
    if any("\0" in value for value in settings.values()):
        raise Refused("The target holds a NUL character.", "target")
    if not host:
        raise Refused("The target has no host: name one, or give the socket directory as ?host=/path.", "target")
    if host.startswith("/"):
        if "," in host:
            raise Refused("Name one socket directory, not several.", "target")
    else:
        host = parse_host(host)
    sslmode = settings.get("sslmode") or "prefer"
    if sslmode not in SSL_MODES:
        raise Refused(f"sslmode must be one of {', '.join(SSL_MODES)}.", "target")
    user = settings.get("user") or "postgres"
    dbname = settings.get("dbname") or user
    if "=" in dbname or "://" in dbname:
        # libpq would expand such a name into further connection settings.
        raise Refused("The database name cannot hold '=' or '://'.", "target")
    return PostgresTarget(
        host=host,
        port=parse_port(settings.get("port")) or 5432,
        dbname=dbname,
        user=user,
        password=settings.get("password") or None,
        sslmode=sslmode,
    )
