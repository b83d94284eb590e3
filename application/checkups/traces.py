"""What remains of a patient who was erased: that something was recorded, when and by whom."""

from __future__ import annotations

from datetime import datetime

import msgspec

from application.commands import Services
from application.ports.ledger import RecordedEvent
from domain.checkups.events import erasure_stream, patient_stream

_PAGE = 1_000


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """One event whose content can never be read again, or never named anybody."""

    position: int
    stream: str
    version: int
    recorded_at: datetime
    actor: str
    type: str


def traces_of(services: Services, patient_id: str) -> list[Trace]:
    """Of the patient, every checkup and the erasure, in the order of the ledger. Synchronous.

    Raises:
        LedgerUnavailable: PostgreSQL cannot be reached.
    """
    read_stream = services.ledger.read_stream
    events = [*read_stream(patient_stream(patient_id)), *read_stream(erasure_stream(patient_id))]
    events += checkup_events(services, patient_id)
    return [
        Trace(
            position=one.position,
            stream=one.stream,
            version=one.version,
            recorded_at=one.recorded_at,
            actor=one.actor,
            type=one.type,
        )
        for one in sorted(events, key=lambda one: one.position)
    ]


def checkup_events(services: Services, patient_id: str) -> list[RecordedEvent]:
    """Every event of every checkup of a patient: newest stream name and version first. Synchronous."""
    events: list[RecordedEvent] = []
    before: tuple[str, int] | None = None
    while True:
        page = services.ledger.read_log(f"checkup:{patient_id}", limit=_PAGE, before=before)
        events += page
        if len(page) < _PAGE:
            return events
        before = page[-1].stream, page[-1].version
