"""Read model ``activity``: the audit trail of commands and decisions, who did what to what.

Every event of the ledger is in it, of any context, except observations and pings: those have streams of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.kernel import Event, encode, event_types
from domain.monitoring.events import PingReceived, ProbeRecorded
from projections.base import Database, Fold, Projection, Recorded


class Activity(Projection):
    """Schema ``activity``. Rows are only ever added, so nothing is loaded or kept."""

    name = "activity"

    def __init__(self, schema: str | None = None) -> None:
        super().__init__(schema)
        self._entries: list[tuple[object, ...]] = []

    def folds(self) -> Mapping[type[Event], Fold]:
        """As ``Projection.folds``."""
        kinds = set(event_types().values()) - {ProbeRecorded, PingReceived}
        return dict.fromkeys(kinds, self._fold)

    def flush(self, db: Database) -> None:
        """As ``Projection.flush``."""
        if self._entries:
            db.execute(self.sql["save"], [list(column) for column in zip(*self._entries, strict=True)], prepare=True)
            self._entries = []

    def forget(self) -> None:
        """As ``Projection.forget``."""
        self._entries = []

    def _fold(self, record: Recorded, event: Event) -> None:
        kind, _, subject = record.stream.partition(":")
        self._entries.append(
            (
                record.position,
                record.recorded_at,
                record.actor,
                event.type,
                record.stream,
                kind,
                subject,
                getattr(event, "monitor_id", None),
                record.correlation_id,
                record.causation_id,
                encode(event).decode(),
            )
        )
