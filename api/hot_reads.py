"""Ready answers of the reads that dashboards repeat, kept for a moment in this process.

An answer leaves the cache when its monitor's read models move on (PostgreSQL says so), when its own time is up (a
status that would lapse by the clock), and after ``MAX_AGE_S`` whatever happens. While nothing can be heard from
PostgreSQL, nothing is answered from here.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, NamedTuple

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from api.answers import ready
from application.ports.clock import Clock
from application.ports.signals import Signals

MAX_AGE_S = 1.0
MAX_MONITORS = 5_000
MAX_ANSWERS = 20
"""Per monitor: windows of uptime may vary without bound."""


class _Kept(NamedTuple):
    response: Response
    expires: float


class HotReads:
    """Answers by monitor and by what was asked about it: the path and the query, as they were written."""

    def __init__(self, signals: Signals, clock: Clock) -> None:
        self._signals = signals
        self._clock = clock
        self._kept: dict[str, dict[tuple[str, bytes], _Kept]] = {}
        self._epoch = 0
        signals.on_projected(self._forget)

    @property
    def epoch(self) -> int:
        """To be read before the database is: an answer is kept only if nothing has moved since then."""
        return self._epoch

    def get(self, monitor_id: str, path: str, query: bytes) -> Response | None:
        """The kept answer, if it is still true."""
        answers = self._kept.get(monitor_id)
        if answers is None or not self._signals.connected:
            return None
        kept = answers.get((path, query))
        return kept.response if kept is not None and self._clock.monotonic() < kept.expires else None

    def keep(
        self, request: Request, monitor_id: str, body: bytes, *, epoch: int, etag: str = "", until_s: float = MAX_AGE_S
    ) -> Response:
        """The answer, kept for at most ``until_s`` seconds for whoever asks the same. Not for reads that waited."""
        response = ready(body, etag)
        query: bytes = request.scope["query_string"]
        if epoch == self._epoch and self._signals.connected and until_s > 0 and b"min_position" not in query:
            if monitor_id not in self._kept and len(self._kept) >= MAX_MONITORS:
                self._kept.clear()
            answers = self._kept.setdefault(monitor_id, {})
            if len(answers) >= MAX_ANSWERS:
                answers.clear()
            expires = self._clock.monotonic() + min(MAX_AGE_S, until_s)
            answers[request.scope["path"], query] = _Kept(response, expires)
        return response

    def route(self, base: type[APIRoute]) -> type[APIRoute]:
        """A route that looks here first, before parameters are parsed: what was kept was asked in the same words.
        ``base``: the class of all other routes, whose checks come before.
        """
        hot = self

        class HotRoute(base):
            def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
                work = super().get_route_handler()

                async def handle(request: Request) -> Response:
                    scope = request.scope
                    kept = hot.get(scope["path_params"]["monitor_id"], scope["path"], scope["query_string"])
                    return kept if kept is not None else await work(request)

                return handle

        return HotRoute

    def _forget(self, monitor_ids: Sequence[str] | None) -> None:
        self._epoch += 1
        if monitor_ids is None:
            self._kept.clear()
            return
        for monitor_id in monitor_ids:
            self._kept.pop(monitor_id, None)
