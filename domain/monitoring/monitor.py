"""The monitor: what is watched and by which policy. Decisions return events; ``evolve`` folds them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from domain.kernel import Event
from domain.monitoring.events import (
    Kind,
    MonitorPaused,
    MonitorRegistered,
    MonitorResumed,
    MonitorRetired,
    MonitorRevised,
    ProbeRequested,
)
from domain.monitoring.health import LONGEST_RUN, Thresholds
from domain.monitoring.outcome import GRACE_MS
from domain.refusal import Refused, steers

MAX_INTERVAL_S = 366 * 86_400


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decides about a monitor. Fields as in ``MonitorRegistered``."""

    name: str
    kind: Kind
    target: str = ""
    interval_s: float = 60.0
    timeout_s: float = 10.0
    retry_interval_s: float = 20.0
    failures_to_down: int = 2
    passes_to_up: int = 1
    degraded_over_ms: float | None = None
    tags: tuple[str, ...] = ()
    expect: dict[str, Any] = {}
    secret_ref: str | None = None


class Monitor(Settings, frozen=True, kw_only=True):
    """A monitor as its stream tells it."""

    id: str
    registered_at: datetime
    paused: bool = False
    retired: bool = False
    watched_since: datetime
    """When it was registered or last resumed: what was known before says nothing about now."""
    changed_at: datetime
    """Time of the newest event that changed it (registration, revision, pause, resumption, retirement)."""
    version: int = 1
    """Version of the monitor's stream; its ``ETag``."""

    @property
    def thresholds(self) -> Thresholds:
        """The policy that decides transitions."""
        return Thresholds(self.failures_to_down, self.passes_to_up)

    @property
    def vouches_ms(self) -> int:
        """How long an outcome speaks for this monitor, milliseconds: interval + timeout + grace."""
        return round((self.interval_s + self.timeout_s) * 1000) + GRACE_MS


def register(monitor_id: str, settings: Settings, at: datetime) -> MonitorRegistered:
    """Raises:
    Refused: a setting is impossible.
    """
    check(settings)
    return MonitorRegistered(monitor_id=monitor_id, at=at, **_fields(settings))


def revise(monitor: Monitor, changes: dict[str, Any], at: datetime) -> list[Event]:
    """Nothing when no setting really changes.

    Raises:
        Refused: the monitor is retired, a setting is unknown or fixed, or the result would be impossible.
    """
    _refuse_retired(monitor)
    if changes.get("kind", monitor.kind) != monitor.kind:
        raise Refused("The kind of a monitor is fixed. Register another monitor instead.", "kind")
    unknown = sorted(changes.keys() - set(Settings.__struct_fields__))
    if unknown:
        raise Refused(f"A monitor has no setting {unknown[0]}.", unknown[0])
    real = {name: value for name, value in changes.items() if getattr(monitor, name) != value}
    if not real:
        return []
    check(msgspec.structs.replace(monitor, **real))
    return [MonitorRevised(monitor_id=monitor.id, at=_after(monitor, at), changes=real)]


def pause(monitor: Monitor, at: datetime) -> list[Event]:
    """Nothing when it is paused already. Raises ``Refused`` when it is retired."""
    _refuse_retired(monitor)
    return [] if monitor.paused else [MonitorPaused(monitor_id=monitor.id, at=_after(monitor, at))]


def resume(monitor: Monitor, at: datetime) -> list[Event]:
    """Nothing when it is not paused. Raises ``Refused`` when it is retired."""
    _refuse_retired(monitor)
    return [MonitorResumed(monitor_id=monitor.id, at=_after(monitor, at))] if monitor.paused else []


def retire(monitor: Monitor, at: datetime) -> list[Event]:
    """Nothing when it is retired already."""
    return [] if monitor.retired else [MonitorRetired(monitor_id=monitor.id, at=_after(monitor, at))]


