"""``AmendCheckupDetails``: date, kind, place or clinician were wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from application.checkups.checkup_changes import change_checkup
from application.commands import Context, Result, Services
from domain.checkups import amending


async def amend_checkup_details(
    services: Services,
    patient_id: str,
    checkup_id: str,
    changes: Mapping[str, Any],
    context: Context,
    *,
    reason: str,
    expected_version: int | None,
) -> Result:
    """``changes``: some of ``domain.checkups.amending.AMENDABLE``; None clears place or clinician.

    Raises:
        Faulty: a detail is impossible. Otherwise as ``change_checkup``.
    """
    return await change_checkup(
        services,
        patient_id,
        checkup_id,
        context,
        lambda checkup, personal: amending.amend_details(
            checkup, changes, personal=personal, reason=reason, at=services.clock.now()
        ),
        expected_version=expected_version,
    )
