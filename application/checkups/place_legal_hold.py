"""``PlaceLegalHold``: the patient may not be erased until a day has ended."""

from __future__ import annotations

from datetime import date

from application.checkups.patient_changes import change_patient
from application.commands import Context, Result, Services
from domain.checkups import patient as patients


async def place_legal_hold(
    services: Services,
    patient_id: str,
    context: Context,
    *,
    until: date,
    reason: str,
    expected_version: int | None = None,
) -> Result:
    """``until``: the last day of the hold, in UTC. It replaces the hold before. Raises as ``change_patient``."""
    return await change_patient(
        services,
        patient_id,
        context,
        lambda patient: patients.place_hold(patient, until, reason, services.clock.now()),
        expected_version=expected_version,
    )
