"""For load balancers, orchestrators and Prometheus: alive, ready, and what there is to count."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from fastapi import FastAPI, Request
from starlette.responses import Response

from api.answers import json_answer
from api.context import Api
from api.gate import context_of
from api.metrics import CONTENT_TYPE
from api.problems import Problem
from api.services import Check
from application.ports.ledger import LedgerUnavailable
from projections.queries.monitors import count_by_status
from projections.queries.status import list_projections

CHECK_WITHIN_S = 2.5
LAGGING_EVENTS = 10_000
COUNTED_AT_ONCE = 200_000
"""Outcomes between two scrapes are counted up to here; a longer silence of Prometheus is not made up for."""
_TAGS: list[Any] = ["operations"]
_log: structlog.stdlib.BoundLogger = structlog.get_logger("vitalog.api")


def add_operation_routes(app: FastAPI, api: Api) -> None:
    """Liveness and readiness are public and tell states, no details; the rest is for the administrator."""

    async def livez() -> Response:
        """The process answers. Nothing else is looked at: restarting it would mend nothing else."""
        return json_answer({"status": "ok"})

    async def readyz(request: Request) -> Response:
        """Whether requests can be served; `?verbose` names the components. Only the database is indispensable."""
        checks = await _checks(api)
        ready = checks["database"].state != "down"
        status = "ok" if all(check.state == "ok" for check in checks.values()) else "degraded"
        members: dict[str, Any] = {}
        if "verbose" in request.query_params:
            principal = context_of(request.scope).principal
            told = principal is not None and principal.may("operations.read")
            members["checks"] = {
                name: {"state": check.state} | ({"detail": check.detail} if told and check.detail else {})
                for name, check in checks.items()
            }
        if not ready:
            raise Problem("not-ready", members=members)
        return json_answer({"status": status, **members})

    for path, check, summary in (
        ("/livez", livez, "Alive"),
        ("/readyz", readyz, "Ready"),
        ("/health", readyz, "Ready, by another name"),
    ):
        for method in ("GET", "HEAD"):
            name = f"{path[1:]}_{method.lower()}"
            app.add_api_route(path, check, methods=[method], tags=_TAGS, name=name, summary=summary)

    counted = _Counted()

    @app.get("/metrics", tags=_TAGS, summary="Prometheus metrics")
    async def metrics() -> Response:
        """Needs the bearer token like the API: `authorization: {credentials: …}` in Prometheus' scrape config."""
        try:
            await _gather(api, counted)
            api.metrics.database_up.set(1)
        except LedgerUnavailable:
            api.metrics.database_up.set(0)
        return Response(api.metrics.text(), media_type=CONTENT_TYPE)


class _Counted:
    """Up to where outcomes were counted."""

    def __init__(self) -> None:
        self.position: int | None = None


async def _checks(api: Api) -> dict[str, Check]:
    names = ["database", *api.services.checks]
    results = await asyncio.gather(
        _database(api), *(_bounded(name, check()) for name, check in api.services.checks.items())
    )
    checks = dict(zip(names, results, strict=True))
    checks["projections"] = (
        await _bounded("projections", _projections(api))
        if checks["database"].state == "ok"
        else Check("down", "unknown while the database is away")
    )
    return checks


async def _bounded(name: str, check: Any) -> Check:
    try:
        async with asyncio.timeout(CHECK_WITHIN_S):
            return await check
    except Exception as error:  # noqa: BLE001  a component's failure, whatever it is, is what is asked for here
        _log.warning("readiness check failed", component=name, error=repr(error))
        return Check("down", type(error).__name__)


async def _database(api: Api) -> Check:
    async def ask() -> Check:
        async with api.connection() as db:
            await db.execute("SELECT 1")
        return Check("ok")

    return await _bounded("database", ask())


async def _projections(api: Api) -> Check:
    async with api.connection() as db:
        views = await list_projections(db)
    stopped = [view.name for view in views if view.state == "stopped"]
    behind = [f"{view.name}: {view.lag} events behind" for view in views if view.lag > LAGGING_EVENTS]
    if stopped:
        return Check("down", f"stopped: {', '.join(stopped)}")
    return Check("degraded", "; ".join(behind)) if behind else Check("ok")


async def _gather(api: Api, counted: _Counted) -> None:
    metrics = api.metrics
    async with api.connection() as db:
        for view in await list_projections(db):
            metrics.position.labels(view.name).set(view.position)
            metrics.lag.labels(view.name).set(view.lag)
            metrics.dead.labels(view.name).set(view.dead_letters)
        for status, number in (await count_by_status(db, now=api.now())).items():
            metrics.monitors.labels(status).set(number)
    head = await api.services.events.head()
    metrics.head.set(head)
    metrics.streams.set(api.live.readers)
    after = head if counted.position is None else max(counted.position, head - COUNTED_AT_ONCE)
    counted.position = head
    for verdict in ("pass", "slow", "fail", "error"):
        metrics.outcomes.labels(verdict)
    if head > after:
        for verdict, number in (await api.services.events.verdicts(after, head)).items():
            metrics.outcomes.labels(verdict).inc(number)
