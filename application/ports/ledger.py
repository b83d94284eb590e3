"""The ledger: an append-only sequence of events in streams, in one total order.

Positions are 1, 2, 3 … without gaps, and position order is commit order: a reader that has seen position n has seen
everything up to n, and whoever sees n+2 after n has missed one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from domain.kernel import Closed, Event


class NewEvent(msgspec.Struct, frozen=True):
    """An event to be appended as ``version`` of its stream (1 for the first), with who and why."""

    stream: str
    version: int
    event: Event
    actor: str
    correlation_id: str
    """UUID text: the request, probe or ping this event belongs to."""
    causation_id: str | None = None
    """``stream@version`` of the event that caused this one, or ``request:<uuid>`` of the request that did."""
    trace_id: str | None = None
    """W3C trace id of the request, 32 hex digits, if it had one."""

    @property
    def originator_id(self) -> str:
        """The eventsourcing library's name for the stream."""
        return self.stream

    @property
    def originator_version(self) -> int:
        """The eventsourcing library's name for the version."""
        return self.version


class RecordedEvent(msgspec.Struct, frozen=True, gc=False):
    """An event as the ledger holds it."""

    position: int
    stream: str
    version: int
    recorded_at: datetime
    """The database's clock at the append, UTC, microseconds."""
    actor: str
    correlation_id: str
    causation_id: str | None
    trace_id: str | None
    schema_version: int
    """The version it was stored as; ``event`` is already upcast to today's."""
    event: Event

    @property
    def type(self) -> str:
        """Stable name of the event, whether or not its payload is open."""
        return self.event.stored_type if isinstance(self.event, Closed) else self.event.type


class LedgerError(Exception):
    """Something the ledger could not do."""


class VersionConflict(LedgerError):
    """Another writer appended to the stream first. Load it again and decide anew."""


class LedgerUnavailable(LedgerError):
    """PostgreSQL cannot be reached right now. Nothing was stored; try again later."""


class Ledger(Protocol):
    """Where events are kept. Every method may raise ``LedgerUnavailable``."""

    def append(self, events: Sequence[NewEvent]) -> int:
        """Store all events in one transaction, or none; durable on return. Returns the position of the last.

        Sealed events are encrypted under the key of their stream's subject, which is made with the first of them.

        Raises:
            VersionConflict: a (stream, version) is already taken by a different event.
            SubjectErased: one of the events is about somebody who was erased.
        """
        ...

    def read(self, after: int, limit: int, *, types: Collection[str] | None = None) -> list[RecordedEvent]:
        """Events with a position above ``after`` in position order, at most ``limit``; only of ``types`` if given.

        Here as in the other reads: sealed events come opened, and ``Closed`` when their subject was erased.
        """
        ...

    def read_stream(
        self, stream: str, *, after: int = 0, limit: int | None = None, newest_first: bool = False
    ) -> list[RecordedEvent]:
        """Events of one stream with a version above ``after``."""
        ...

    def read_log(self, prefix: str, *, limit: int, before: tuple[str, int] | None = None) -> list[RecordedEvent]:
        """The newest events of all streams named ``prefix:…``, newest stream name and version first.

        ``before`` is the (stream, version) of the last event of the page before, for paging back in time.
        """
        ...

    def head(self) -> int:
        """Position of the newest event; 0 in an empty ledger."""
        ...
