"""Reading checkups: a patient's, one of them now or as known then, and who changed what, when and why."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from starlette.responses import Response

from api.answers import page
from api.context import Api
from api.cursors import make_cursor, read_cursor
from api.gate import context_of
from api.inputs import Cursor
from api.inputs_checkups import CheckupId, PatientId
from api.reads import PurposeParameter, record_read
from api.routes.checkup_views import checkup_view, listed
from api.routes.checkups import owner
from api.routes.patient_views import (
    CHECKUPS,
    PATIENTS,
    AsOfParameter,
    answer,
    encoded,
    headers_of,
    history_view,
    known_patient,
    read_as_of,
    unknown_patient,
)
from application.checkups.histories import checkup_history
from application.checkups.reading import AsOf, checkups_of, load_patient, read_checkup
from application.commands import NotFound
from domain.checkups.checkup import Checkup
from domain.times import micros

_TAGS: list[Any] = ["checkups"]
_CHECKUP = f"{CHECKUPS}/{{checkup_id}}"


def add_checkup_history_routes(app: FastAPI, api: Api) -> None:
    """Every one of them straight from the ledger, and recorded as a read of the patient's data."""
    commands = api.services.commands

    @app.get(f"{PATIENTS}/{{patient_id}}/checkups", tags=_TAGS, summary="A patient's checkups, newest first")
    async def read_all(
        patient_id: PatientId,
        request: Request,
        as_of: AsOfParameter = None,
        limit: Annotated[int, Query(ge=1, le=1000, description="Items per page.")] = 100,
        cursor: Cursor = None,
        purpose: PurposeParameter = None,  # noqa: ARG001  read by record_read
    ) -> Response:
        """Voided ones too, marked as such."""
        known_patient(patient_id)
        scope = f"checkups {patient_id} {as_of}"
        before = read_cursor(api.access, scope, cursor) if cursor is not None else None
        then = await read_as_of(api, as_of)
        try:
            await load_patient(commands, patient_id)
        except NotFound:
            raise unknown_patient(patient_id) from None
        found = await checkups_of(commands, patient_id, then)
        if before is not None:
            found = [one for one in found if _place(one) < tuple(before)]
        more = len(found) > limit
        found = found[:limit]
        await record_read(api, request, [patient_id])
        items = [encoded(listed(one)) for one in found]
        return page(request, items, make_cursor(api.access, scope, _place(found[-1])) if more else None)

    @app.get(_CHECKUP, tags=_TAGS, summary="One checkup, now or as known then")
    async def read(checkup_id: CheckupId, request: Request, as_of: AsOfParameter = None) -> Response:
        """With `as_of` exactly as the record was known then; 404 before it was recorded."""
        patient_id = await owner(api, checkup_id)
        then = await read_as_of(api, as_of)
        checkup, events = await read_checkup(commands, patient_id, checkup_id, then)
        await record_read(api, request, [patient_id])
        view = checkup_view(checkup, events, context_of(request.scope).language, then)
        return answer(view, headers=headers_of(events))

    @app.get(f"{_CHECKUP}/history", tags=_TAGS, summary="Who changed what of a checkup, when and why")
    async def history(checkup_id: CheckupId, request: Request) -> Response:
        """Oldest first, each change with the value before and after, and the checkup as it was first recorded. Who has
        looked at it is in the audit trail.
        """
        patient_id = await owner(api, checkup_id)
        checkup, events = await read_checkup(commands, patient_id, checkup_id)
        original, recorded = await read_checkup(commands, patient_id, checkup_id, AsOf(position=events[0].position))
        await record_read(api, request, [patient_id])
        language = context_of(request.scope).language
        entries = await asyncio.to_thread(checkup_history, events)
        view = history_view(checkup.id, entries, f"{CHECKUPS}/{checkup_id}")
        view |= {"patient_id": patient_id, "original": checkup_view(original, recorded, language)}
        return answer(view, headers=headers_of(events))


def _place(checkup: Checkup) -> tuple[str, int, str]:
    """Where a checkup stands in the list: as ``checkups_of`` orders it."""
    return checkup.date.isoformat(), micros(checkup.recorded_at), checkup.id
