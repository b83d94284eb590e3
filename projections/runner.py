"""Folds batches of events into several read models at once: every event is read and decoded once, for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from domain.kernel import Event
from domain.monitoring.events import ProbeRecorded
from domain.times import micros
from projections.base import Batch, Database, Fold, Projection, Undecodable


class PoisonEvent(Exception):
    """An event cannot be folded because its stored JSON cannot be read."""


class Runner:
    """Some read models with what they keep in memory. It neither begins nor commits transactions."""

    def __init__(self, projections: Sequence[Projection]) -> None:
        self.projections = tuple(projections)
        self._folds: dict[type[Event], list[Fold]] = {}
        for projection in self.projections:
            for kind, fold in projection.folds().items():
                self._folds.setdefault(kind, []).append(fold)
        # Outcomes are nearly all of the ledger: only those who look at them are asked.
        self._observers = [p.observe for p in self.projections if type(p).observe is not Projection.observe]

    def fold(self, db: Database, batch: Batch) -> None:
        """Load what the events change and fold them in memory. Nothing is written yet.

        Raises:
            PoisonEvent: an event is undecodable. Any other exception is a fold's, or PostgreSQL's.
        """
        for projection in self.projections:
            projection.load(db, batch)
        folds, observers = self._folds, self._observers
        for record in batch.events:
            event = record.event
            kind = type(event)
            if kind is ProbeRecorded:
                started = micros(event.started_at)  # type: ignore[attr-defined]
                for observe in observers:
                    observe(record, event, started)  # type: ignore[arg-type]
            elif kind is Undecodable:
                raise PoisonEvent(f"The stored JSON cannot be read: {event.error}")  # type: ignore[attr-defined]
            else:
                for fold in folds.get(kind, ()):
                    fold(record, event)
        for projection in self.projections:
            projection.fetch(db)

    def flush(self, db: Database) -> None:
        """Write the changed rows, one statement per table."""
        for projection in self.projections:
            projection.flush(db)

    def forget(self) -> None:
        """Drop everything that is in memory: the tables are the truth."""
        for projection in self.projections:
            projection.forget()
