"""A monitor's past in observations: latency percentiles, and the outcomes themselves."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from starlette.responses import Response

from api.answers import json_answer, page
from api.context import Api
from api.cursors import make_cursor, read_cursor
from api.inputs import EMPTY, Cursor, FromTime, Limit, MinPosition, MonitorId, ToTime, bad_parameter, read_time
from api.routes.monitor_views import PATH, known_id, settle, unknown
from application.ports.ledger import RecordedEvent
from domain.monitoring.events import ProbeRecorded
from projections.queries.latency import BadStep, latency

DAY = timedelta(days=1)
_TAGS: list[Any] = ["history"]
_Zone = Annotated[str, Query(max_length=60, pattern=r"^[^\x00]*$", description="IANA zone of days and hours.")]


def add_observation_routes(app: FastAPI, api: Api) -> None:
    """Reads only."""

    @app.get(f"{PATH}/{{monitor_id}}/latency", tags=_TAGS, summary="Latency percentiles over time")
    async def read_latency(
        monitor_id: MonitorId,
        since: FromTime = None,
        until: ToTime = None,
        step_s: Annotated[int, Query(ge=300, le=31_622_400, description="A multiple of 300.")] = 300,
        min_position: MinPosition = None,
    ) -> Response:
        """Points where there is data; percentiles from merged histograms, milliseconds."""
        await settle(api, monitor_id, ("monitor_status", "latency_trends"), min_position)
        end = read_time(until, "to", api.now())
        start = read_time(since, "from", end - DAY)
        if start >= end:
            raise bad_parameter("from", EMPTY)
        try:
            async with api.connection() as db:
                points = await latency(db, monitor_id, start=start, end=end, step_s=step_s)
        except BadStep as error:
            raise bad_parameter("step_s", str(error)) from None
        return json_answer({"from": start, "to": end, "step_s": step_s, "points": points})

    @app.get(f"{PATH}/{{monitor_id}}/outcomes", tags=_TAGS, summary="Outcomes, newest first")
    async def read_outcomes(
        monitor_id: MonitorId, request: Request, limit: Limit = 100, cursor: Cursor = None
    ) -> Response:
        """Read from the ledger itself: there is no second copy of the observations."""
        known_id(monitor_id)
        scope = f"outcomes {monitor_id}"
        before = read_cursor(api.access, scope, cursor) if cursor is not None else None
        ledger = api.services.commands.ledger
        found = await asyncio.to_thread(
            ledger.read_log,
            f"probe-log:{monitor_id}",
            limit=limit + 1,
            before=(before[0], before[1]) if before else None,
        )
        if not found and before is None and await api.registered_at(monitor_id) is None:
            raise unknown(monitor_id)
        more = len(found) > limit
        found = found[:limit]
        following = make_cursor(api.access, scope, (found[-1].stream, found[-1].version)) if more else None
        return page(request, [_outcome(recorded) for recorded in found], following)


def _outcome(recorded: RecordedEvent) -> dict[str, Any]:
    event = recorded.event
    assert isinstance(event, ProbeRecorded)
    fields = {name: getattr(event, name) for name in event.__struct_fields__ if name != "monitor_id"}
    return fields | {"position": recorded.position}
