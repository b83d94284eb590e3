"""Every event of the monitoring context. The index of what can happen; each name is unique in the whole program."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from domain.kernel import Event, event_type
from domain.monitoring.outcome import Outcome, Status

Kind = Literal["http", "tcp", "postgres", "push"]
Signal = Literal["success", "start", "fail", "log"]
Resolution = Literal["recovered", "manual", "retired"]
"""``recovered``: the monitor came back; ``manual``: a person closed it; ``retired``: its monitor was retired."""


@event_type("monitoring.monitor-registered")
class MonitorRegistered(Event, frozen=True, kw_only=True):
    """A monitor exists from ``at`` on. Stream ``monitor:{monitor_id}``, always version 1 of it."""

    monitor_id: str
    at: datetime
    name: str
    kind: Kind
    target: str
    """What is probed, free of credentials: a URL, ``host:port``, or empty for ``push``."""
    interval_s: float
    timeout_s: float
    retry_interval_s: float
    failures_to_down: int
    passes_to_up: int
    degraded_over_ms: float | None = None
    tags: tuple[str, ...] = ()
    expect: dict[str, Any] = {}
    """Kind-specific settings and assertions, as validated by ``domain.monitoring.targets``; header and body values
    are absent."""
    secret_ref: str | None = None
    """Where the vault keeps this monitor's credentials; None when it has none."""


@event_type("monitoring.monitor-revised")
class MonitorRevised(Event, frozen=True, kw_only=True):
    """Some settings changed. Stream ``monitor:{monitor_id}``."""

    monitor_id: str
    at: datetime
    changes: dict[str, Any]
    """Only the fields of ``MonitorRegistered`` that changed, with their new values."""


@event_type("monitoring.monitor-paused")
class MonitorPaused(Event, frozen=True, kw_only=True):
    """Nobody looks from ``at`` on, on purpose. Stream ``monitor:{monitor_id}``."""

    monitor_id: str
    at: datetime


@event_type("monitoring.monitor-resumed")
class MonitorResumed(Event, frozen=True, kw_only=True):
    """Looking again from ``at`` on; the status is unknown until the next outcome. Stream ``monitor:{monitor_id}``."""

    monitor_id: str
    at: datetime


@event_type("monitoring.monitor-retired")
class MonitorRetired(Event, frozen=True, kw_only=True):
    """The monitor ends at ``at``; its history stays. Stream ``monitor:{monitor_id}``, the last event of it."""

    monitor_id: str
    at: datetime


@event_type("monitoring.probe-requested")
class ProbeRequested(Event, frozen=True, kw_only=True):
    """A person asked for one probe outside the grid. Stream ``probe-requests:{monitor_id}``."""

    monitor_id: str
    at: datetime


@event_type("monitoring.probe-recorded")
class ProbeRecorded(Outcome, Event, frozen=True, kw_only=True):
    """One observation. Stream ``probe-log:{monitor_id}:{UTC day of scheduled_at}``."""


class _Transition(Event, frozen=True, kw_only=True):
    monitor_id: str
    since: datetime
    """Back-dated to the start of the first outcome of the run that confirmed it."""
    confirmed_at: datetime
    """Start of the outcome that confirmed it."""
    previous: Status
    reason: str | None = None
    detail: str | None = None
    incident_id: str | None = None
    """The incident that is open for this monitor after the transition, or that it resolves."""


@event_type("monitoring.monitor-went-up")
class MonitorWentUp(_Transition, frozen=True, kw_only=True):
    """Confirmed up. Stream ``health:{monitor_id}``."""


@event_type("monitoring.monitor-degraded")
class MonitorDegraded(_Transition, frozen=True, kw_only=True):
    """Confirmed degraded: reachable, but slow. Stream ``health:{monitor_id}``."""


@event_type("monitoring.monitor-went-down")
class MonitorWentDown(_Transition, frozen=True, kw_only=True):
    """Confirmed down. Stream ``health:{monitor_id}``."""


@event_type("monitoring.incident-opened")
class IncidentOpened(Event, frozen=True, kw_only=True):
    """A monitor went down. Stream ``incident:{incident_id}``, always version 1 of it."""

    incident_id: str
    monitor_id: str
    started_at: datetime
    """Back-dated like the transition."""
    confirmed_at: datetime
    cause: str
    detail: str | None = None


@event_type("monitoring.incident-acknowledged")
class IncidentAcknowledged(Event, frozen=True, kw_only=True):
    """A person has seen it. Stream ``incident:{incident_id}``."""

    incident_id: str
    at: datetime
    by: str
    note: str | None = None


@event_type("monitoring.incident-noted")
class IncidentNoted(Event, frozen=True, kw_only=True):
    """A person wrote something down. Stream ``incident:{incident_id}``."""

    incident_id: str
    at: datetime
    by: str
    note: str


@event_type("monitoring.incident-resolved")
class IncidentResolved(Event, frozen=True, kw_only=True):
    """It is over. Stream ``incident:{incident_id}``; notes may follow."""

    incident_id: str
    monitor_id: str
    at: datetime
    resolution: Resolution
    by: str | None = None
    note: str | None = None


@event_type("monitoring.ping-received")
class PingReceived(Event, frozen=True, kw_only=True):
    """A job reported to its push monitor. Stream ``pings:{monitor_id}:{UTC day of at}``."""

    monitor_id: str
    at: datetime
    """When the request arrived, by the receiver's steady clock."""
    signal: Signal
    exit_status: int | None = None
    """0 to 255 when the job reported one; 0 is a success, any other a failure."""
    region: str = "local"


@event_type("monitoring.listening-gap-recorded")
class ListeningGapRecorded(Event, frozen=True, kw_only=True):
    """Between these moments nobody listened for pings, so a ping missed then says nothing. Stream
    ``listener:{region}``.
    """

    region: str
    from_at: datetime
    to_at: datetime


Transition = MonitorWentUp | MonitorDegraded | MonitorWentDown
MonitorEvent = MonitorRegistered | MonitorRevised | MonitorPaused | MonitorResumed | MonitorRetired
IncidentEvent = IncidentOpened | IncidentAcknowledged | IncidentNoted | IncidentResolved
STATUS_AFTER: dict[type[Event], Status] = {MonitorWentUp: "up", MonitorDegraded: "degraded", MonitorWentDown: "down"}


def monitor_stream(monitor_id: str) -> str:
    """The monitor's own history: registration, revisions, pauses."""
    return f"monitor:{monitor_id}"


def health_stream(monitor_id: str) -> str:
    """The monitor's confirmed transitions, one stream for its whole life: they are few."""
    return f"health:{monitor_id}"


def probe_log_stream(monitor_id: str, scheduled_at: datetime) -> str:
    """The monitor's observations of one UTC day: a stream is closed every day so that none grows long."""
    return f"probe-log:{monitor_id}:{scheduled_at.date()}"


def ping_stream(monitor_id: str, at: datetime) -> str:
    """What a push monitor's job reported on one UTC day."""
    return f"pings:{monitor_id}:{at.date()}"


def probe_request_stream(monitor_id: str) -> str:
    """Probes asked for by people; apart from the monitor's own stream, so that asking changes no ``ETag``."""
    return f"probe-requests:{monitor_id}"


def incident_stream(incident_id: str) -> str:
    """One incident's timeline."""
    return f"incident:{incident_id}"


def listener_stream(region: str) -> str:
    """Gaps in listening for pings."""
    return f"listener:{region}"
