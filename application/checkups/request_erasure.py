"""``RequestErasure``: somebody asks that a patient be forgotten; another has to confirm it."""

from __future__ import annotations

from application.checkups.patient_changes import change_patient
from application.commands import Context, Result, Services
from domain.checkups import patient as patients
from domain.checkups.events import ErasureGround


async def request_erasure(
    services: Services,
    patient_id: str,
    context: Context,
    *,
    by: str,
    ground: ErasureGround,
    expected_version: int | None = None,
) -> Result:
    """``by``: the person who asks, whatever credential they use. Raises as ``change_patient``."""
    return await change_patient(
        services,
        patient_id,
        context,
        lambda patient: patients.request_erasure(patient, by, ground, services.clock.now()),
        expected_version=expected_version,
    )
