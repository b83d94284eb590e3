"""Forgetting a patient: asked for by one person, confirmed by another, refused while a legal hold is in force."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.commands import Done, carry_out, expected_version
from api.context import Api
from api.inputs_checkups import NewErasure, NewHold, PatientId, Reason
from api.routes.patient_views import PATIENTS, edit, known_patient, person_of, unknown_patient
from application.checkups.confirm_erasure import confirm_erasure
from application.checkups.histories import HistoryEntry, patient_history
from application.checkups.lift_legal_hold import lift_legal_hold
from application.checkups.place_legal_hold import place_legal_hold
from application.checkups.reading import read_patient
from application.checkups.request_erasure import request_erasure
from application.checkups.withdraw_erasure import withdraw_erasure
from application.commands import Context, Result
from application.identity.erase_user import erase_accounts_of

_TAGS: list[Any] = ["patients"]
_PATIENT = f"{PATIENTS}/{{patient_id}}"


def add_erasure_routes(app: FastAPI, api: Api) -> None:
    """Commands only; what there is of a hold or a request stands in the patient."""
    commands = api.services.commands

    @app.post(f"{_PATIENT}/legal-hold", tags=_TAGS, summary="Forbid the erasure until the end of a day")
    async def hold(patient_id: PatientId, given: NewHold, request: Request) -> Response:
        """The hold ends with its last day in UTC. A new one replaces the one before."""
        version = expected_version(request, required=False)
        return await _act(
            patient_id,
            request,
            lambda context: place_legal_hold(
                commands, patient_id, context, until=given.until, reason=given.reason, expected_version=version
            ),
        )

    @app.delete(f"{_PATIENT}/legal-hold", tags=_TAGS, summary="Lift the legal hold")
    async def lift(patient_id: PatientId, given: Reason, request: Request) -> Response:
        """Needs `If-Match` and a reason."""
        version = expected_version(request)
        return await _act(
            patient_id,
            request,
            lambda context: lift_legal_hold(
                commands, patient_id, context, reason=given.reason, expected_version=version
            ),
        )

    @app.post(f"{_PATIENT}/erasure", tags=_TAGS, summary="Ask that a patient be forgotten", status_code=202)
    async def ask(patient_id: PatientId, given: NewErasure, request: Request) -> Response:
        """Nothing is erased yet: another person has to confirm it."""
        version = expected_version(request, required=False)
        return await _act(
            patient_id,
            request,
            lambda context: request_erasure(
                commands,
                patient_id,
                context,
                by=person_of(request),
                ground=given.ground,
                expected_version=version,
            ),
            status=202,
        )

    @app.post(f"{_PATIENT}/erasure/confirm", tags=_TAGS, summary="Forget a patient for ever")
    async def confirm(patient_id: PatientId, request: Request) -> Response:
        """By another person than the one who asked; two API keys of one user are one person. It destroys the patient's
        key: what was recorded can never be read again, here or in any copy. The user as whom the patient logged in, and
        who is nothing else, is erased too. Repeating it is harmless.
        """
        known_patient(patient_id)

        async def work(context: Context) -> Done:
            done = await confirm_erasure(commands, patient_id, context, by=person_of(request))
            await erase_accounts_of(api.services.identity, [patient_id], context)
            api.authenticator.forget()
            return Done(done)

        return await carry_out(api, request, work, missing=unknown_patient(patient_id))

    @app.delete(f"{_PATIENT}/erasure", tags=_TAGS, summary="Withdraw the request")
    async def withdraw(patient_id: PatientId, request: Request) -> Response:
        """Needs `If-Match`."""
        version = expected_version(request)
        return await _act(
            patient_id,
            request,
            lambda context: withdraw_erasure(commands, patient_id, context, expected_version=version),
        )

    async def _act(
        patient_id: str, request: Request, command: Callable[[Context], Awaitable[Result]], status: int = 200
    ) -> Response:
        known_patient(patient_id)

        async def work(context: Context) -> Done:
            return Done(await command(context), status)

        async def history() -> list[HistoryEntry]:
            _, events = await read_patient(commands, patient_id)
            return await asyncio.to_thread(patient_history, events)

        return await edit(
            api,
            request,
            work,
            missing=unknown_patient(patient_id),
            patient_id=patient_id,
            permission="patients.read",
            history=history,
        )
