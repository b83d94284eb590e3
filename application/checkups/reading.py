"""Patients and checkups as their streams tell them, now or as they were known then."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

import msgspec

from application.checkups.traces import checkup_events
from application.commands import NotFound, Services, load
from application.ports.ledger import RecordedEvent
from application.ports.subject_keys import SubjectErased
from domain.checkups import checkup as checkups
from domain.checkups import patient as patients
from domain.checkups.checkup import Checkup
from domain.checkups.events import PatientErased, checkup_stream, erasure_stream, patient_stream
from domain.checkups.patient import Patient
from domain.kernel import Closed


class AsOf(msgspec.Struct, frozen=True):
    """A point in the ledger's own time: what was recorded up to it was known then. One of the two is given."""

    position: int | None = None
    time: datetime | None = None
    """Aware; of the ledger's clock (``recorded_at``), inclusive."""

    def known(self, events: Sequence[RecordedEvent]) -> list[RecordedEvent]:
        """Those of a stream's events, oldest first, that had been recorded by then: the first ones, without a gap.

        What stands before a known event was known too, though the ledger's clock may have been set back in between.
        """
        until = len(events)
        while until and not self._knows(events[until - 1]):
            until -= 1
        return list(events[:until])

    def _knows(self, recorded: RecordedEvent) -> bool:
        if self.position is not None:
            return recorded.position <= self.position
        return self.time is None or recorded.recorded_at <= self.time


def as_of_day(day: date) -> datetime:
    """The last microsecond of a UTC day: what was known on it was known before it ended."""
    return datetime.fromisoformat(f"{day}T00:00:00+00:00") + timedelta(days=1, microseconds=-1)


class NotKnownThen(NotFound):
    """There is such a record, but it was not known yet."""


class Erased(SubjectErased):
    """The patient was erased; what remains of them says when, by whom and on which ground."""

    def __init__(self, event: PatientErased) -> None:
        super().__init__(f"{event.patient_id} was erased.")
        self.event = event


async def erasure_of(services: Services, patient_id: str) -> PatientErased | None:
    """What remains of an erased patient; None of any other."""
    found = await asyncio.to_thread(services.ledger.read_stream, erasure_stream(patient_id), limit=1)
    event = found[0].event if found else None
    return event if isinstance(event, PatientErased) else None


async def refuse_erased(services: Services, patient_id: str) -> None:
    """Raises ``Erased``. The key may still be there for a moment: the event alone decides."""
    erased = await erasure_of(services, patient_id)
    if erased is not None:
        raise Erased(erased)


async def load_patient(services: Services, patient_id: str, as_of: AsOf | None = None) -> Patient:
    """The patient, now or as known then. Raises as ``read_patient``."""
    return (await read_patient(services, patient_id, as_of))[0]


async def read_patient(
    services: Services, patient_id: str, as_of: AsOf | None = None
) -> tuple[Patient, list[RecordedEvent]]:
    """The patient and the events known then, at least one.

    Raises:
        NotFound: there is no patient with that id; ``NotKnownThen``: there was none yet.
        Erased: the patient was erased, whatever ``as_of`` says.
        LedgerUnavailable: PostgreSQL cannot be reached.
    """
    await refuse_erased(services, patient_id)
    stream = patient_stream(patient_id)
    try:
        return await load(services, stream, patients.evolve, known=(as_of or AsOf()).known)
    except NotFound:
        raise await _absence(services, stream, as_of) from None


async def load_checkup(services: Services, patient_id: str, checkup_id: str, as_of: AsOf | None = None) -> Checkup:
    """The checkup, now or as known then. Raises as ``read_checkup``."""
    return (await read_checkup(services, patient_id, checkup_id, as_of))[0]


async def read_checkup(
    services: Services, patient_id: str, checkup_id: str, as_of: AsOf | None = None
) -> tuple[Checkup, list[RecordedEvent]]:
    """The checkup and the events known then, at least one. Raises as ``read_patient``."""
    await refuse_erased(services, patient_id)
    stream = checkup_stream(patient_id, checkup_id)
    try:
        return await load(services, stream, checkups.evolve, known=(as_of or AsOf()).known)
    except NotFound:
        raise await _absence(services, stream, as_of) from None


async def checkups_of(services: Services, patient_id: str, as_of: AsOf | None = None) -> list[Checkup]:
    """Every checkup of a patient, voided ones too, newest examination first; none of an erased or unknown patient.

    Raises:
        LedgerUnavailable: PostgreSQL cannot be reached.
    """
    return await asyncio.to_thread(_checkups_of, services, patient_id, as_of or AsOf())


def _checkups_of(services: Services, patient_id: str, as_of: AsOf) -> list[Checkup]:
    events = checkup_events(services, patient_id)
    found: list[Checkup] = []
    for _, newest_first in groupby(events, key=lambda one: one.stream):
        checkup: Checkup | None = None
        for recorded in as_of.known(list(newest_first)[::-1]):
            if not isinstance(recorded.event, Closed):
                checkup = checkups.evolve(checkup, recorded.event)
        if checkup is not None:
            found.append(checkup)
    return sorted(found, key=lambda one: (one.date, one.recorded_at, one.id), reverse=True)


async def _absence(services: Services, stream: str, as_of: AsOf | None) -> NotFound:
    if as_of is not None and await asyncio.to_thread(services.ledger.read_stream, stream, limit=1):
        return NotKnownThen()
    return NotFound()
