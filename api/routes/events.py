"""The ledger as it is: pages of events, and the same live, as server-sent events or over a WebSocket."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, WebSocket
from starlette.requests import HTTPConnection
from starlette.responses import Response

from api import live_socket
from api.answers import page
from api.context import Api
from api.event_views import shown
from api.gate import context_of
from api.inputs import MAX_POSITION, Limit, Text
from api.live import MAX_STREAMS, Walk
from api.live_stream import EventStream
from api.policy import ALL_CONTEXTS
from api.problems import FieldError, Problem
from application.ports.event_log import EventFilter

PATH = "/api/v1/events"
_TAGS: list[Any] = ["events"]
_After = Annotated[int | None, Query(ge=0, le=MAX_POSITION, description="Only events above this position.")]
_Type = Annotated[Text, Query(description="Stable name, such as monitoring.monitor-went-down.")]
_Stream = Annotated[Text, Query(description="Such as monitor:{id}.")]


def add_event_routes(app: FastAPI, api: Api) -> None:
    """Reads only: events come from commands and probers."""

    @app.get(PATH, tags=_TAGS, summary="Events in the order of their positions")
    async def read(
        request: Request,
        after: _After = None,
        limit: Limit = 100,
        type: _Type = None,
        stream: _Stream = None,
        actor: Text = None,
    ) -> Response:
        """`next` is the position to go on after; null when there is nothing more at present. Of an event about a person
        `data` tells whom and what it is about, nothing else.
        """
        log = api.services.events
        found = await log.read(after or 0, limit + 1, _wanted(request, type, stream, actor))
        more = len(found) > limit
        found = [shown(event) for event in found[:limit]]
        return page(request, found, str(found[-1].position) if more else None, name="after")

    @app.get(
        f"{PATH}/live",
        tags=_TAGS,
        summary="Events as they happen (server-sent events)",
        response_class=Response,
        responses={200: {"content": {"text/event-stream": {}}}},
    )
    async def stream_out(
        request: Request,
        after: _After = None,
        type: _Type = None,
        stream: _Stream = None,
        actor: Text = None,
    ) -> Response:
        """The event id is the position: `Last-Event-ID` (or `after`) resumes without loss. Without either, from now. It
        ends with the session of its reader.
        """
        return EventStream(api.live, await _walk(request, after, _wanted(request, type, stream, actor)))

    @app.websocket(f"{PATH}/ws")
    async def follow(
        socket: WebSocket,
        after: _After = None,
        type: _Type = None,
        stream: _Stream = None,
        actor: Text = None,
    ) -> None:
        await live_socket.follow(socket, api.live, await _walk(socket, after, _wanted(socket, type, stream, actor)))

    async def _walk(asked: HTTPConnection, after: int | None, wanted: EventFilter) -> Walk:
        if api.live.readers >= MAX_STREAMS:
            raise Problem("too-many-streams", limit=MAX_STREAMS)
        context = context_of(asked.scope)
        seen = context.header(b"last-event-id").strip()
        if seen:
            if not (seen.isascii() and seen.isdigit()) or len(seen) > 19 or int(seen) > MAX_POSITION:
                detail = "Last-Event-ID must be the position of an event, a whole number."
                raise Problem("invalid", detail=detail, errors=[FieldError("Last-Event-ID", detail)])
            after = int(seen)
        position = await api.live.head() if after is None else after
        principal = context.principal
        assert principal is not None, "the guard has let nobody else in"

        async def allowed() -> bool:
            return await api.authenticator.still_holds(principal)

        return Walk(api.live, position, wanted, allowed)


def _wanted(asked: HTTPConnection, type: str | None, stream: str | None, actor: str | None) -> EventFilter:
    """What is asked for, as far as the caller may see it."""
    principal = context_of(asked.scope).principal
    assert principal is not None, "the guard has let nobody else in"
    contexts = None if principal.event_contexts == ALL_CONTEXTS else principal.event_contexts
    subject = (principal.patient_id or "nobody") if principal.own_only("events.read") else None
    return EventFilter(type, stream, actor, contexts, subject)
