"""A monitor's past: uptime, status intervals, latency, and the outcomes themselves."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec
from fastapi import FastAPI, Query, Request
from starlette.responses import Response

from api.answers import json_answer, page, ready
from api.context import Api
from api.cursors import make_cursor, read_cursor
from api.inputs import Cursor, Limit, MinPosition, MonitorId, Time, bad_parameter, read_time
from api.routes.monitors import PATH, known_id, unknown
from application.ports.ledger import RecordedEvent
from domain.monitoring.events import ProbeRecorded
from domain.monitoring.uptime import BadWindow
from projections.queries.latency import BadStep, latency
from projections.queries.uptime import intervals, uptime

DAY = timedelta(days=1)
_TAGS: list[Any] = ["history"]
_Zone = Annotated[str, Query(max_length=60, pattern=r"^[^\x00]*$", description="IANA zone of days and hours.")]
_From = Annotated[Time, Query(alias="from", description="Default: 24 hours before `to`.")]
_To = Annotated[Time, Query(alias="to", description="Default: now.")]


def add_history_routes(app: FastAPI, api: Api) -> None:
    """Reads only."""

    @app.get(f"{PATH}/{{monitor_id}}/uptime", tags=_TAGS, summary="Uptime, exact and time-weighted")
    async def read_uptime(
        monitor_id: MonitorId,
        request: Request,
        since: _From = None,
        until: _To = None,
        tz: _Zone = "UTC",
        bucket: Literal["day", "hour"] | None = None,
        min_position: MinPosition = None,
    ) -> Response:
        """Seconds by state, the percentage rounded down (null: nothing was observed), and the policy it follows."""
        asked = request.scope["query_string"]
        answer = None if min_position else api.hot.get(monitor_id, asked)
        if answer is None:
            await _known(api, monitor_id, ("monitor_status", "status_intervals"), min_position)
            epoch, now = api.hot.epoch, api.now()
            end = read_time(until, "to", now.replace(microsecond=0))
            start = read_time(since, "from", end - DAY)
            try:
                async with api.connection() as db:
                    report = await uptime(db, monitor_id, start=start, end=end, now=now, zone=tz, bucket=bucket)
            except BadWindow as error:
                raise bad_parameter("tz" if "zone" in str(error) else "from", str(error)) from None
            if report is None:
                raise unknown(monitor_id)
            body = msgspec.json.encode(report)
            answer = api.hot.keep(monitor_id, asked, body, etag="", epoch=epoch, until_s=1.0)
        return ready(answer.body)

    @app.get(f"{PATH}/{{monitor_id}}/intervals", tags=_TAGS, summary="Status intervals")
    async def read_intervals(
        monitor_id: MonitorId, since: _From = None, until: _To = None, min_position: MinPosition = None
    ) -> Response:
        """The stretches of one status from which uptime is computed."""
        await _known(api, monitor_id, ("status_intervals",), min_position)
        now = api.now()
        end = read_time(until, "to", now)
        try:
            async with api.connection() as db:
                found = await intervals(db, monitor_id, start=read_time(since, "from", end - DAY), end=end, now=now)
        except BadWindow as error:
            raise bad_parameter("from", str(error)) from None
        if found is None:
            raise unknown(monitor_id)
        return json_answer({"items": found})

    @app.get(f"{PATH}/{{monitor_id}}/latency", tags=_TAGS, summary="Latency percentiles over time")
    async def read_latency(
        monitor_id: MonitorId,
        since: _From = None,
        until: _To = None,
        step_s: Annotated[int, Query(ge=300, le=31_622_400, description="A multiple of 300.")] = 300,
        min_position: MinPosition = None,
    ) -> Response:
        """Points where there is data; percentiles from merged histograms, milliseconds."""
        await _known(api, monitor_id, ("monitor_status", "latency_trends"), min_position)
        end = read_time(until, "to", api.now())
        start = read_time(since, "from", end - DAY)
        if start >= end:
            raise bad_parameter("from", "The window is empty: from must be before to.")
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
        if not found and before is None:
            await _known(api, monitor_id, ("monitor_status",), None)
        more = len(found) > limit
        found = found[:limit]
        following = make_cursor(api.access, scope, (found[-1].stream, found[-1].version)) if more else None
        return page(request, [_outcome(recorded) for recorded in found], following)


async def _known(api: Api, monitor_id: str, projections: tuple[str, ...], min_position: int | None) -> None:
    """Return when there is such a monitor and the read models are where they should be. Raises ``Problem``."""
    known_id(monitor_id)
    await api.wait_for(projections, min_position)
    if not min_position:
        await api.wait_until_known(monitor_id, projections)


def _outcome(recorded: RecordedEvent) -> dict[str, Any]:
    event = recorded.event
    assert isinstance(event, ProbeRecorded)
    fields = {name: getattr(event, name) for name in event.__struct_fields__ if name != "monitor_id"}
    return fields | {"position": recorded.position}
