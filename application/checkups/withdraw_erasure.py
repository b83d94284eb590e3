"""``WithdrawErasure``: the request that a patient be forgotten is off."""

from __future__ import annotations

from application.checkups.patient_changes import change_patient
from application.commands import Context, Result, Services
from domain.checkups import patient as patients


async def withdraw_erasure(
    services: Services, patient_id: str, context: Context, *, expected_version: int | None
) -> Result:
    """Raises as ``change_patient``."""
    return await change_patient(
        services,
        patient_id,
        context,
        lambda patient: patients.withdraw_erasure(patient, services.clock.now()),
        expected_version=expected_version,
    )
