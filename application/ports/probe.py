"""The probe port: one implementation per kind, looked up by ``Monitor.kind``."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Literal, Protocol

import msgspec

from domain.monitoring.monitor import Monitor
from domain.monitoring.outcome import Phases

Finding = Literal["pass", "fail", "error"]
"""What a probe can tell; ``slow`` is decided from ``total_ms`` and the monitor's threshold."""


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """What one probe saw. Field meanings as in ``domain.monitoring.outcome.Outcome``."""

    finding: Finding
    total_ms: float | None = None
    phases: Phases | None = None
    status_code: int | None = None
    reason: str | None = None
    detail: str | None = None


Look = Callable[[], Coroutine[Any, Any, Observation]]
"""Make one probe. Ends by itself within the monitor's timeout, raises nothing but ``CancelledError``, and leaves
nothing open however it ends. Never called twice at the same time."""


class Prepared(msgspec.Struct, frozen=True):
    """A monitor ready to be probed: everything that can be done once is done."""

    look: Look
    shared: str
    """What slow probes would have in common, such as the host: it may take only its share of the prober."""


class Probe(Protocol):
    """A probe kind."""

    def prepare(self, monitor: Monitor, secrets: Mapping[str, str]) -> Prepared:
        """Get ready to probe a monitor with its secrets, named as ``domain.monitoring.targets`` names them.

        Raises:
            Refused: the target or its expectations are impossible.
            KeyError: a secret is missing; holds its name.
        """
        ...


Probes = Mapping[str, Probe]
"""Every kind that is probed, by name; ``push`` is not: it waits."""
