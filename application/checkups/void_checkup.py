"""``VoidCheckup``: it was entered in error."""

from __future__ import annotations

from application.checkups.checkup_changes import change_checkup
from application.commands import Context, Result, Services
from domain.checkups import amending


async def void_checkup(
    services: Services,
    patient_id: str,
    checkup_id: str,
    context: Context,
    *,
    reason: str,
    expected_version: int | None,
) -> Result:
    """It counts nowhere from now on, and stays readable. Raises as ``change_checkup``."""
    return await change_checkup(
        services,
        patient_id,
        checkup_id,
        context,
        lambda checkup, _: amending.void(checkup, reason=reason, at=services.clock.now()),
        expected_version=expected_version,
    )
