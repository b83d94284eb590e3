"""``RevisePatient``: personal data is corrected or completed; what it was stays readable."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from application.checkups.identifiers import exchange
from application.checkups.reading import checkups_of, refuse_erased
from application.commands import ATTEMPTS, Context, Result, Services, StaleVersion, in_stream, load
from application.ports.ledger import VersionConflict
from domain.checkups import patient as patients
from domain.checkups.events import PatientRevised, patient_stream
from domain.checkups.faults import Faults
from domain.checkups.patient import Patient
from domain.checkups.personal import Personal


async def revise_patient(
    services: Services,
    patient_id: str,
    changes: Mapping[str, Any],
    context: Context,
    *,
    reason: str,
    expected_version: int | None,
) -> Result:
    """Change the fields of ``Personal`` named in ``changes``; None clears one that may be absent.

    Raises:
        NotFound, StaleVersion, LedgerUnavailable: as ``application.commands.change``.
        Erased: the patient was erased.
        Faulty: personal data is implausible, a checkup would lie before the birth, or another patient has one of the
            identifiers.
    """
    stream = patient_stream(patient_id)
    for _ in range(ATTEMPTS):
        await refuse_erased(services, patient_id)
        patient, history = await load(services, stream, patients.evolve)
        repeated = [recorded for recorded in history if context.repeats(recorded)]
        if repeated:
            return Result(patient_id, repeated[-1].position, repeated[-1].version)
        version = history[-1].version
        if expected_version is not None and expected_version != version:
            raise StaleVersion(version)
        at = services.clock.now()
        wanted = msgspec.structs.replace(patient.personal, **changes)
        events = patients.revise(patient, wanted, reason, at)
        if not events:
            return Result(patient_id, history[-1].position, version)
        (event,) = events
        assert isinstance(event, PatientRevised)
        await _refuse_later_birth(services, patient, event.personal)
        before, after = patient.personal.identifiers, event.personal.identifiers
        claims = await asyncio.to_thread(exchange, services, patient_id, before, after, event.at, context)
        try:
            position = await services.writer.append([*in_stream(stream, version, events, context), *claims])
        except VersionConflict:
            continue
        return Result(patient_id, position, version + 1)
    raise VersionConflict("Others keep changing this patient. Try again.")


async def _refuse_later_birth(services: Services, patient: Patient, personal: Personal) -> None:
    """Raises ``Faulty``: a checkup that counts would lie before the new birth date."""
    born, was = personal.birth_date, patient.personal.birth_date
    if born is None or (was is not None and born <= was):
        return
    days = [one.date for one in await checkups_of(services, patient.id) if one.voided is None]
    if days and min(days) < born:
        faults = Faults()
        faults.add("/birth_date", f"The checkup of {min(days)} would lie before the birth. Correct or void it first.")
        faults.settle()
