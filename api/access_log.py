"""One line per request. On the way of every request, so it has a way of its own past the general logger."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import structlog

_log: structlog.stdlib.BoundLogger = structlog.get_logger("vitalog.access")


class AccessLine(NamedTuple):
    """What is said about a request: never its query, its headers or, for a ping, its path."""

    method: str
    path: str
    status: int
    """0 when the client left before an answer began."""
    duration_ms: float
    actor: str | None
    correlation_id: str


WriteLine = Callable[[AccessLine], None]


def write_line(line: AccessLine) -> None:
    """The general way, for processes that were not given a faster one."""
    _log.info("request", **line._asdict())
