"""Hysteresis: from outcomes in order and the monitor's policy to confirmed, back-dated transitions and incidents.

The rule. Verdicts have a severity (pass 0, slow 1, fail 2), as have statuses (up 0, degraded 1, down 2).
A worse status is confirmed by ``failures_to_down`` outcomes in a row that are all worse than the present one, and is
the best among them; a better one by ``passes_to_up`` in a row that are all better, and is the worst among them.
The transition is back-dated to the first outcome of that run which is already as bad (or as good) as the new status.
``error`` outcomes are the prober's own fault: they neither extend nor break a run.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid5

import msgspec

from domain.kernel import Event
from domain.monitoring.events import (
    STATUS_AFTER,
    IncidentOpened,
    IncidentResolved,
    MonitorDegraded,
    MonitorWentDown,
    MonitorWentUp,
    ProbeRecorded,
)
from domain.monitoring.outcome import Outcome, Status, Verdict

SEVERITY_OF_VERDICT: dict[Verdict, int] = {"pass": 0, "slow": 1, "fail": 2}
SEVERITY_OF_STATUS: dict[Status, int] = {"up": 0, "degraded": 1, "down": 2}
_TRANSITIONS = (MonitorWentUp, MonitorDegraded, MonitorWentDown)
LONGEST_RUN = 20
"""How many outcomes a run keeps: the highest threshold a monitor may have."""
_INCIDENTS = UUID("6f0c6b0e-7a4b-5d0e-9a55-1f2f3c1d9b11")


class Thresholds(NamedTuple):
    """The part of a monitor's policy that decides transitions; both are >= 1."""

    failures_to_down: int = 2
    passes_to_up: int = 1


class Mark(msgspec.Struct, frozen=True):
    """One outcome of an unconfirmed run."""

    severity: int
    at: datetime
    reason: str | None = None
    detail: str | None = None


class Health(msgspec.Struct, frozen=True):
    """What is confirmed about a monitor, and the run that may change it."""

    status: Status = "unknown"
    run: tuple[Mark, ...] = ()
    """Outcomes since the last one that agreed with ``status``, oldest first, at most ``LONGEST_RUN``; empty in a
    steady state."""
    at: datetime | None = None
    """Effective time of the newest outcome: never earlier than that of the one before, even if a clock was set back."""
    incident_id: str | None = None
    """The incident opened by the last transition to down, until a transition resolves it."""
    transitions: int = 0
    """How many transitions there were: the version of the health stream."""

    @property
    def unconfirmed(self) -> bool:
        """Whether the newest outcomes are worse than the status, but not yet often enough: a retry would help."""
        return bool(self.run) and self.run[-1].severity > SEVERITY_OF_STATUS.get(self.status, 0)


def evolve(health: Health, event: Event) -> Health:
    """Health after an event of the probe log or the health stream; other events leave it as it is."""
    if isinstance(event, ProbeRecorded):
        return observe(health, event)
    if isinstance(event, _TRANSITIONS):
        status = STATUS_AFTER[type(event)]
        return msgspec.structs.replace(
            health,
            status=status,
            run=_after_last(SEVERITY_OF_STATUS[status], health.run),
            incident_id=event.incident_id if isinstance(event, MonitorWentDown) else None,
            transitions=health.transitions + 1,
        )
    return health


def observe(health: Health, outcome: Outcome) -> Health:
    """Health after one more outcome, before any transition it confirms."""
    if outcome.verdict == "error":
        return health
    at = outcome.started_at if health.at is None else max(health.at, outcome.started_at)
    severity = SEVERITY_OF_VERDICT[outcome.verdict]
    if severity == SEVERITY_OF_STATUS.get(health.status):
        if not health.run:
            return Health(health.status, (), at, health.incident_id, health.transitions)
        return msgspec.structs.replace(health, run=(), at=at)
    mark = Mark(severity, at, outcome.reason, outcome.detail)
    return msgspec.structs.replace(health, run=(*health.run[1 - LONGEST_RUN :], mark), at=at)


def forget_status(health: Health) -> Health:
    """Health after a pause or a resumption: nobody knows until the next outcome. An open incident stays open."""
    return msgspec.structs.replace(health, status="unknown", run=())


def decide(health: Health, thresholds: Thresholds, outcome: Outcome) -> tuple[list[Event], Health]:
    """The events one outcome causes, in order (the observation, a transition, an incident's opening or end), and the
    health after them.
    """
    recorded = outcome if isinstance(outcome, ProbeRecorded) else as_recorded(outcome)
    after = observe(health, outcome)
    if not after.run or after.run is health.run:
        return [recorded], after
    confirmed = _confirmed(after.status, after.run, thresholds)
    if confirmed is None:
        return [recorded], after
    severity, first = confirmed
    last = after.run[-1]
    kind = _TRANSITIONS[severity]
    opens = kind is MonitorWentDown and health.incident_id is None
    incident_id = incident_id_of(outcome.monitor_id, after.transitions + 1) if opens else health.incident_id
    transition = kind(
        monitor_id=outcome.monitor_id,
        since=first.at,
        confirmed_at=last.at,
        previous=health.status,
        reason=first.reason,
        detail=first.detail,
        incident_id=incident_id,
    )
    events: list[Event] = [recorded, transition]
    if opens and incident_id is not None:
        events.append(
            IncidentOpened(
                incident_id=incident_id,
                monitor_id=outcome.monitor_id,
                started_at=first.at,
                confirmed_at=last.at,
                cause=first.reason or "unknown",
                detail=first.detail,
            )
        )
    elif kind is not MonitorWentDown and incident_id is not None:
        events.append(
            IncidentResolved(
                incident_id=incident_id, monitor_id=outcome.monitor_id, at=first.at, resolution="recovered"
            )
        )
    return events, evolve(after, transition)


def as_recorded(outcome: Outcome) -> ProbeRecorded:
    """The event that says this outcome was observed."""
    return ProbeRecorded(**{name: getattr(outcome, name) for name in outcome.__struct_fields__})


def incident_id_of(monitor_id: str, transition: int) -> str:
    """The id of the incident opened by a monitor's n-th transition: the same on every replay, without a lookup."""
    return str(uuid5(_INCIDENTS, f"{monitor_id}/{transition}"))


def _after_last(severity: int, run: tuple[Mark, ...]) -> tuple[Mark, ...]:
    for index in range(len(run) - 1, -1, -1):
        if run[index].severity == severity:
            return run[index + 1 :]
    return run


def _confirmed(status: Status, run: Sequence[Mark], thresholds: Thresholds) -> tuple[int, Mark] | None:
    """The severity that the end of a run confirms, and the mark it is dated back to; None while unconfirmed."""
    worse_needed, better_needed = thresholds
    if status == "unknown":
        failing = run[-1].severity == 2
        return _agreement(
            run, worse_needed if failing else better_needed, range(2, 3) if failing else range(2), worst=True
        )
    now = SEVERITY_OF_STATUS[status]
    if run[-1].severity > now:
        return _agreement(run, worse_needed, range(now + 1, 3), worst=False)
    return _agreement(run, better_needed, range(now), worst=True)


def _agreement(run: Sequence[Mark], needed: int, severities: range, *, worst: bool) -> tuple[int, Mark] | None:
    tail: list[Mark] = []
    for mark in reversed(run):
        if mark.severity not in severities:
            break
        tail.append(mark)
    if len(tail) < needed:
        return None
    agreed = (max if worst else min)(mark.severity for mark in tail[:needed])
    first = tail[0]
    for mark in tail:
        if (mark.severity > agreed) if worst else (mark.severity < agreed):
            break
        first = mark
    return agreed, first
