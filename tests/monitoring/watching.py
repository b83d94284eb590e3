"""Monitors to be probed, and one probe of each kind."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from adapters.probes import every_probe
from application.ports.probe import Observation
from domain.monitoring.events import Kind, MonitorRegistered
from domain.monitoring.monitor import Monitor, evolve

LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def a_monitor(kind: Kind, target: str, *, monitor_id: str = "m", **settings: Any) -> Monitor:
    defaults: dict[str, Any] = {
        "interval_s": 60.0,
        "timeout_s": 20.0,
        "retry_interval_s": 20.0,
        "failures_to_down": 2,
        "passes_to_up": 1,
    }
    registered = MonitorRegistered(
        monitor_id=monitor_id, at=LONG_AGO, name="n", kind=kind, target=target, **(defaults | settings)
    )
    monitor = evolve(None, registered)
    assert monitor is not None
    return monitor


async def look(
    kind: Kind,
    target: str,
    expect: dict[str, Any] | None = None,
    *,
    timeout_s: float = 20.0,
    secrets: Mapping[str, str] | None = None,
    ca_file: str | None = None,
) -> Observation:
    monitor = a_monitor(kind, target, expect=expect or {}, timeout_s=timeout_s)
    return await every_probe(user_agent="Vitalog/test", ca_file=ca_file)[kind].prepare(monitor, secrets or {}).look()


def closed_port() -> int:
    """A port on loopback where nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def until(condition: Callable[[], bool], what: str, *, patience_s: float = 60.0) -> None:
    """Wait for a condition; the deadline is only there to end a broken test."""
    async with asyncio.timeout(patience_s):
        while not condition():  # noqa: ASYNC110  what is waited for happens in other processes, too
            await asyncio.sleep(0.005)
    assert condition(), what
