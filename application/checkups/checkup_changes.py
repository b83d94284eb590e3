"""What every command on a checkup shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from application.checkups.reading import load_patient
from application.commands import Context, Result, Services, change
from domain.checkups import checkup as checkups
from domain.checkups.checkup import Checkup
from domain.checkups.events import checkup_stream
from domain.checkups.personal import Personal
from domain.kernel import Event


async def change_checkup(
    services: Services,
    patient_id: str,
    checkup_id: str,
    context: Context,
    decide: Callable[[Checkup, Personal], Sequence[Event]],
    *,
    expected_version: int | None,
) -> Result:
    """Load, decide with the patient's personal data as known now, append.

    Raises:
        Erased: the patient was erased. Otherwise as ``application.commands.change``.
    """
    patient = await load_patient(services, patient_id)
    return await change(
        services,
        context,
        id=checkup_id,
        stream=checkup_stream(patient_id, checkup_id),
        evolve=checkups.evolve,
        decide=lambda checkup: decide(checkup, patient.personal),
        expected_version=expected_version,
    )
