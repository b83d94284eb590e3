"""Checkups: recorded, read now or as known then, corrected, added to, voided."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.commands import Done, carry_out, expected_version
from api.context import Api
from api.gate import context_of
from api.inputs_checkups import (
    CheckupId,
    CheckupToRecord,
    NewAddendum,
    PatientId,
    Reason,
)
from api.routes.checkup_views import follow_ups
from api.routes.patient_views import (
    CHECKUPS,
    IF_MATCH,
    PATIENTS,
    edit,
    encoded,
    known_checkup,
    known_patient,
    unknown_checkup,
    unknown_patient,
)
from application.checkups.add_addendum import add_addendum
from application.checkups.histories import HistoryEntry, checkup_history
from application.checkups.reading import AsOf, load_checkup, read_checkup
from application.checkups.record_checkup import record_checkup
from application.checkups.void_checkup import void_checkup
from application.commands import Context, Result
from domain.checkups.results import Results

_TAGS: list[Any] = ["checkups"]
_CHECKUP = f"{CHECKUPS}/{{checkup_id}}"


def add_checkup_routes(app: FastAPI, api: Api) -> None:
    """Corrections are in ``checkup_amendments``, reads in ``checkup_history``."""
    commands = api.services.commands

    @app.post(f"{PATIENTS}/{{patient_id}}/checkups", tags=_TAGS, summary="Record a checkup", status_code=201)
    async def record(patient_id: PatientId, new: CheckupToRecord, request: Request) -> Response:
        """Answers what was derived and judged. Every fault is named at once; values that are possible but rare are
        answered with the problem `unusual`, and taken with `confirm`.
        """
        known_patient(patient_id)

        async def work(context: Context) -> Done:
            result, event = await record_checkup(
                commands, patient_id, new.details(), new.given(), context, confirm=new.confirm
            )
            return Done(result, 201, f"{CHECKUPS}/{result.id}", _followed(event.results, request), patient_id)

        return await carry_out(api, request, work, missing=unknown_patient(patient_id))

    @app.post(f"{_CHECKUP}/addenda", tags=_TAGS, summary="Add something to be read beside the results")
    async def addendum(checkup_id: CheckupId, given: NewAddendum, request: Request) -> Response:
        """Possible at any time, also after voiding; nothing can be lost by it, so `If-Match` may be left out."""
        version = expected_version(request, required=False)
        return await act(
            api,
            checkup_id,
            request,
            lambda patient_id, context: add_addendum(
                commands, patient_id, checkup_id, given.text, context, expected_version=version
            ),
        )

    @app.post(f"{_CHECKUP}/void", tags=_TAGS, summary="Say that it was entered in error", openapi_extra=IF_MATCH)
    async def void(checkup_id: CheckupId, given: Reason, request: Request) -> Response:
        """Needs `If-Match` and a reason. It counts nowhere from now on, and stays readable."""
        version = expected_version(request)
        return await act(
            api,
            checkup_id,
            request,
            lambda patient_id, context: void_checkup(
                commands, patient_id, checkup_id, context, reason=given.reason, expected_version=version
            ),
        )


async def act(
    api: Api, checkup_id: str, request: Request, command: Callable[[str, Context], Awaitable[Result]]
) -> Response:
    """Carry out a command on a checkup, with the patient whose it is; answers what is derived and judged after it."""
    commands = api.services.commands
    patient_id = await owner(api, checkup_id)

    async def work(context: Context) -> Done:
        result = await command(patient_id, context)
        then = AsOf(position=result.position)
        checkup = await load_checkup(commands, patient_id, checkup_id, then)
        return Done(result, more=_followed(checkup.results, request), subject=patient_id)

    async def history() -> list[HistoryEntry]:
        _, events = await read_checkup(commands, patient_id, checkup_id)
        return await asyncio.to_thread(checkup_history, events)

    return await edit(
        api,
        request,
        work,
        missing=unknown_checkup(checkup_id),
        patient_id=patient_id,
        permission="checkups.read",
        history=history,
    )


async def owner(api: Api, checkup_id: str) -> str:
    """Whose a checkup is. Raises ``Problem``: there is no such checkup."""
    known_checkup(checkup_id)
    patient_id = await api.patient_of_checkup(checkup_id)
    if patient_id is None:
        raise unknown_checkup(checkup_id)
    return patient_id


def _followed(results: Results, request: Request) -> dict[str, Any]:
    """To whoever may only write nothing is told: what a value was derived from says what was on record already."""
    asked = context_of(request.scope)
    if asked.principal is None or not asked.principal.may("checkups.read"):
        return {}
    language = asked.language
    return {name: encoded(value) for name, value in follow_ups(results, language).items()}
