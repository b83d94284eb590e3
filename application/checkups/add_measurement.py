"""``AddMeasurement``: one was missing."""

from __future__ import annotations

from application.checkups.checkup_changes import change_checkup
from application.commands import Context, Result, Services
from domain.checkups import amending
from domain.checkups.given import GivenMeasurement


async def add_measurement(
    services: Services,
    patient_id: str,
    checkup_id: str,
    given: GivenMeasurement,
    context: Context,
    *,
    reason: str,
    confirm: bool = False,
    expected_version: int | None,
) -> Result:
    """Raises ``Faulty``: the value is impossible, or unusual and not confirmed. Otherwise as ``change_checkup``."""
    return await change_checkup(
        services,
        patient_id,
        checkup_id,
        context,
        lambda checkup, personal: amending.add(
            checkup, given, personal=personal, reason=reason, at=services.clock.now(), confirm=confirm
        ),
        expected_version=expected_version,
    )
