"""Where a patient's results are heading."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Path, Query, Request
from starlette.responses import Response

from api.context import Api
from api.gate import context_of
from api.inputs import EMPTY, MinPosition, bad_parameter
from api.inputs_checkups import Day, PatientId
from api.reads import PurposeParameter, purpose_of, record_read
from api.routes.cohorts import add_cohort_routes
from api.routes.patient_views import PATIENTS, answer, known_patient, unknown_patient
from api.trend_views import Outlook, judged_under, parts_of
from application.checkups.reading import read_patient
from application.commands import NotFound
from domain.checkups.analytes import code_of
from projections.queries.trends import grades, readings

READ_FROM = ("measurements",)
_TAGS: list[Any] = ["trends"]
_From = Annotated[Day | None, Query(alias="from", description="First day of the examinations that count.")]
_To = Annotated[Day | None, Query(alias="to", description="Last day.")]
_Code = Annotated[str, Path(description="LOINC code, or a short name such as fasting-glucose or blood-pressure.")]


def add_trend_routes(app: FastAPI, api: Api) -> None:
    """Of one patient, and of many."""
    add_cohort_routes(app, api)

    @app.get(f"{PATIENTS}/{{patient_id}}/trends", tags=_TAGS, summary="Where every result of a patient is heading")
    async def read_all(
        patient_id: PatientId,
        request: Request,
        start: _From = None,
        end: _To = None,
        min_position: MinPosition = None,
        purpose: PurposeParameter = None,  # noqa: ARG001  read by record_read
    ) -> Response:
        """One entry per analyte: the newest value with its reference band and classes, the change since the one before,
        the Theil–Sen slope, and the days since.
        """
        outlook = await _outlook(request, patient_id, None, start, end, min_position)
        items = await asyncio.to_thread(lambda: [outlook.summary(code) for code in outlook.codes])
        return answer({"patient_id": patient_id, "items": items, **_links(patient_id)})

    @app.get(f"{PATIENTS}/{{patient_id}}/trends/{{code}}", tags=_TAGS, summary="One result of a patient over time")
    async def read(
        patient_id: PatientId,
        code: _Code,
        request: Request,
        start: _From = None,
        end: _To = None,
        min_position: MinPosition = None,
        purpose: PurposeParameter = None,  # noqa: ARG001  read by record_read
    ) -> Response:
        """`series` has one member, of blood pressure two; none when it was never measured. Medians look backwards only,
        so that a later value never changes an earlier point.
        """
        wanted = code_of(code)
        parts = parts_of(wanted)
        outlook = await _outlook(request, patient_id, parts, start, end, min_position)
        series = await asyncio.to_thread(lambda: [outlook.series(part) for part in parts if part in outlook.codes])
        return answer({"patient_id": patient_id, "code": wanted, "series": series, **_links(patient_id)})

    async def _outlook(
        request: Request,
        patient_id: str,
        codes: tuple[str, ...] | None,
        start: date | None,
        end: date | None,
        min_position: int | None,
    ) -> Outlook:
        known_patient(patient_id)
        purpose_of(request)
        if start is not None and end is not None and start > end:
            raise bad_parameter("from", EMPTY)
        try:
            patient, _ = await read_patient(api.services.commands, patient_id)
        except NotFound:
            raise unknown_patient(patient_id) from None
        await api.wait_for(READ_FROM, min_position)
        async with api.connection() as db:
            points = await readings(db, patient_id, codes, start=start, end=end)
            judged_codes = None if codes is None else judged_under(codes)
            judged = await grades(db, patient_id, judged_codes, start=start, end=end)
        await record_read(api, request, [patient_id])
        return Outlook(
            points,
            judged,
            personal=patient.personal,
            today=api.now().astimezone(ZoneInfo(api.services.time_zone)).date(),
            language=context_of(request.scope).language,
        )


def _links(patient_id: str) -> dict[str, Any]:
    path = f"{PATIENTS}/{patient_id}"
    return {"links": {"patient": path, "checkups": f"{path}/checkups", "trends": f"{path}/trends"}}
