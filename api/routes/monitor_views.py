"""How a monitor is shown, and what is said when there is none."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import Request

from api.context import Api
from api.problems import Problem
from projections.queries.monitors import MonitorView

PATH = "/api/v1/monitors"


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


async def settle(api: Api, monitor_id: str, projections: tuple[str, ...], min_position: int | None) -> None:
    """Return when the read models know the monitor and have reached ``min_position``.

    Raises:
        Problem: there is no such monitor, or the read models are not there in time.
    """
    registered_at = await api.registered_at(known_id(monitor_id))
    if registered_at is None:
        raise unknown(monitor_id)
    await api.wait_for(projections, max(registered_at, min_position or 0))
