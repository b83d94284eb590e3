"""What is to be invented, and the dice for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID, uuid5

from application.ports.ledger import NewEvent
from domain.kernel import Event

_DEMO = UUID("d3300000-7a1e-5c0d-8b52-6f6a3c1e0b07")
DAYS_A_MONTH = 30.4375


@dataclass(frozen=True, slots=True)
class Plan:
    """Two of the same kind give the same events, on any machine."""

    seed: int
    patients: int
    months: int
    until: date
    """The first day (UTC) that nothing is invented for."""

    @property
    def end(self) -> datetime:
        return datetime.combine(self.until, time(), UTC)

    @property
    def begin(self) -> datetime:
        return self.end - timedelta(days=round(self.months * DAYS_A_MONTH))

    def dice(self, what: str) -> Random:
        """Of their own for every monitor, person and day: one more patient changes nothing about the others."""
        return Random(f"vitalog demo/{self.seed}/{what}")  # noqa: S311  nothing secret is drawn

    def id(self, what: str) -> str:
        """The same for the same seed, whatever day it is."""
        return str(uuid5(_DEMO, f"{self.seed}/{what}"))


@dataclass(frozen=True, slots=True)
class Part:
    """Events that belong together and are stored in one transaction, or were already."""

    stream: str
    """The stream of its first event: where it exists, the part has been stored before."""
    events: Sequence[NewEvent]


class Writing:
    """Gives events their streams, versions and metadata."""

    def __init__(self, plan: Plan, what: str) -> None:
        self._cause = f"demo:{plan.seed}"
        self._correlation = plan.id(f"{what}/correlation")
        self._versions: dict[str, int] = {}
        self.events: list[NewEvent] = []

    def add(self, stream: str, event: Event, actor: str) -> None:
        """As the next version of its stream."""
        version = self._versions[stream] = self._versions.get(stream, 0) + 1
        self.events.append(NewEvent(stream, version, event, actor, self._correlation, self._cause))

    def part(self) -> Part:
        return Part(self.events[0].stream, self.events)
