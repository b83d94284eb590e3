"""``AddAddendum``: something to be read beside the results."""

from __future__ import annotations

from application.checkups.checkup_changes import change_checkup
from application.commands import Context, Result, Services
from domain.checkups import amending


async def add_addendum(
    services: Services,
    patient_id: str,
    checkup_id: str,
    text: str,
    context: Context,
    *,
    expected_version: int | None = None,
) -> Result:
    """Possible at any time, also after voiding. Raises as ``change_checkup``."""
    return await change_checkup(
        services,
        patient_id,
        checkup_id,
        context,
        lambda checkup, _: amending.add_addendum(checkup, text, at=services.clock.now()),
        expected_version=expected_version,
    )
