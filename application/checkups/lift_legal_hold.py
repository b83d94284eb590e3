"""``LiftLegalHold``: nothing keeps the record from being erased any more."""

from __future__ import annotations

from application.checkups.patient_changes import change_patient
from application.commands import Context, Result, Services
from domain.checkups import patient as patients


async def lift_legal_hold(
    services: Services, patient_id: str, context: Context, *, reason: str, expected_version: int | None
) -> Result:
    """Raises as ``change_patient``."""
    return await change_patient(
        services,
        patient_id,
        context,
        lambda patient: patients.lift_hold(patient, reason, services.clock.now()),
        expected_version=expected_version,
    )
