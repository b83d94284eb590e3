"""Incidents: what went down, what people did about it, and when it was over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.answers import json_answer, page
from api.commands import Done, carry_out
from api.context import Api
from api.cursors import make_cursor, read_cursor
from api.inputs import Cursor, IncidentId, Limit, MinPosition, Note, OptionalNote, Text
from api.problems import Problem
from application.commands import Context, Result
from application.monitoring.acknowledge_incident import acknowledge_incident
from application.monitoring.note_incident import note_incident
from application.monitoring.resolve_incident import resolve_incident
from projections.queries.incidents import get_incident, list_incidents

PATH = "/api/v1/incidents"
READ_FROM = ("incidents",)
_TAGS: list[Any] = ["incidents"]


def add_incident_routes(app: FastAPI, api: Api) -> None:
    """Reads, and the three things a person can do."""
    commands = api.services.commands

    @app.get(PATH, tags=_TAGS, summary="Incidents, newest first")
    async def read_all(
        request: Request,
        state: Literal["open", "acknowledged", "resolved"] | None = None,
        monitor_id: Text = None,
        limit: Limit = 50,
        cursor: Cursor = None,
        min_position: MinPosition = None,
    ) -> Response:
        """`started_at` is back-dated to the first failure; `confirmed_at` is when it was certain."""
        scope = f"incidents {state} {monitor_id}"
        before = read_cursor(api.access, scope, cursor) if cursor is not None else None
        await api.wait_for(READ_FROM, min_position)
        async with api.connection() as db:
            found = await list_incidents(
                db,
                state=state,
                monitor_id=monitor_id,
                before=(datetime.fromisoformat(before[0]), before[1]) if before else None,
                limit=limit + 1,
            )
        more = len(found) > limit
        found = found[:limit]
        place = (found[-1].started_at.isoformat(), found[-1].id) if more else ()
        return page(request, found, make_cursor(api.access, scope, place) if more else None)

    @app.get(f"{PATH}/{{incident_id}}", tags=_TAGS, summary="One incident with its timeline")
    async def read(incident_id: IncidentId, min_position: MinPosition = None) -> Response:
        """The timeline is the incident's own stream of events."""
        _known_id(incident_id)
        await api.wait_for(READ_FROM, min_position)
        async with api.connection() as db:
            found = await get_incident(db, incident_id)
        if found is None:
            raise _unknown(incident_id)
        return json_answer(found, headers={"ETag": f'"{found.version}"'})

    @app.post(f"{PATH}/{{incident_id}}/acknowledge", tags=_TAGS, summary="Say that someone has seen it")
    async def acknowledge(incident_id: IncidentId, request: Request, given: OptionalNote | None = None) -> Response:
        """A resolved incident cannot be acknowledged any more."""
        note = given.note if given else None
        return await _act(
            incident_id, request, lambda context: acknowledge_incident(commands, incident_id, context, note=note)
        )

    @app.post(f"{PATH}/{{incident_id}}/note", tags=_TAGS, summary="Write something down about it")
    async def note(incident_id: IncidentId, request: Request, given: Note) -> Response:
        """Possible at any time, also afterwards."""
        return await _act(
            incident_id, request, lambda context: note_incident(commands, incident_id, context, note=given.note)
        )

    @app.post(f"{PATH}/{{incident_id}}/resolve", tags=_TAGS, summary="Say that it is over")
    async def resolve(incident_id: IncidentId, request: Request, given: OptionalNote | None = None) -> Response:
        """It is resolved by itself when its monitor recovers."""
        note = given.note if given else None
        return await _act(
            incident_id, request, lambda context: resolve_incident(commands, incident_id, context, note=note)
        )

    async def _act(incident_id: str, request: Request, command: Callable[[Context], Awaitable[Result]]) -> Response:
        _known_id(incident_id)

        async def work(context: Context) -> Done:
            return Done(await command(context))

        return await carry_out(api, request, work, missing=_unknown(incident_id))


def _known_id(incident_id: str) -> None:
    try:
        canonical = str(UUID(incident_id))
    except ValueError:
        canonical = ""
    if canonical != incident_id:
        raise _unknown(incident_id)


def _unknown(incident_id: str) -> Problem:
    return Problem("unknown-incident", id=incident_id[:60])
