"""Hosts and ports, as every kind reads them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from domain.refusal import Refused

MAX_TARGET = 2_000
MAX_HOST = 253
MAX_PORT = 65_535
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII | re.IGNORECASE)
ExpectT = TypeVar("ExpectT")


def check_text(target: str) -> str:
    """The target without surrounding blanks. Raises ``Refused`` when it is empty, too long or unprintable."""
    target = target.strip()
    if not target:
        raise Refused("Say what to probe: the target is empty.", "target")
    if len(target) > MAX_TARGET:
        raise Refused(f"The target is longer than {MAX_TARGET} characters.", "target")
    if any(c.isspace() or not c.isprintable() for c in target):
        raise Refused("The target holds a blank or a control character. Remove it, or percent-encode it.", "target")
    return target


def parse_host(host: str | None) -> str:
    """A host as DNS and the socket layer take it: an IP address without brackets, or an ASCII name (IDNA-encoded).

    Raises:
        Refused: it is neither.
    """
    if not host:
        raise Refused("The target has no host name.", "target")
    if is_ip(host):
        return host
    try:
        name = host.rstrip(".").encode("idna").decode("ascii") if not host.isascii() else host.rstrip(".")
    except UnicodeError:
        name = ""
    labels = name.split(".")
    if len(name) > MAX_HOST or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise Refused(f"{host[:80]!r} is neither a host name nor an IP address.", "target")
    return name.lower()


def parse_port(port: str | None) -> int | None:
    """A port from 1 to 65535; None when none is given. Raises ``Refused`` for any other."""
    if port is None or port == "":
        return None
    if not (port.isascii() and port.isdigit()):
        # It is not repeated: it may be half of a mistyped password.
        raise Refused("The port is not a number: use 1 to 65535.", "target")
    number = int(port[:9])
    if not 1 <= number <= MAX_PORT:
        raise Refused(f"The port {number} is impossible: use 1 to {MAX_PORT}.", "target")
    return number


def split_host_port(authority: str) -> tuple[str, int | None]:
    """``name:port``, ``1.2.3.4:port`` or ``[v6]:port`` in two, each checked."""
    if authority.startswith("["):
        host, closed, rest = authority[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")) or not is_ip(host):
            raise Refused("An IPv6 address is written in brackets: [::1]:443.", "target")
        return host, parse_port(rest[1:])
    host, _, port = authority.partition(":")
    if ":" in port:
        raise Refused("An IPv6 address is written in brackets: [::1]:443.", "target")
    return parse_host(host), parse_port(port)


def is_ip(host: str) -> bool:
    """Whether the host is an IP address already, so that no DNS is needed."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def convert_expect(expect: Mapping[str, Any], shape: type[ExpectT]) -> ExpectT:
    """The expectations of a kind, typed.

    Raises:
        Refused: an unknown name, or a value of the wrong type.
    """
    try:
        return msgspec.convert(dict(expect), shape)
    except msgspec.ValidationError as error:
        known = ", ".join(getattr(shape, "__struct_encode_fields__", ()))
        raise Refused(f"expect does not fit: {error}. It may hold: {known}.", "expect") from None
