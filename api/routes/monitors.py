"""Monitors as they are now: one, or pages of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import FastAPI, Query, Request
from starlette.responses import Response

from api.answers import page
from api.context import Api
from api.cursors import make_cursor, read_cursor
from api.inputs import Cursor, Limit, MinPosition, MonitorId, Text
from api.routes.monitor_views import PATH, known_id, settle, shown, unknown
from projections.queries.monitors import MonitorView, get_monitor, list_monitors

READ_FROM = ("monitor_status",)
_TAGS: list[Any] = ["monitors"]


def add_monitor_routes(app: FastAPI, api: Api) -> None:
    """Reads; the commands are in ``monitor_commands``."""

    async def read(monitor_id: MonitorId, request: Request, min_position: MinPosition = None) -> Response:
        """Its settings, its status now, since when, and its last outcome. A retired monitor is still shown."""
        return await _read(api, monitor_id, min_position, request)

    app.router.add_api_route(
        f"{PATH}/{{monitor_id}}",
        read,
        tags=_TAGS,
        summary="One monitor",
        route_class_override=api.hot.route(app.router.route_class),
    )

    @app.get(PATH, tags=_TAGS, summary="Monitors by name")
    async def read_all(
        request: Request,
        limit: Limit = 100,
        cursor: Cursor = None,
        tag: Text = None,
        status: Literal["up", "degraded", "down", "unknown", "paused"] | None = None,
        q: Annotated[Text, Query(description="Part of a name or target, in any case.")] = None,
        include_retired: bool = False,
        min_position: MinPosition = None,
    ) -> Response:
        """Pages of monitors, ordered by name."""
        scope = f"monitors {tag} {status} {q} {include_retired}"
        after = read_cursor(api.access, scope, cursor) if cursor is not None else None
        await api.wait_for(READ_FROM, min_position)
        async with api.connection() as db:
            views = await list_monitors(
                db,
                now=api.now(),
                after=(after[0], after[1]) if after else None,
                limit=limit + 1,
                tag=tag,
                status=status,
                q=q,
                include_retired=include_retired,
            )
        more = len(views) > limit
        views = views[:limit]
        following = make_cursor(api.access, scope, (views[-1].name, views[-1].id)) if more else None
        return page(request, [shown(api, view, request) for view in views], following)


async def _read(api: Api, monitor_id: str, min_position: int | None, request: Request) -> Response:
    """The monitor's answer from the read model, kept for the next reader. Raises ``Problem``: there is none."""
    known_id(monitor_id)
    await api.wait_for(READ_FROM, min_position)
    epoch = api.hot.epoch
    now = api.now()
    view = await _view(api, monitor_id, now)
    if view is None:
        # Who has just registered it and asks for it is not told that it does not exist.
        await settle(api, monitor_id, READ_FROM, None)
        view = await _view(api, monitor_id, now)
    if view is None:
        raise unknown(monitor_id)
    # The status lapses to unknown by the clock alone.
    until = view.vouched_until
    lapses_in = (until - now).total_seconds() if until is not None and until > now else 3600.0
    body = msgspec.json.encode(shown(api, view, request))
    return api.hot.keep(request, monitor_id, body, etag=f'"{view.version}"', epoch=epoch, until_s=lapses_in)


async def _view(api: Api, monitor_id: str, now: datetime) -> MonitorView | None:
    async with api.connection() as db:
        return await get_monitor(db, monitor_id, now=now)
