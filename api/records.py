"""A patient's whole record as the ledger holds it: what reports and FHIR are made from."""

from __future__ import annotations

import asyncio

import msgspec

from application.checkups.reading import AsOf, read_patient
from application.checkups.traces import checkup_events
from application.commands import Services
from application.ports.ledger import RecordedEvent
from domain.checkups.patient import Patient
from domain.kernel import Closed


class PatientRecord(msgspec.Struct, frozen=True):
    """One patient's events, all of them known at the same moment."""

    patient: Patient
    patient_events: list[RecordedEvent]
    checkup_events: list[RecordedEvent]
    position: int
    """How far the ledger had come: nothing later is in the record."""


async def read_record(services: Services, patient_id: str, as_of: AsOf | None = None) -> PatientRecord:
    """The record now, or as it was known then.

    Raises:
        NotFound: there is no patient with that id, or there was none yet.
        SubjectErased: the patient was erased.
        LedgerUnavailable: PostgreSQL cannot be reached.
    """
    head = await asyncio.to_thread(services.ledger.head)
    position = head if as_of is None or as_of.position is None else min(head, as_of.position)
    until = as_of if as_of is not None and as_of.time is not None else AsOf(position=position)
    # What is appended from now on is left out, so that the two reads show one moment.
    patient, patient_events = await read_patient(services, patient_id, until)
    events = await asyncio.to_thread(checkup_events, services, patient_id)
    known = [
        one
        for stream in _streams(events)
        for one in until.known(stream)
        if one.position <= position and not isinstance(one.event, Closed)
    ]
    return PatientRecord(patient, patient_events, known, position)


def _streams(events: list[RecordedEvent]) -> list[list[RecordedEvent]]:
    """The events stream by stream, each oldest first."""
    found: dict[str, list[RecordedEvent]] = {}
    for one in sorted(events, key=lambda recorded: recorded.version):
        found.setdefault(one.stream, []).append(one)
    return list(found.values())
