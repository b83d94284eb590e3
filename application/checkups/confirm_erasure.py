"""``ConfirmErasure``: a second person confirms it, and the patient's key is destroyed.

The events come first, all in one append, then the key. A crash between the two leaves a key without a patient: nothing
is answered from it any more, and a repeated confirmation, or the next start of the API (``finish_erasures``), ends it.
"""

from __future__ import annotations

import asyncio

from application.checkups.identifiers import exchange
from application.commands import ATTEMPTS, Context, Result, Services, every, in_stream, load
from application.ports.ledger import VersionConflict
from domain.checkups import patient as patients
from domain.checkups.events import PatientErased, erasure_stream, patient_stream
from domain.kernel import subject_of


async def confirm_erasure(services: Services, patient_id: str, context: Context, *, by: str) -> Result:
    """Erase the patient; harmless when they are erased already. ``by``: the person, whatever credential they use.

    The result's version is that of the patient's stream, which ends here.

    Raises:
        NotFound: there is, and was, no such patient.
        Refused: a hold is in force, nobody has asked for it, or ``by`` is who asked.
        LedgerUnavailable: repeat it; whatever was done is found.
    """
    for _ in range(ATTEMPTS):
        done = await _already(services, patient_id)
        if done is None:
            done = await _erase(services, patient_id, context, by)
        if done is not None:
            await asyncio.to_thread(services.keys.destroy, [patient_id])
            return done
    raise VersionConflict("Others keep changing this patient. Try again.")


async def _already(services: Services, patient_id: str) -> Result | None:
    found = await asyncio.to_thread(services.ledger.read_stream, erasure_stream(patient_id), limit=1)
    if not found:
        return None
    own = await asyncio.to_thread(services.ledger.read_stream, patient_stream(patient_id), limit=1, newest_first=True)
    return Result(patient_id, found[0].position, own[0].version if own else 0)


async def _erase(services: Services, patient_id: str, context: Context, by: str) -> Result | None:
    """None: another writer came first."""
    stream = patient_stream(patient_id)
    patient, history = await load(services, stream, patients.evolve)
    confirmed, erased = patients.confirm_erasure(patient, by, services.clock.now())
    version = history[-1].version
    releases = await asyncio.to_thread(
        exchange, services, patient_id, patient.personal.identifiers, (), erased.at, context
    )
    try:
        position = await services.writer.append(
            [
                *in_stream(stream, version, [confirmed], context),
                *releases,
                *in_stream(erasure_stream(patient_id), 0, [erased], context),
            ]
        )
    except VersionConflict:
        return None
    return Result(patient_id, position, version + 1)


async def finish_erasures(services: Services) -> list[str]:
    """Destroy the keys of all who were erased, where a crash has left one; returns all patients who were erased ever.

    Raises:
        LedgerUnavailable: some may be left.
    """
    erased = [subject_of(recorded.stream) async for recorded in every(services, [PatientErased.type])]
    await asyncio.to_thread(services.keys.destroy, erased)
    return erased
