"""Patients: registered, found, read, revised."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from starlette.responses import Response

from api.answers import page
from api.commands import Done, carry_out, expected_version
from api.context import Api
from api.cursors import make_cursor, read_cursor
from api.gate import context_of
from api.inputs import Cursor, MinPosition, Text, bad_parameter
from api.inputs_checkups import NewPatient, PatientChanges, PatientId
from api.reads import PurposeParameter, purpose_of, record_read
from api.routes.patient_views import (
    PATIENTS,
    AsOfParameter,
    answer,
    edit,
    encoded,
    headers_of,
    history_view,
    known_patient,
    patient_view,
    plain,
    read_as_of,
    unknown_patient,
)
from application.checkups.histories import HistoryEntry, patient_history
from application.checkups.identifiers import changed_at
from application.checkups.reading import Erased, read_patient
from application.checkups.register_patient import register_patient
from application.checkups.revise_patient import revise_patient
from application.checkups.traces import traces_of
from application.commands import Context, NotFound
from domain.checkups.personal import Identifier
from domain.checkups.searching import identifier_key, name_key, phone_key
from projections.queries.patients import PatientView, list_patients

READ_FROM = ("patients",)
_TAGS: list[Any] = ["patients"]
_PATIENT = f"{PATIENTS}/{{patient_id}}"


def add_patient_routes(app: FastAPI, api: Api) -> None:
    """Erasure and legal holds are in ``erasure``."""
    commands = api.services.commands

    @app.post(PATIENTS, tags=_TAGS, summary="Register a patient", status_code=201)
    async def register(new: NewPatient, request: Request) -> Response:
        """The id is a pseudonym; everything else is kept encrypted under a key of the patient's own."""

        async def work(context: Context) -> Done:
            result = await register_patient(commands, new.personal(), context)
            return Done(result, 201, f"{PATIENTS}/{result.id}")

        return await carry_out(api, request, work)

    @app.get(PATIENTS, tags=_TAGS, summary="Patients, found by name, phone or identifier")
    async def read_all(
        request: Request,
        name: Annotated[Text, Query(description="A whole name, the family name, or one word of a name.")] = None,
        phone: Annotated[Text, Query(description="In any notation; of the patient or the guardian.")] = None,
        identifier: Annotated[Text, Query(description="As system|value.", examples=["chart|A-17"])] = None,
        limit: Annotated[int, Query(ge=1, le=200, description="Items per page.")] = 50,
        cursor: Cursor = None,
        min_position: MinPosition = None,
        purpose: PurposeParameter = None,  # noqa: ARG001  read by record_read
    ) -> Response:
        """Needs a `purpose`. The one registered last comes first. Only whole names and numbers are found: what is
        searched are keyed hashes, not texts.
        """
        purpose_of(request, required=True)
        principal = context_of(request.scope).principal
        assert principal is not None, "the guard has let nobody else in"
        own = (principal.patient_id or "nobody") if principal.own_only("patients.read") else None
        scope = f"patients {name} {phone} {identifier} {own}"
        before = read_cursor(api.access, scope, cursor)[0] if cursor is not None else None
        blind = commands.blind.fingerprint
        claimed = None if identifier is None else blind("identifier", _identifier(identifier))
        # An identifier is unique, so whoever has been given one is found by it at once.
        known = 0 if claimed is None else await asyncio.to_thread(changed_at, commands, claimed)
        await api.wait_for(READ_FROM, max(min_position or 0, known))
        async with api.connection() as db:
            found = await list_patients(
                db,
                name=None if name is None else blind("name", _sought("name", name_key(name))),
                phone=None if phone is None else blind("phone", _sought("phone", phone_key(phone))),
                identifier=claimed,
                only=own,
                before=before,
                limit=limit + 1,
            )
        more = len(found) > limit
        found = found[:limit]
        keys = await asyncio.to_thread(commands.keys.of, [one.patient_id for one in found])
        # Whoever was erased a moment ago has no key any more.
        views = [one.open(keys[one.patient_id]) for one in found if one.patient_id in keys]
        await record_read(api, request, [view.id for view in views], bulk=True)
        following = make_cursor(api.access, scope, (found[-1].position,)) if more else None
        return page(request, [_listed(view) for view in views], following)

    @app.get(_PATIENT, tags=_TAGS, summary="One patient")
    async def read(patient_id: PatientId, request: Request, as_of: AsOfParameter = None) -> Response:
        """Straight from the ledger: always current, or as known then. 410 when the patient was erased."""
        known_patient(patient_id)
        then = await read_as_of(api, as_of)
        patient, events = await _found(patient_id, read_patient(commands, patient_id, then))
        await record_read(api, request, [patient_id])
        return answer(patient_view(patient, events, then), headers=headers_of(events))

    @app.patch(_PATIENT, tags=_TAGS, summary="Correct or complete personal data")
    async def revise(patient_id: PatientId, changes: PatientChanges, request: Request) -> Response:
        """Needs `If-Match` and a reason. What it was stays readable in the history."""
        known_patient(patient_id)
        version = expected_version(request)

        async def work(context: Context) -> Done:
            return Done(
                await revise_patient(
                    commands,
                    patient_id,
                    changes.changes(),
                    context,
                    reason=changes.reason,
                    expected_version=version,
                )
            )

        return await edit(
            api,
            request,
            work,
            missing=unknown_patient(patient_id),
            patient_id=patient_id,
            permission="patients.read",
            history=lambda: _history(patient_id),
        )

    @app.get(f"{_PATIENT}/history", tags=_TAGS, summary="Who changed what of a patient, when and why")
    async def history(patient_id: PatientId, request: Request) -> Response:
        """Oldest first, each change with the value before and after. Of an erased patient what remains is told: that
        something was recorded, when and by whom.
        """
        known_patient(patient_id)
        try:
            _, events = await _found(patient_id, read_patient(commands, patient_id))
        except Erased as error:
            traces = await asyncio.to_thread(traces_of, commands, patient_id)
            await record_read(api, request, [patient_id])
            return answer({"id": patient_id, "erased": plain(error.event), "items": traces})
        await record_read(api, request, [patient_id])
        entries = await asyncio.to_thread(patient_history, events)
        view = history_view(patient_id, entries, f"{PATIENTS}/{patient_id}")
        return answer(view, headers=headers_of(events))

    async def _history(patient_id: str) -> list[HistoryEntry]:
        _, events = await read_patient(commands, patient_id)
        return await asyncio.to_thread(patient_history, events)


async def _found(patient_id: str, reading: Any) -> Any:
    """What the use case finds. Raises ``Problem``: there is no such patient."""
    try:
        return await reading
    except NotFound as error:
        if type(error) is not NotFound:
            raise
        raise unknown_patient(patient_id) from None


def _sought(name: str, key: str) -> str:
    if not key.strip("+"):
        raise bad_parameter(name, "Give at least one letter or digit to look for.")
    return key


def _identifier(text: str) -> str:
    system, mark, value = text.rpartition("|")
    if not mark or not system.strip() or not value.strip():
        raise bad_parameter("identifier", "Write the identifier as system|value, such as chart|A-17.")
    return identifier_key(Identifier(system=system, value=value))


def _listed(view: PatientView) -> Any:
    return encoded(
        {"id": view.id, "version": view.version, "registered_at": view.registered_at, **plain(view.personal)}
    )
