"""Correcting a checkup: its details, a measurement, one that was missing. What was wrong stays readable."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.commands import expected_version
from api.context import Api
from api.inputs_checkups import Addition, Amendment, CheckupChanges, CheckupId, MeasurementId
from api.routes.checkups import act
from api.routes.patient_views import CHECKUPS, IF_MATCH
from application.checkups.add_measurement import add_measurement
from application.checkups.amend_checkup_details import amend_checkup_details
from application.checkups.amend_measurement import amend_measurement

_TAGS: list[Any] = ["checkups"]
_CHECKUP = f"{CHECKUPS}/{{checkup_id}}"


def add_checkup_amendment_routes(app: FastAPI, api: Api) -> None:
    """Each needs ``If-Match`` and a reason."""
    commands = api.services.commands

    @app.patch(_CHECKUP, tags=_TAGS, summary="Correct date, kind, place or clinician")
    async def revise(checkup_id: CheckupId, changes: CheckupChanges, request: Request) -> Response:
        """Needs `If-Match` and a reason. Classes that depend on age are judged anew."""
        version = expected_version(request)
        return await act(
            api,
            checkup_id,
            request,
            lambda patient_id, context: amend_checkup_details(
                commands,
                patient_id,
                checkup_id,
                changes.changes(),
                context,
                reason=changes.reason,
                expected_version=version,
            ),
        )

    @app.post(
        f"{_CHECKUP}/measurements/{{measurement_id}}/amend",
        tags=_TAGS,
        summary="Correct or withdraw a measurement",
        openapi_extra=IF_MATCH,
    )
    async def amend(
        checkup_id: CheckupId, measurement_id: MeasurementId, given: Amendment, request: Request
    ) -> Response:
        """Needs `If-Match` and a reason. The old value stays readable; what follows from the new one is derived and
        judged anew, with the patient's personal data as known now.
        """
        version = expected_version(request)
        return await act(
            api,
            checkup_id,
            request,
            lambda patient_id, context: amend_measurement(
                commands,
                patient_id,
                checkup_id,
                measurement_id,
                given.measurement.given() if given.measurement else None,
                context,
                reason=given.reason,
                confirm=given.confirm,
                expected_version=version,
            ),
        )

    @app.post(
        f"{_CHECKUP}/measurements", tags=_TAGS, summary="Add a measurement that was missing", openapi_extra=IF_MATCH
    )
    async def add(checkup_id: CheckupId, given: Addition, request: Request) -> Response:
        """Needs `If-Match` and a reason."""
        version = expected_version(request)
        return await act(
            api,
            checkup_id,
            request,
            lambda patient_id, context: add_measurement(
                commands,
                patient_id,
                checkup_id,
                given.measurement.given(),
                context,
                reason=given.reason,
                confirm=given.confirm,
                expected_version=version,
            ),
        )
