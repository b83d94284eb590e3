"""Observations: what one probe saw, and how much that says about the monitor."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Verdict = Literal["pass", "slow", "fail", "error"]
"""``pass``; ``slow``: met every expectation, but over the degraded threshold; ``fail``: the target's fault;
``error``: the prober's own fault, which says nothing about the target and counts as no data."""

Status = Literal["up", "degraded", "down", "unknown"]

GRACE_MS = 5_000
"""How long after interval and timeout an outcome still speaks for its monitor, milliseconds: covers start jitter
and the time an outcome takes to be recorded."""


class Phases(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Where the time of one probe went, milliseconds each, rounded to 0.1; absent where a phase did not happen."""

    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    first_byte_ms: float | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One observation of a monitor, whatever its verdict."""

    monitor_id: str
    verdict: Verdict
    scheduled_at: datetime
    """When the probe was due: a point of the monitor's grid, or the moment a retry or a probe on request was due.
    UTC."""
    started_at: datetime
    """When it really began, by the prober's steady clock. UTC."""
    total_ms: float | None = None
    """From the first DNS query to the last byte read, monotonic clock, milliseconds rounded to 0.1; None when
    nothing was measured."""
    phases: Phases | None = None
    status_code: int | None = None
    """HTTP status code; None for other kinds and when no response came."""
    reason: str | None = None
    """Stable snake_case code of why it did not pass (``timeout``, ``status_unexpected`` …); None on ``pass``."""
    detail: str | None = None
    """At most 200 characters of sanitized technical detail, such as ``expected 200-299, got 503``; never a
    credential."""
    vouches_ms: int
    """How long from ``started_at`` this outcome speaks for its monitor: interval + timeout + grace at that time,
    milliseconds."""
    prober: str
    """Name of the process that made the observation."""
    region: str = "local"
    attempt: int = 0
    """0 on the grid; n for the n-th retry after an unconfirmed failure."""
