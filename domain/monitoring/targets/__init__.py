"""What a probe may be pointed at and what it may expect, per kind: pure checks, made before anything is stored.

One module per kind (``http``, ``tcp``, ``postgres``); ``credentials`` takes what is secret out of a target and its
expectations and puts it back at probe time. To add a kind, add its module and its line in ``_CHECKS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.monitoring.targets import http, postgres, tcp
from domain.monitoring.targets.credentials import MASK, Split, restore, split_credentials, split_secrets
from domain.refusal import Refused

__all__ = ["MASK", "Split", "check", "destination", "restore", "split_credentials", "split_secrets"]

_CHECKS: dict[str, Callable[[str, Mapping[str, Any]], None]] = {
    "http": http.check,
    "tcp": tcp.check,
    "postgres": postgres.check,
}


def check(kind: str, target: str, expect: Mapping[str, Any]) -> None:
    """The rules of a kind for its target and expectations, with or without their secrets masked.

    ``push`` has no target; its expectations are the schedule's own affair.

    Raises:
        Refused: names the field (``target``, ``expect`` or ``kind``) and says what to change.
    """
    if kind == "push":
        if target:
            raise Refused("A push monitor has no target: leave it empty and let the job ping its address.", "target")
        return
    checker = _CHECKS.get(kind)
    if checker is None:
        raise Refused(f"There is no probe kind {kind[:40]!r}. Use http, tcp, postgres or push.", "kind")
    checker(target, expect)


def destination(kind: str, target: str) -> tuple[str, str, int] | None:
    """Where a probe takes its credentials to: scheme, host and port, read exactly as the probe reads them.

    None for ``push``, which goes nowhere. The target may have its secrets masked.

    Raises:
        Refused: the target cannot be probed.
    """
    match kind:
        case "http":
            return http.parse_url(target).origin
        case "tcp":
            return ("tcp", *tcp.parse_target(target))
        case "postgres":
            server = postgres.parse_url(target)
            return "postgresql", server.host, server.port
        case _:
            return None
