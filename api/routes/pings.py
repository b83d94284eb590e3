"""Pings of jobs, by the URLs that clients of healthchecks.io use. The key in the path is the only credential."""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from api.context import Api
from api.gate import context_of
from api.problems import Problem
from application.commands import Context, NotFound
from application.monitoring.record_ping import record_ping
from domain.monitoring.events import Signal

MAX_EXIT_STATUS = 255
BURST, PER_SECOND = 20.0, 1.0
MAX_KEYS = 10_000
_TAGS: list[Any] = ["pings"]
_SIGNALS: dict[str, Signal] = {"": "success", "start": "start", "fail": "fail", "log": "log"}
_log: structlog.stdlib.BoundLogger = structlog.get_logger("vitalog.pings")


class Allowance:
    """How many pings a key may still send: ``BURST`` at once, ``PER_SECOND`` in the long run."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, monitor_id: str, now: float) -> bool:
        """Whether one more is allowed at ``now`` (seconds, monotonic)."""
        left, at = self._left.pop(monitor_id, (BURST, now))
        left = min(BURST, left + (now - at) * PER_SECOND)
        allowed = left >= 1
        if len(self._left) >= MAX_KEYS:
            # The one that has been silent longest has its full allowance back by now, or is not missed.
            del self._left[next(iter(self._left))]
        self._left[monitor_id] = (left - 1 if allowed else left, now)
        return allowed


def add_ping_routes(app: FastAPI, api: Api) -> None:
    """``/ping/{key}``, ``/ping/{key}/start|fail|log`` and ``/ping/{key}/{exit status}``."""
    allowance = Allowance()
    vault, clock = api.services.commands.vault, api.services.commands.clock

    async def record(key: str, signal: Signal, request: Request, exit_status: int | None = None) -> Response:
        monitor_id = vault.monitor_of_ping_key(key)
        if monitor_id is None:
            raise Problem("unknown-ping-key")
        if not allowance.take(monitor_id, clock.monotonic()):
            raise Problem("too-many-requests", seconds=1, headers={"Retry-After": "1"})
        asked = context_of(request.scope)
        context = Context(
            f"ping:{monitor_id}", asked.correlation_id, asked.trace_id, f"request:{api.services.new_id()}"
        )
        try:
            await record_ping(api.services.commands, key, signal, context, exit_status=exit_status)
        except NotFound:
            raise Problem("unknown-ping-key") from None
        return PlainTextResponse("OK")

    async def ping(key: str, request: Request) -> Response:
        """The job is done, and well."""
        return await record(key, "success", request)

    async def ping_with(key: str, what: str, request: Request) -> Response:
        """`start`, `fail`, `log`, or the exit status of the job: 0 is a success."""
        signal = _SIGNALS.get(what)
        if signal is not None and what:
            return await record(key, signal, request)
        if not (what.isascii() and what.isdigit()) or len(what) > 3 or int(what) > MAX_EXIT_STATUS:
            raise Problem("not-found")
        status = int(what)
        return await record(key, "success" if status == 0 else "fail", request, status)

    for method in ("GET", "HEAD", "POST"):
        name = method.lower()
        app.add_api_route(
            "/ping/{key}",
            ping,
            methods=[method],
            tags=_TAGS,
            name=f"ping_{name}",
            summary="The job is done",
            response_class=PlainTextResponse,
        )
        app.add_api_route(
            "/ping/{key}/{what}",
            ping_with,
            methods=[method],
            tags=_TAGS,
            name=f"ping_with_{name}",
            summary="The job has started, failed, something to log, or its exit status",
            response_class=PlainTextResponse,
        )
