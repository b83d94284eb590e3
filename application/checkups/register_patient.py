"""``RegisterPatient``: from now on there is a record of somebody, under a pseudonym and a key of their own."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid5

from application.checkups.identifiers import exchange
from application.commands import ATTEMPTS, Context, Result, Services, in_stream
from application.ports.ledger import VersionConflict
from domain.checkups import patient as patients
from domain.checkups.events import patient_stream
from domain.checkups.personal import Personal

_PATIENTS = UUID("2c9d4a61-7a1b-5c1e-9a53-9b0a6f1d7e42")


async def register_patient(services: Services, personal: Personal, context: Context) -> Result:
    """Register a patient whose id follows from the request: repeating the command finds the same patient.

    Raises:
        Faulty: personal data is implausible, or another patient has one of the identifiers.
        LedgerUnavailable: nothing was stored.
    """
    patient_id = patient_id_of(context)
    stream = patient_stream(patient_id)
    for _ in range(ATTEMPTS):
        already = await asyncio.to_thread(services.ledger.read_stream, stream, limit=1)
        if already:
            return Result(patient_id, already[0].position, already[0].version)
        at = services.clock.now()
        event = patients.register(patient_id, personal, at)
        claims = await asyncio.to_thread(exchange, services, patient_id, (), event.personal.identifiers, at, context)
        try:
            position = await services.writer.append([*in_stream(stream, 0, [event], context), *claims])
        except VersionConflict:
            # The same command, twice at once; or another patient got one of the identifiers.
            continue
        return Result(patient_id, position, 1)
    raise VersionConflict("Others keep claiming the same identifiers. Try again.")


def patient_id_of(context: Context, number: int | None = None) -> str:
    """The id of the patient that a command registers; ``number``: which one of several."""
    return str(uuid5(_PATIENTS, context.once if number is None else f"{context.once}#{number}"))
