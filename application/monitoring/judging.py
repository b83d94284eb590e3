"""From what a probe saw to the outcome that is recorded. Pure."""

from __future__ import annotations

from typing import NamedTuple

from application.ports.probe import Observation
from domain.monitoring.events import ProbeRecorded
from domain.monitoring.monitor import Monitor
from domain.monitoring.outcome import Outcome, Verdict
from domain.times import moment

STALL_SHARE = 0.1
"""From this share of the timeout on, a prober that stood still can no longer blame a timeout on the target."""
MIN_STALL_S = 0.1


class Run(NamedTuple):
    """One probe under way. Times in microseconds since the Unix epoch, by the prober's steady clock."""

    monitor: Monitor
    scheduled_us: int
    started_us: int
    attempt: int
    cause: str | None = None
    """The event that asked for it; None on the grid."""


class Origin(NamedTuple):
    """Who looks, and from where; written into every outcome."""

    prober: str
    region: str = "local"


def judge(run: Run, seen: Observation, stalled_s: float, origin: Origin) -> Outcome:
    """The outcome of one probe.

    ``stalled_s`` is how long the event loop stood still meanwhile. A measurement that this could have spoiled (a
    timeout, or slowness that is gone once the stall is taken off) is an ``error``: our fault, no data. A pass remains
    one.
    """
    monitor = run.monitor
    verdict: Verdict = seen.finding
    reason, detail = seen.reason, seen.detail
    limit = monitor.degraded_over_ms
    if seen.finding == "fail" and seen.reason == "timeout" and _spoiled(stalled_s, monitor.timeout_s):
        verdict, reason, detail = "error", "prober_overloaded", _stood_still(stalled_s)
    elif seen.finding == "pass" and limit is not None and seen.total_ms is not None and seen.total_ms > limit:
        if stalled_s >= MIN_STALL_S and seen.total_ms - stalled_s * 1000 <= limit:
            verdict, reason, detail = "error", "prober_overloaded", _stood_still(stalled_s)
        else:
            verdict, reason, detail = "slow", "too_slow", f"took {seen.total_ms:g} ms, more than {limit:g} ms"
    return ProbeRecorded(
        monitor_id=monitor.id,
        verdict=verdict,
        scheduled_at=moment(run.scheduled_us),
        started_at=moment(run.started_us),
        total_ms=seen.total_ms,
        phases=seen.phases,
        status_code=seen.status_code,
        reason=reason,
        detail=detail,
        vouches_ms=monitor.vouches_ms,
        prober=origin.prober,
        region=origin.region,
        attempt=run.attempt,
    )


def our_fault(reason: str, detail: str) -> Observation:
    """What is seen when a probe could not be made properly."""
    return Observation(finding="error", reason=reason, detail=detail)


def _spoiled(stalled_s: float, timeout_s: float) -> bool:
    return stalled_s >= max(MIN_STALL_S, STALL_SHARE * timeout_s)


def _stood_still(stalled_s: float) -> str:
    return f"the prober itself stood still for {stalled_s:.1f} s"
