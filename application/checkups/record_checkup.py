"""``RecordCheckup``: somebody was examined."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid5

from application.checkups.reading import load_patient
from application.commands import Context, Result, Services, in_stream
from application.ports.ledger import VersionConflict
from domain.checkups import recording
from domain.checkups.checkup import Details
from domain.checkups.events import CheckupRecorded, checkup_stream
from domain.checkups.given import GivenMeasurement

_CHECKUPS = UUID("8a1c5d0e-3f4b-5f7a-8d26-4be1f0a97c35")


async def record_checkup(
    services: Services,
    patient_id: str,
    details: Details,
    given: Sequence[GivenMeasurement],
    context: Context,
    *,
    confirm: bool = False,
    source: str | None = None,
) -> tuple[Result, CheckupRecorded]:
    """Record a checkup whose id follows from the request: repeating the command finds the same one, as recorded.

    Raises:
        NotFound: there is no such patient.
        Erased: the patient was erased.
        Faulty: details or measurements are impossible, or unusual and not confirmed.
        LedgerUnavailable: nothing was stored.
    """
    checkup_id = checkup_id_of(context)
    stream = checkup_stream(patient_id, checkup_id)
    patient = await load_patient(services, patient_id)
    already = await asyncio.to_thread(services.ledger.read_stream, stream, limit=1)
    if already and isinstance(already[0].event, CheckupRecorded):
        return Result(checkup_id, already[0].position, already[0].version), already[0].event
    event = recording.record(
        checkup_id,
        patient_id,
        patient.personal,
        details,
        given,
        at=services.clock.now(),
        confirm=confirm,
        source=source,
    )
    try:
        position = await services.writer.append(in_stream(stream, 0, [event], context))
    except VersionConflict:
        # The same command, twice at once: the other one was first.
        return await record_checkup(services, patient_id, details, given, context, confirm=confirm, source=source)
    return Result(checkup_id, position, 1), event


def checkup_id_of(context: Context, number: int | None = None) -> str:
    """The id of the checkup that a command records; ``number``: which one of several."""
    return str(uuid5(_CHECKUPS, context.once if number is None else f"{context.once}#{number}"))
