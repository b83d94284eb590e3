"""What every command on a patient's own stream shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from application.checkups.reading import refuse_erased
from application.commands import Context, Result, Services, change
from domain.checkups import patient as patients
from domain.checkups.events import patient_stream
from domain.checkups.patient import Patient
from domain.kernel import Event


async def change_patient(
    services: Services,
    patient_id: str,
    context: Context,
    decide: Callable[[Patient], Sequence[Event]],
    *,
    expected_version: int | None = None,
) -> Result:
    """Load, decide, append.

    Raises:
        Erased: the patient was erased. Otherwise as ``application.commands.change``.
    """
    await refuse_erased(services, patient_id)
    return await change(
        services,
        context,
        id=patient_id,
        stream=patient_stream(patient_id),
        evolve=patients.evolve,
        decide=decide,
        expected_version=expected_version,
    )
