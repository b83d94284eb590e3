"""Who changed what of a record, when and why, field by field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from application.ports.ledger import RecordedEvent
from domain.checkups import checkup as checkups
from domain.checkups import patient as patients
from domain.checkups.differences import Difference, Document, checkup_document, differences, patient_document
from domain.kernel import Event

State = TypeVar("State")


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a record."""

    position: int
    version: int
    at: datetime
    """When it happened."""
    recorded_at: datetime
    """When the ledger took it."""
    actor: str
    type: str
    reason: str | None
    source: str | None
    """Where it was imported from; None: entered."""
    changes: list[Difference]
    """Of the first entry: everything, out of nothing."""


def checkup_history(events: Sequence[RecordedEvent]) -> list[HistoryEntry]:
    """What each event of a checkup's stream changed, oldest first; ``events`` from version 1 on, open."""
    return _history(events, checkups.evolve, checkup_document)


def patient_history(events: Sequence[RecordedEvent]) -> list[HistoryEntry]:
    """The same of a patient's stream."""
    return _history(events, patients.evolve, patient_document)


def _history(
    events: Sequence[RecordedEvent],
    evolve: Callable[[State | None, Event], State | None],
    document: Callable[[State | None, State | None, Document], Document],
) -> list[HistoryEntry]:
    state: State | None = None
    before: Document = {}
    entries: list[HistoryEntry] = []
    for recorded in events:
        event = recorded.event
        was, state = state, evolve(state, event)
        after = document(state, was, before)
        entries.append(
            HistoryEntry(
                position=recorded.position,
                version=recorded.version,
                at=getattr(event, "at", recorded.recorded_at),
                recorded_at=recorded.recorded_at,
                actor=recorded.actor,
                type=recorded.type,
                reason=getattr(event, "reason", None),
                source=getattr(event, "source", None),
                changes=differences(before, after),
            )
        )
        before = after
    return entries
