"""Monitors: register, list, read, revise, retire; pause, resume, probe now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import FastAPI, Query, Request
from starlette.responses import Response

from api.answers import page, ready
from api.commands import Done, carry_out, expected_version
from api.context import Api
from api.cursors import make_cursor, read_cursor
from api.hot_reads import Answer
from api.inputs import Cursor, Limit, MinPosition, MonitorChanges, MonitorId, NewMonitor, Text
from api.problems import Problem
from application.commands import Context, NotFound, Result, Services
from application.monitoring.pause_monitor import pause_monitor
from application.monitoring.register_monitor import register_monitor
from application.monitoring.request_probe import request_probe
from application.monitoring.resume_monitor import resume_monitor
from application.monitoring.retire_monitor import retire_monitor
from application.monitoring.revise_monitor import revise_monitor
from projections.queries.monitors import MonitorView, get_monitor, list_monitors

PATH = "/api/v1/monitors"
READ_FROM = ("monitor_status",)
_TAGS: list[Any] = ["monitors"]
_Action = Callable[[Services, str, Context], Awaitable[Result]]


def add_monitor_routes(app: FastAPI, api: Api) -> None:
    """The resource itself; its history is in ``monitor_history``."""
    commands = api.services.commands

    @app.get(f"{PATH}/{{monitor_id}}", tags=_TAGS, summary="One monitor")
    async def read(monitor_id: MonitorId, request: Request, min_position: MinPosition = None) -> Response:
        """Its settings, its status now, since when, and its last outcome. A retired monitor is still shown."""
        answer = None if min_position else api.hot.get(monitor_id, "monitor")
        if answer is None:
            answer = await read_monitor(api, monitor_id, min_position, request)
        return ready(answer.body, answer.etag)

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

    @app.post(PATH, tags=_TAGS, summary="Register a monitor", status_code=201)
    async def register(new: NewMonitor, request: Request) -> Response:
        """It is watched at once. Credentials in its target or headers are kept in the vault and never shown again."""

        async def work(context: Context) -> Done:
            result = await register_monitor(commands, new.settings(), context)
            more: dict[str, Any] = {"name": new.name, "kind": new.kind}
            if new.kind == "push":
                more |= ping_addresses(api, result.id, request)
            return Done(result, 201, f"{PATH}/{result.id}", more)

        return await carry_out(api, request, work)

    @app.patch(f"{PATH}/{{monitor_id}}", tags=_TAGS, summary="Revise a monitor")
    async def revise(monitor_id: MonitorId, changes: MonitorChanges, request: Request) -> Response:
        """Needs `If-Match`. A credential shown as `***` stays what it is when it is sent back as `***`."""
        known_id(monitor_id)
        version = expected_version(request)

        async def work(context: Context) -> Done:
            return Done(
                await revise_monitor(commands, monitor_id, changes.changes(), context, expected_version=version)
            )

        return await _on_monitor(monitor_id, carry_out(api, request, work))

    @app.delete(f"{PATH}/{{monitor_id}}", tags=_TAGS, summary="Retire a monitor")
    async def retire(monitor_id: MonitorId, request: Request) -> Response:
        """Needs `If-Match`. It is watched no longer; its history stays readable."""
        known_id(monitor_id)
        version = expected_version(request)

        async def work(context: Context) -> Done:
            return Done(await retire_monitor(commands, monitor_id, context, expected_version=version))

        return await _on_monitor(monitor_id, carry_out(api, request, work))

    def add_action(name: str, command: _Action, summary: str, status: int = 200) -> None:
        async def act(monitor_id: MonitorId, request: Request) -> Response:
            known_id(monitor_id)

            async def work(context: Context) -> Done:
                return Done(await command(commands, monitor_id, context), status)

            return await _on_monitor(monitor_id, carry_out(api, request, work))

        app.post(
            f"{PATH}/{{monitor_id}}/{name}", tags=_TAGS, summary=summary, name=f"{name}_monitor", status_code=status
        )(act)

    add_action("pause", pause_monitor, "Look no longer, for now")
    add_action("resume", resume_monitor, "Look again")
    add_action("probe", request_probe, "Probe now, beside the grid", 202)


async def read_monitor(api: Api, monitor_id: str, min_position: int | None, request: Request) -> Answer:
    """The monitor's answer from the read model, kept for the next reader. Raises ``Problem``: there is none."""
    known_id(monitor_id)
    await api.wait_for(READ_FROM, min_position)
    epoch = api.hot.epoch
    now = api.now()
    view = await _view(api, monitor_id, now)
    if view is None:
        await api.wait_until_known(monitor_id, READ_FROM)
        view = await _view(api, monitor_id, now)
    if view is None:
        raise unknown(monitor_id)
    # The status lapses to unknown by the clock alone.
    until = view.vouched_until
    lapses_in = (until - now).total_seconds() if until is not None and until > now else 3600.0
    body = msgspec.json.encode(shown(api, view, request))
    return api.hot.keep(monitor_id, "monitor", body, etag=f'"{view.version}"', epoch=epoch, until_s=lapses_in)


async def _view(api: Api, monitor_id: str, now: datetime) -> MonitorView | None:
    async with api.connection() as db:
        return await get_monitor(db, monitor_id, now=now)


def shown(api: Api, view: MonitorView, request: Request) -> dict[str, Any]:
    """A monitor as answers show it: where its credentials are kept is nobody's business."""
    fields: dict[str, Any] = {"id": view.id}
    fields |= {name: getattr(view, name) for name in view.__struct_fields__ if name != "secret_ref"}
    fields["has_credentials"] = view.secret_ref is not None
    return fields | ping_addresses(api, view.id, request) if view.kind == "push" else fields


def ping_addresses(api: Api, monitor_id: str, request: Request) -> dict[str, str]:
    """Where a push monitor's job reports to; the key in it is the only credential a ping needs."""
    return {"ping_url": f"{api.base_url(request)}/ping/{api.services.commands.vault.ping_key(monitor_id)}"}


def known_id(monitor_id: str) -> str:
    """The id, if it can be one. Raises ``Problem``."""
    try:
        canonical = str(UUID(monitor_id))
    except ValueError:
        canonical = ""
    if canonical != monitor_id:
        raise unknown(monitor_id)
    return monitor_id


def unknown(monitor_id: str) -> Problem:
    """The 404 for a monitor."""
    return Problem("unknown-monitor", id=monitor_id[:60])


async def _on_monitor(monitor_id: str, answer: Awaitable[Response]) -> Response:
    try:
        return await answer
    except NotFound:
        raise unknown(monitor_id) from None
