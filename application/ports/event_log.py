"""The ledger as auditors and followers read it: every event exactly as it is stored, nothing decoded or upcast."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import msgspec


class StoredEvent(msgspec.Struct, frozen=True):
    """An event exactly as the ledger holds it: nothing is decoded or upcast."""

    position: int
    stream: str
    version: int
    type: str
    schema_version: int
    recorded_at: datetime
    actor: str
    correlation_id: str
    causation_id: str | None
    data: msgspec.Raw


class EventFilter(msgspec.Struct, frozen=True):
    """Which events are wanted; None is any."""

    type: str | None = None
    stream: str | None = None
    actor: str | None = None
    contexts: frozenset[str] | None = None
    """First parts of the types' names."""
    subject: str | None = None
    """Whom the stream is about: the second part of its name."""

    def admits(self, event: StoredEvent) -> bool:
        """Whether the event is wanted."""
        return (
            (self.type is None or event.type == self.type)
            and (self.stream is None or event.stream == self.stream)
            and (self.actor is None or event.actor == self.actor)
            and (self.contexts is None or event.type.partition(".")[0] in self.contexts)
            and (self.subject is None or event.stream.split(":", 2)[1] == self.subject)
        )


class EventLog(Protocol):
    """The ledger as auditors and followers read it. Every method may raise ``LedgerUnavailable``."""

    async def read(self, after: int, limit: int, wanted: EventFilter) -> list[StoredEvent]:
        """Events above a position in position order, at most ``limit``."""
        ...

    async def head(self) -> int:
        """Position of the newest event; 0 in an empty ledger."""
        ...

    async def patient_of_checkup(self, checkup_id: str) -> str | None:
        """Whose a checkup is; None when there is none with that id. As current as the ledger."""
        ...

    async def verdicts(self, after: int, until: int) -> dict[str, int]:
        """How many outcomes of each verdict lie in ``(after, until]``."""
        ...