def request_probe(monitor: Monitor, at: datetime) -> list[Event]:
    """Raises ``Refused`` when it is retired, paused, or of a kind that is not probed."""
    _refuse_retired(monitor)
    if monitor.paused:
        raise Refused("The monitor is paused. Resume it before asking for a probe.")
    if monitor.kind == "push":
        raise Refused("A push monitor is not probed: it waits for pings.")
    return [ProbeRequested(monitor_id=monitor.id, at=_after(monitor, at))]


def evolve(monitor: Monitor | None, event: Event) -> Monitor | None:
    """The monitor after one event of its stream; other events leave it as it is."""
    if isinstance(event, MonitorRegistered):
        fields = {name: getattr(event, name) for name in Settings.__struct_fields__}
        return Monitor(
            id=event.monitor_id, registered_at=event.at, watched_since=event.at, changed_at=event.at, **fields
        )
    if monitor is None:
        return None
    version = monitor.version + 1
    match event:
        case MonitorRevised():
            changes = dict(event.changes)
            if "tags" in changes:
                changes["tags"] = tuple(changes["tags"])
            return msgspec.structs.replace(monitor, **changes, changed_at=event.at, version=version)
        case MonitorPaused():
            return msgspec.structs.replace(monitor, paused=True, changed_at=event.at, version=version)
        case MonitorResumed():
            return msgspec.structs.replace(
                monitor, paused=False, watched_since=event.at, changed_at=event.at, version=version
            )
        case MonitorRetired():
            return msgspec.structs.replace(monitor, retired=True, changed_at=event.at, version=version)
        case _:
            return monitor


def check(settings: Settings) -> None:
    """The rules that hold for every kind; those of ``target`` and ``expect`` are in ``domain.monitoring.targets``.

    Raises:
        Refused: names the field and says what to change.
    """
    _check_words(settings)
    if not 1 <= settings.interval_s <= MAX_INTERVAL_S:
        raise Refused("interval_s must be between 1 and 31622400 seconds (366 days).", "interval_s")
    if settings.kind != "push":
        if not 0.05 <= settings.timeout_s <= settings.interval_s:
            raise Refused(
                f"timeout_s must be between 0.05 and interval_s ({settings.interval_s:g}), "
                "so that probes never overlap.",
                "timeout_s",
            )
        if not 0.5 <= settings.retry_interval_s <= settings.interval_s:
            raise Refused(
                f"retry_interval_s must be between 0.5 and interval_s ({settings.interval_s:g}).", "retry_interval_s"
            )
    for field in ("failures_to_down", "passes_to_up"):
        if not 1 <= getattr(settings, field) <= LONGEST_RUN:
            raise Refused(f"{field} must be between 1 and {LONGEST_RUN}.", field)
    if settings.degraded_over_ms is not None and not 0 < settings.degraded_over_ms <= settings.timeout_s * 1000:
        raise Refused("degraded_over_ms must be positive and no longer than the timeout.", "degraded_over_ms")


def _check_words(settings: Settings) -> None:
    if not settings.name.strip() or len(settings.name) > 200:
        raise Refused("Give the monitor a name of 1 to 200 characters.", "name")
    if steers(settings.name):
        raise Refused("Remove the control characters from the name: it is shown on one line.", "name")
    if len(settings.tags) > 50 or any(not tag.strip() or len(tag) > 50 for tag in settings.tags):
        raise Refused("Use at most 50 tags of 1 to 50 characters each.", "tags")
    if any(steers(tag) for tag in settings.tags):
        raise Refused("Remove the control characters from the tags: they are shown on one line.", "tags")


def _fields(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in Settings.__struct_fields__}


def _refuse_retired(monitor: Monitor) -> None:
    if monitor.retired:
        raise Refused("The monitor is retired; its history stays readable, but it can no longer be changed.")


def _after(monitor: Monitor, at: datetime) -> datetime:
    # A clock that was set back must not make a stream's own times run backwards.
    return max(at, monitor.changed_at)
