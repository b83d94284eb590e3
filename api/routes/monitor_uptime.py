"""A monitor's past in time: uptime, and the stretches of one status it is computed from."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec
from fastapi import FastAPI, Query, Request
from starlette.responses import Response

from api.answers import json_answer
from api.context import Api
from api.inputs import EMPTY, FromTime, MinPosition, MonitorId, ToTime, bad_parameter, read_time
from api.routes.monitor_views import PATH, settle, unknown
from domain.monitoring.uptime import BadWindow
from projections.queries.uptime import intervals, uptime

DAY = timedelta(days=1)
_TAGS: list[Any] = ["history"]
_Zone = Annotated[str, Query(max_length=60, pattern=r"^[^\x00]*$", description="IANA zone of days and hours.")]


def add_uptime_routes(app: FastAPI, api: Api) -> None:
    """Reads only."""

    async def read_uptime(
        monitor_id: MonitorId,
        request: Request,
        since: FromTime = None,
        until: ToTime = None,
        tz: _Zone = "UTC",
        bucket: Literal["day", "hour"] | None = None,
        min_position: MinPosition = None,
    ) -> Response:
        """Seconds by state, the percentage rounded down (null: nothing was observed), and the policy it follows."""
        await settle(api, monitor_id, ("monitor_status", "status_intervals"), min_position)
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
        return api.hot.keep(request, monitor_id, msgspec.json.encode(report), epoch=epoch)

    app.router.add_api_route(
        f"{PATH}/{{monitor_id}}/uptime",
        read_uptime,
        tags=_TAGS,
        summary="Uptime, exact and time-weighted",
        route_class_override=api.hot.route(app.router.route_class),
    )

    @app.get(f"{PATH}/{{monitor_id}}/intervals", tags=_TAGS, summary="Status intervals")
    async def read_intervals(
        monitor_id: MonitorId, since: FromTime = None, until: ToTime = None, min_position: MinPosition = None
    ) -> Response:
        """The stretches of one status from which uptime is computed."""
        await settle(api, monitor_id, ("status_intervals",), min_position)
        now = api.now()
        end = read_time(until, "to", now)
        start = read_time(since, "from", end - DAY)
        if start >= end:
            raise bad_parameter("from", EMPTY)
        async with api.connection() as db:
            found = await intervals(db, monitor_id, start=start, end=end, now=now)
        if found is None:
            raise unknown(monitor_id)
        return json_answer({"items": found})
