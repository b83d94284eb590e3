"""Commands on monitors: register, revise, retire; pause, resume, probe now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.commands import Done, carry_out, expected_version
from api.context import Api
from api.inputs import MonitorChanges, MonitorId, NewMonitor
from api.routes.monitor_views import PATH, known_id, ping_addresses, unknown
from application.commands import Context, Result, Services
from application.monitoring.pause_monitor import pause_monitor
from application.monitoring.register_monitor import register_monitor
from application.monitoring.request_probe import request_probe
from application.monitoring.resume_monitor import resume_monitor
from application.monitoring.retire_monitor import retire_monitor
from application.monitoring.revise_monitor import revise_monitor

_TAGS: list[Any] = ["monitors"]
_Action = Callable[[Services, str, Context], Awaitable[Result]]


def add_monitor_command_routes(app: FastAPI, api: Api) -> None:
    """Each answers with the position it reached."""
    commands = api.services.commands

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

        return await carry_out(api, request, work, missing=unknown(monitor_id))

    @app.delete(f"{PATH}/{{monitor_id}}", tags=_TAGS, summary="Retire a monitor")
    async def retire(monitor_id: MonitorId, request: Request) -> Response:
        """Needs `If-Match`. It is watched no longer; its history stays readable."""
        known_id(monitor_id)
        version = expected_version(request)

        async def work(context: Context) -> Done:
            return Done(await retire_monitor(commands, monitor_id, context, expected_version=version))

        return await carry_out(api, request, work, missing=unknown(monitor_id))

    for name, command, summary in (
        ("pause", pause_monitor, "Look no longer, until it is resumed"),
        ("resume", resume_monitor, "Look again"),
        ("probe", request_probe, "Probe now, beside the grid"),
    ):
        status = 202 if name == "probe" else 200
        app.post(
            f"{PATH}/{{monitor_id}}/{name}", tags=_TAGS, summary=summary, name=f"{name}_monitor", status_code=status
        )(_action(api, command, status))


def _action(api: Api, command: _Action, status: int) -> Callable[[str, Request], Awaitable[Response]]:
    async def act(monitor_id: MonitorId, request: Request) -> Response:
        async def work(context: Context) -> Done:
            return Done(await command(api.services.commands, known_id(monitor_id), context), status)

        return await carry_out(api, request, work, missing=unknown(monitor_id))

    return act
