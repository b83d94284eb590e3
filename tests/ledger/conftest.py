"""Events to append."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from application.ports.ledger import NewEvent
from domain.monitoring.events import MonitorPaused

AT = datetime(2026, 11, 20, 1, 2, 3, 456789, tzinfo=UTC)
MakeEvents = Callable[..., list[NewEvent]]


@pytest.fixture
def new_events() -> MakeEvents:
    """``new_events(stream, version, count)``: that many events for a stream, from that version on."""

    def make(stream: str, version: int = 1, count: int = 1, actor: str = "tester") -> list[NewEvent]:
        return [
            NewEvent(stream, version + n, MonitorPaused(monitor_id=stream, at=AT), actor, str(uuid4()))
            for n in range(count)
        ]

    return make
