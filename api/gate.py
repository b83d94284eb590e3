"""The one middleware: who asks, as part of what, how much may they send, and what came of it.

Plain ASGI and one pass over the headers, because it is on the way of every request.
"""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Callable
from typing import Any, cast

import msgspec
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access import Access, is_public
from api.access_log import AccessLine, WriteLine
from api.json_input import check_json
from api.languages import Language, preferred
from api.metrics import Metrics
from api.problems import Problem, render
from application.ports.clock import Clock

BODY_WITHIN_S = 30.0
PING_BODY_BYTES = 100_000
"""Clients of healthchecks.io may attach that much output to a ping; it is read and dropped."""
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?", re.ASCII)
_CORRELATIONS = uuid.UUID("3f0b5b53-6f5d-5d1e-9d0c-5a1c7d2f5b10")
_ASKED_ALL_THE_TIME = frozenset({"/livez", "/readyz", "/health", "/metrics"})
"""By machines, every few seconds: only their failures are worth a line."""
_BAD = 400
_BODIES = {"POST", "PATCH", "PUT", "DELETE"}
_WANTED = {
    b"authorization", b"x-correlation-id", b"traceparent", b"accept-language", b"accept", b"content-length",
    b"content-type", b"transfer-encoding", b"idempotency-key", b"if-match", b"cookie", b"last-event-id",
}  # fmt: skip
_log: structlog.stdlib.BoundLogger = structlog.get_logger("vitalog.api")


class RequestContext(msgspec.Struct):
    """What every route may know about its request without parsing anything again."""

    headers: dict[bytes, bytes]
    """Only those the API uses, by lower-case name."""
    correlation_id: str
    trace_id: str | None
    actor: str | None
    """None: nobody in particular."""

    @property
    def language(self) -> Language:
        """The language of sentences in the answer."""
        return preferred(self.header(b"accept-language"))

    def header(self, name: bytes) -> str:
        """A header's value, empty when it was not sent."""
        return self.headers.get(name, b"").decode("latin-1")


def context_of(scope: Scope) -> RequestContext:
    """What the gate found out about this request."""
    return scope["vitalog"]


class Gate:
    """Wraps the whole application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        access: Access,
        metrics: Metrics,
        clock: Clock,
        new_id: Callable[[], str],
        translate: Callable[[Exception], Problem | None],
        write_line: WriteLine,
        max_body_bytes: int,
    ) -> None:
        self._app = app
        self._access = access
        self._metrics = metrics
        self._clock = clock
        self._new_id = new_id
        self._translate = translate
        self._write_line = write_line
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = self._clock.monotonic()
        context = scope["vitalog"] = self._context(scope)
        structlog.contextvars.bind_contextvars(correlation_id=context.correlation_id)
        status = 0
        shared = [
            (b"x-correlation-id", context.correlation_id.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"cache-control", b"no-store"),
        ]

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers: list[tuple[bytes, bytes]] = message["headers"]
                given = any(name == b"cache-control" for name, _ in headers)
                message["headers"] = headers + (shared[:2] if given else shared)
            await send(message)

        try:
            await self._admit(scope, context, receive, answer)
        except Exception as error:
            problem = self._translate(error)
            if problem is None:
                # The traceback goes to the log, which knows the correlation id; the caller gets the id alone.
                _log.exception("request failed", method=scope["method"], route=_route(scope))
            if status:
                raise
            await self._refuse(problem or Problem("internal"), scope, receive, answer)
        finally:
            took = self._clock.monotonic() - began
            route = _route(scope)
            self._metrics.answered(scope["method"], route, status, took)
            # An unmatched path can be anything, a mistyped credential too; a ping's path is one.
            path = route if route.startswith(("/ping/", "unmatched")) else scope["path"]
            if path not in _ASKED_ALL_THE_TIME or status >= _BAD:
                took_ms = round(took * 1000, 2)
                self._write_line(
                    AccessLine(scope["method"], path, status, took_ms, context.actor, context.correlation_id)
                )

    async def _admit(self, scope: Scope, context: RequestContext, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if context.actor is None and not is_public(path):
            # Outside the API there is nothing to hide behind a token but /metrics: a wrong path is just wrong.
            code = "unauthorized" if path.startswith("/api/") or path == "/metrics" else "not-found"
            headers = {"WWW-Authenticate": 'Bearer realm="vitalog"'} if code == "unauthorized" else {}
            raise Problem(code, headers=headers)
        accept = context.headers.get(b"accept")
        if accept is not None and accept != b"*/*" and path.startswith("/api/v1/"):
            _check_accept(accept, path)
        if scope["method"] in _BODIES:
            receive = await self._with_body(path, context, receive)
        await self._app(scope, receive, send)

    def _context(self, scope: Scope) -> RequestContext:
        headers = {name: value for name, value in scope["headers"] if name in _WANTED}
        authorization = headers.get(b"authorization")
        actor = self._access.bearer(authorization) if authorization is not None else None
        given = headers.get(b"x-correlation-id")
        correlation_id = self._new_id() if given is None else _as_uuid(given.decode("latin-1"))
        trace = _TRACEPARENT.fullmatch(headers[b"traceparent"].decode("latin-1")) if b"traceparent" in headers else None
        return RequestContext(headers, correlation_id, trace[1] if trace else None, actor)

    async def _with_body(self, path: str, context: RequestContext, receive: Receive) -> Receive:
        length = context.header(b"content-length")
        if length in {"", "0"} and b"transfer-encoding" not in context.headers:
            return receive
        ping = path.startswith("/ping/")
        limit = PING_BODY_BYTES if ping else self._max_body_bytes
        if not ping and length.isdigit() and int(length) > limit:
            raise Problem("body-too-large", limit=limit, headers={"Connection": "close"})
        try:
            async with asyncio.timeout(BODY_WITHIN_S):
                body = await _read(receive, limit)
        except TimeoutError:
            raise Problem("body-too-slow", seconds=round(BODY_WITHIN_S), headers={"Connection": "close"}) from None
        if ping:
            body = b""
        elif body is None:
            raise Problem("body-too-large", limit=limit, headers={"Connection": "close"})
        if body and path.startswith("/api/"):
            kind = context.header(b"content-type").partition(";")[0].strip().lower()
            if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
                raise Problem("unsupported-media-type", headers={"Accept": "application/json"})
            check_json(body)
        return _replay(body or b"", receive)

    async def _refuse(self, problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
        context = context_of(scope)
        response = render(
            problem,
            context.language,
            correlation_id=context.correlation_id,
            instance=_instance(cast(str, scope["path"])),
        )
        await response(scope, receive, send)


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The whole body; None as soon as it is known to be longer than ``limit``."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > limit:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _check_accept(accept: bytes, path: str) -> None:
    offered = "text/event-stream" if path == "/api/v1/events/live" else "application/json"
    kind = offered.partition("/")[0]
    wanted = [part.partition(";")[0].strip() for part in accept.decode("latin-1").lower().split(",")]
    if not any(item in {"", "*/*", f"{kind}/*", offered, "application/problem+json"} for item in wanted):
        raise Problem("not-acceptable", offered=offered)


def _as_uuid(text: str) -> str:
    """A caller's correlation id as the UUID the ledger keeps: itself, or one derived from it, the same every time."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return str(uuid.uuid5(_CORRELATIONS, text))


def _route(scope: dict[str, Any] | Scope) -> str:
    return getattr(scope.get("route"), "path", None) or "unmatched"


def _instance(path: str) -> str:
    """The path as a problem may repeat it: a ping's key is a credential."""
    return "/ping/***" if path.startswith("/ping/") else path[:300]
