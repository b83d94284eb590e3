"""The read models themselves: how far each is, what it parked, building it anew; and the audit trail."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Path, Request
from starlette.responses import Response

from api.answers import json_answer, page
from api.context import Api
from api.cursors import make_cursor, read_cursor
from api.gate import context_of
from api.inputs import Cursor, Limit, MinPosition, Text
from api.problems import Problem
from projections.queries.activity import list_activity
from projections.queries.status import UnknownProjection, list_dead_letters, list_projections, request_rebuild

PATH = "/api/v1/projections"
_TAGS: list[Any] = ["projections"]
_Name = Annotated[str, Path(max_length=100, pattern=r"^[^\x00]*$", description="Name of the read model.")]


def add_projection_routes(app: FastAPI, api: Api) -> None:
    """For operators and auditors."""

    @app.get(PATH, tags=_TAGS, summary="Read models and how far they are")
    async def read_all() -> Response:
        """`lag` is the number of events not yet folded in; `dead_letters` those that were parked."""
        async with api.connection() as db:
            return json_answer({"items": await list_projections(db)})

    @app.post(
        f"{PATH}/{{name}}/rebuild", tags=_TAGS, summary="Build a read model anew, while it serves", status_code=202
    )
    async def rebuild(name: _Name, request: Request) -> Response:
        """Asking again while it is being rebuilt answers with the rebuild under way."""
        try:
            async with api.connection() as db:
                view = await request_rebuild(db, name, by=context_of(request.scope).actor or "")
        except UnknownProjection:
            raise Problem("unknown-projection", id=name[:60]) from None
        return json_answer(view, status=202, headers={"Location": PATH})

    @app.get(f"{PATH}/{{name}}/dead-letters", tags=_TAGS, summary="Events a read model could not take")
    async def read_dead_letters(name: _Name, request: Request, limit: Limit = 100, cursor: Cursor = None) -> Response:
        """The poison event and the later ones of its stream, which wait for it."""
        scope = f"dead-letters {name}"
        after = read_cursor(api.access, scope, cursor)[0] if cursor is not None else 0
        async with api.connection() as db:
            if name not in {view.name for view in await list_projections(db)}:
                raise Problem("unknown-projection", id=name[:60])
            found = await list_dead_letters(db, name=name, after=after, limit=limit + 1)
        more = len(found) > limit
        found = found[:limit]
        return page(request, found, make_cursor(api.access, scope, (found[-1].position,)) if more else None)

    @app.get("/api/v1/activity", tags=_TAGS, summary="Who did what to what, newest first")
    async def read_activity(  # noqa: PLR0917
        request: Request,
        actor: Text = None,
        type: Text = None,
        subject: Text = None,
        monitor_id: Text = None,
        correlation_id: Text = None,
        limit: Limit = 50,
        cursor: Cursor = None,
        min_position: MinPosition = None,
    ) -> Response:
        """The audit trail: commands and decisions, not single observations."""
        scope = f"activity {actor} {type} {subject} {monitor_id} {correlation_id}"
        before = read_cursor(api.access, scope, cursor)[0] if cursor is not None else None
        await api.wait_for(("activity",), min_position)
        async with api.connection() as db:
            found = await list_activity(
                db,
                before=before,
                limit=limit + 1,
                actor=actor,
                type=type,
                subject=subject,
                monitor_id=monitor_id,
                correlation_id=correlation_id,
            )
        more = len(found) > limit
        found = found[:limit]
        return page(request, found, make_cursor(api.access, scope, (found[-1].position,)) if more else None)
