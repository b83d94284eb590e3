"""The dead man's switch: when a ping is due, and what its arrival or absence says.

A schedule is a period or a cron expression in a time zone, plus a grace time. Deadlines follow from the last ping
alone, so neither a late worker nor a restart moves or loses one. A deadline that passed while nobody was listening for
pings says nothing about the job: its outcome is ``error``, no data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from cronsim import CronSim, CronSimError

from domain.monitoring.events import PingReceived
from domain.monitoring.monitor import Monitor
from domain.monitoring.outcome import GRACE_MS, Verdict
from domain.refusal import Refused

MISSED = ("ping_missed", "not_listening")
"""Reasons of a missed due time: by the job's fault, and by ours."""
OVERRAN = ("job_overran", "end_not_heard")
"""Reasons of a job that started and did not say it ended: by the job's fault, and by ours."""
MAX_GRACE_S = 31 * 86_400
_WHAT = "A push monitor's expect may hold grace_s (seconds), cron (five fields) and tz (an IANA time zone)."


class PushExpect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The schedule of a push monitor; without ``cron`` its period is the monitor's ``interval_s``."""

    grace_s: float = 300.0
    """How late a ping may be, seconds; also how long a job may run after ``/start``."""
    cron: str | None = None
    tz: str = "UTC"


class Schedule(NamedTuple):
    """When pings are due."""

    period: timedelta
    grace: timedelta
    cron: str | None
    tz: str

    def due_after(self, at: datetime) -> datetime:
        """The next moment a ping is due, strictly after ``at``. UTC."""
        if self.cron is None:
            return at + self.period
        return next(CronSim(self.cron, at.astimezone(ZoneInfo(self.tz)))).astimezone(UTC)


class Push(msgspec.Struct, frozen=True):
    """What is awaited of a job."""

    due: datetime
    """The next moment a ping is due, without grace."""
    running_since: datetime | None = None
    """When the job said it started, until it says it ended."""


class Observation(NamedTuple):
    """What a ping or a missed deadline says about the job."""

    at: datetime
    verdict: Verdict
    reason: str | None
    detail: str | None
    total_ms: float | None
    vouches_ms: int


def check(settings_expect: Mapping[str, Any]) -> None:
    """Raises ``Refused`` unless the expectations make a schedule that will fire."""
    expect = _parse(settings_expect)
    if not 1 <= expect.grace_s <= MAX_GRACE_S:
        raise Refused(f"expect.grace_s must be between 1 and {MAX_GRACE_S} seconds (31 days).", "expect")
    try:
        ZoneInfo(expect.tz)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused(
            f"expect.tz {expect.tz[:60]!r} is not an IANA time zone, such as Asia/Seoul or UTC.", "expect"
        ) from None
    if expect.cron is None:
        return
    try:
        next(CronSim(expect.cron, datetime(2026, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration):
        raise Refused(
            f"expect.cron {expect.cron[:60]!r} is not a cron expression with five fields that ever fires, "
            "such as 30 4 * * *.",
            "expect",
        ) from None


def schedule_of(monitor: Monitor) -> Schedule:
    """The schedule of a push monitor."""
    expect = _parse(monitor.expect)
    return Schedule(timedelta(seconds=monitor.interval_s), timedelta(seconds=expect.grace_s), expect.cron, expect.tz)


def begin(schedule: Schedule, at: datetime) -> Push:
    """Waiting from ``at`` (a registration, a revision of the schedule, or a resumption)."""
    return Push(due=schedule.due_after(at))


def deadline(push: Push, schedule: Schedule) -> datetime:
    """When silence becomes an outcome: due time plus grace, or start plus grace if a job runs longer than that."""
    normal = push.due + schedule.grace
    if push.running_since is None:
        return normal
    return min(normal, push.running_since + schedule.grace)


def on_ping(push: Push, schedule: Schedule, ping: PingReceived) -> tuple[Push, Observation | None]:
    """After a ping that came no later than the deadline (earlier deadlines are to be taken with ``on_deadline``
    first).
    """
    if ping.signal == "log":
        return push, None
    if ping.signal == "start":
        return Push(push.due, ping.at), None
    after = Push(schedule.due_after(ping.at))
    took = (ping.at - push.running_since).total_seconds() * 1000 if push.running_since else None
    failed = ping.signal == "fail" or bool(ping.exit_status)
    detail = f"exit status {ping.exit_status}" if ping.exit_status else "the job reported a failure"
    return after, Observation(
        at=ping.at,
        verdict="fail" if failed else "pass",
        reason="job_failed" if failed else None,
        detail=detail if failed else None,
        total_ms=None if took is None else round(took, 1),
        vouches_ms=_vouches(after, schedule, ping.at),
    )


def on_deadline(push: Push, schedule: Schedule, gaps: Iterable[tuple[datetime, datetime]]) -> tuple[Push, Observation]:
    """After a deadline passed in silence. ``gaps`` are the times in which nobody listened for pings."""
    missed = deadline(push, schedule)
    overran = push.running_since is not None and missed < push.due + schedule.grace
    after = Push(push.due) if overran else Push(schedule.due_after(push.due))
    earliest = push.running_since if overran and push.running_since else push.due - schedule.grace
    unheard = any(begun < missed and ended > earliest for begun, ended in gaps)
    reason = OVERRAN[unheard] if overran else MISSED[unheard]
    detail = f"due {push.due:%Y-%m-%dT%H:%M:%SZ}, grace {schedule.grace.total_seconds():g} s"
    return after, Observation(
        missed, "error" if unheard else "fail", reason, detail, None, _vouches(after, schedule, missed)
    )


def _vouches(push: Push, schedule: Schedule, since: datetime) -> int:
    return round((deadline(push, schedule) - since).total_seconds() * 1000) + GRACE_MS


def _parse(expect: Mapping[str, Any]) -> PushExpect:
    try:
        return msgspec.convert(dict(expect), PushExpect)
    except msgspec.ValidationError as error:
        raise Refused(f"{_WHAT} {error}.", "expect") from None
