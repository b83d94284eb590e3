"""``AmendMeasurement``: a measurement was wrong, or was never taken."""

from __future__ import annotations

from application.checkups.checkup_changes import change_checkup
from application.commands import Context, Result, Services
from domain.checkups import amending
from domain.checkups.given import GivenMeasurement


async def amend_measurement(
    services: Services,
    patient_id: str,
    checkup_id: str,
    measurement_id: str,
    given: GivenMeasurement | None,
    context: Context,
    *,
    reason: str,
    confirm: bool = False,
    expected_version: int | None,
) -> Result:
    """``given``: what it is; None: it was never taken. What is derived and judged is made anew.

    Raises:
        UnknownMeasurement: the checkup never had one with that id.
        Faulty: the new value is impossible, or unusual and not confirmed. Otherwise as ``change_checkup``.
    """
    return await change_checkup(
        services,
        patient_id,
        checkup_id,
        context,
        lambda checkup, personal: (
            amending.withdraw(checkup, measurement_id, personal=personal, reason=reason, at=services.clock.now())
            if given is None
            else amending.amend(
                checkup,
                measurement_id,
                given,
                personal=personal,
                reason=reason,
                at=services.clock.now(),
                confirm=confirm,
            )
        ),
        expected_version=expected_version,
    )
