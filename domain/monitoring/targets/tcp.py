"""The ``tcp`` kind: connect, optionally over TLS, optionally send something and wait for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from domain.monitoring.targets.address import check_text, convert_expect, split_host_port
from domain.refusal import Refused

MAX_TEXT = 10_000


class TcpExpect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to do once connected."""

    tls: bool = False
    verify_tls: bool = True
    send: str | None = None
    """Sent as UTF-8 right after connecting."""
    receive: str | None = None
    """Text that must arrive (anywhere in what is received) before the timeout."""


def check(target: str, expect: Mapping[str, Any]) -> None:
    """Raises ``Refused`` unless both can be probed."""
    parse_target(target)
    parse_expect(expect)


def parse_target(target: str) -> tuple[str, int]:
    """Host and port of ``host:port``, ``[v6]:port`` or ``tcp://host:port``. Raises ``Refused``."""
    target = check_text(target)
    scheme, separator, rest = target.rpartition("://")
    if separator and scheme.lower() != "tcp":
        raise Refused(f"The scheme {scheme[:20]!r} cannot be probed over TCP: write host:port.", "target")
    if "@" in rest or any(c in rest for c in "/?#"):
        raise Refused("Write the target as host:port, with nothing before or after it.", "target")
    host, port = split_host_port(rest)
    if port is None:
        raise Refused("The target has no port: write host:port.", "target")
    return host, port


def parse_expect(expect: Mapping[str, Any]) -> TcpExpect:
    """The expectations, typed and checked. Raises ``Refused``."""
    parsed = convert_expect(expect, TcpExpect)
    for name, text in (("send", parsed.send), ("receive", parsed.receive)):
        if text is not None and not 1 <= len(text) <= MAX_TEXT:
            raise Refused(f"expect.{name} must have 1 to {MAX_TEXT} characters.", "expect")
    return parsed
