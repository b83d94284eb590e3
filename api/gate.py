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

from api.access_log import AccessLine, WriteLine
from api.authentication import Authenticator
from api.fhir.operation_outcome import render_outcome
from api.json_input import check_json
from api.languages import Language, preferred
from api.metrics import Metrics
from api.policy import is_public
from api.principal import Principal
from api.problems import Problem, render, unauthorized
from api.proxies import Proxies
from application.ports.clock import Clock
from application.ports.ledger import LedgerUnavailable

BODY_WITHIN_S = 30.0
_LARGE_BODY = 262_144
"""Looking through more than that takes long enough to keep others waiting."""
FHIR_BODY_BYTES = 16 * 1024 * 1024
"""A Bundle with a year of checkups of a clinic."""
IMPORT_BODY_BYTES = 16 * 1024 * 1024
"""Five thousand rows of an import, with room for names and notes."""
PING_BODY_BYTES = 100_000
"""Clients of healthchecks.io may attach that much output to a ping; it is read and dropped."""
_LARGE_BODIES = {"/fhir": FHIR_BODY_BYTES, "/api/v1/checkups/import": IMPORT_BODY_BYTES}
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?", re.ASCII)
_CORRELATIONS = uuid.UUID("3f0b5b53-6f5d-5d1e-9d0c-5a1c7d2f5b10")
_FORMS = {
    "/events/live": ("text/event-stream",),
    "/report": ("text/html", "application/pdf"),
    "/audit": ("application/json", "text/csv"),
}
"""What answers of the API are, by the end of the path; JSON where nothing else is said."""
_ASKED_ALL_THE_TIME = frozenset({"/livez", "/readyz", "/health", "/metrics"})
"""By machines, every few seconds: only their failures are worth a line."""
_BAD = 400
_SAFE = {"GET", "HEAD"}
"""What a cookie is enough for everywhere: it cannot be sent by another site's page (``SameSite=strict``), and such a
page could not read the answer. Commands of the API need a token."""
_COMMANDED = ("/api/", "/fhir")
_CLOSED = ("/api/", "/fhir", "/metrics")
_POLICY_VIOLATION, _INTERNAL_ERROR = 1008, 1011
_SWITCHED = 101
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
    address: str
    """Where the request came from: an IP address, empty when there is none."""
    secure: bool
    """Whether the client's connection is encrypted, as far as this process or a trusted proxy can tell."""
    principal: Principal | None = None
    """None: nobody in particular."""
    refusal: str | None = None
    """The problem with the credential that was sent, if it granted nothing."""

    @property
    def actor(self) -> str | None:
        """Who is asking, as events name it; None: nobody in particular."""
        return None if self.principal is None else self.principal.actor

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
        authenticator: Authenticator,
        metrics: Metrics,
        clock: Clock,
        new_id: Callable[[], str],
        proxies: Proxies,
        translate: Callable[[Exception], Problem | None],
        write_line: WriteLine,
        max_body_bytes: int,
    ) -> None:
        self._app = app
        self._authenticator = authenticator
        self._metrics = metrics
        self._clock = clock
        self._new_id = new_id
        self._proxies = proxies
        self._translate = translate
        self._write_line = write_line
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
            return
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
        await self._identify(context, path, by_cookie=scope["method"] in _SAFE or not path.startswith(_COMMANDED))
        if context.principal is None and not is_public(path):
            # Outside the API there is nothing to hide behind a token but /metrics: a wrong path is just wrong.
            raise unauthorized(context.refusal) if path.startswith(_CLOSED) else Problem("not-found")
        if "\0" in path:
            raise Problem("not-found")  # nothing is called so, and PostgreSQL cannot even be asked
        if path.startswith("/fhir") and b"%00" in scope["query_string"]:
            raise Problem("invalid", detail="Remove the NUL character (\\u0000).")
        accept = context.headers.get(b"accept")
        if accept is not None and accept != b"*/*" and path.startswith("/api/v1/"):
            _check_accept(accept, path)
        if scope["method"] in _BODIES:
            receive = await self._with_body(path, context, receive)
        await self._app(scope, receive, send)

    async def _identify(self, context: RequestContext, path: str, *, by_cookie: bool) -> None:
        authorization = context.headers.get(b"authorization")
        try:
            if authorization is not None:
                found = await self._authenticator.bearer(authorization, context.address)
            elif by_cookie and b"cookie" in context.headers:
                found = await self._authenticator.cookie(context.header(b"cookie"))
            else:
                return
        except LedgerUnavailable:
            if not is_public(path):
                raise
            return
        context.principal, context.refusal = found

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A WebSocket: refused with the same problems, before it is accepted. Its line is written when it ends."""
        began = self._clock.monotonic()
        context = scope["vitalog"] = self._context(scope)
        structlog.contextvars.bind_contextvars(correlation_id=context.correlation_id)
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "websocket.accept":
                status = _SWITCHED
            await send(message)

        try:
            await self._identify(context, scope["path"], by_cookie=_same_origin(scope))
            await self._app(scope, receive, answer)
        except Exception as error:  # noqa: BLE001  whatever happened, the client is told and the log knows
            problem = self._translate(error)
            if problem is None:
                _log.exception("socket failed", route=_route(scope))
            if status:
                await send(
                    {"type": "websocket.close", "code": _INTERNAL_ERROR if problem is None else _POLICY_VIOLATION}
                )
            else:
                problem = problem or Problem("internal")
                status = problem.status
                await _refuse_socket(problem, scope, send)
        finally:
            took_ms = round((self._clock.monotonic() - began) * 1000, 2)
            route = _route(scope)
            path = route if route == "unmatched" else scope["path"]
            line = AccessLine("WEBSOCKET", path, status, took_ms, context.actor, context.correlation_id)
            self._write_line(line)

    def _context(self, scope: Scope) -> RequestContext:
        headers = {name: value for name, value in scope["headers"] if name in _WANTED}
        given = headers.get(b"x-correlation-id")
        correlation_id = self._new_id() if given is None else _as_uuid(given.decode("latin-1"))
        trace = _TRACEPARENT.fullmatch(headers[b"traceparent"].decode("latin-1")) if b"traceparent" in headers else None
        address, secure = self._proxies.client(scope)
        return RequestContext(headers, correlation_id, trace[1] if trace else None, address, secure)

    async def _with_body(self, path: str, context: RequestContext, receive: Receive) -> Receive:
        length = context.header(b"content-length")
        if length in {"", "0"} and b"transfer-encoding" not in context.headers:
            return receive
        ping = path.startswith("/ping/")
        limit = PING_BODY_BYTES if ping else _LARGE_BODIES.get(path, self._max_body_bytes)
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
        if body and path.startswith(_COMMANDED):
            kind = context.header(b"content-type").partition(";")[0].strip().lower()
            if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
                raise Problem("unsupported-media-type", headers={"Accept": "application/json"})
            if len(body) > _LARGE_BODY:
                await asyncio.to_thread(check_json, body)
            else:
                check_json(body)
        return _replay(body or b"", receive)

    async def _refuse(self, problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
        context = context_of(scope)
        path: str = scope["path"]
        if path == "/fhir" or path.startswith("/fhir/"):
            response = render_outcome(problem, context.language, correlation_id=context.correlation_id)
        else:
            response = render(
                problem, context.language, correlation_id=context.correlation_id, instance=_instance(path)
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
    offered = next((forms for end, forms in _FORMS.items() if path.endswith(end)), ("application/json",))
    possible = {"", "*/*", "application/problem+json", *offered, *(f"{form.partition('/')[0]}/*" for form in offered)}
    wanted = [part.partition(";")[0].strip() for part in accept.decode("latin-1").lower().split(",")]
    if possible.isdisjoint(wanted):
        raise Problem("not-acceptable", offered=" or ".join(offered))


def _as_uuid(text: str) -> str:
    """A caller's correlation id as the UUID the ledger keeps: itself, or one derived from it, the same every time."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return str(uuid.uuid5(_CORRELATIONS, text))


def _route(scope: dict[str, Any] | Scope) -> str:
    return getattr(scope.get("route"), "path", None) or "unmatched"


def _same_origin(scope: Scope) -> bool:
    """Whether a WebSocket was opened by a page of ours: browsers send cookies with those of other sites too."""
    sent = dict[bytes, bytes](scope["headers"])
    origin = sent.get(b"origin", b"").partition(b"://")[2]
    return origin != b"" and origin == sent.get(b"host")


async def _refuse_socket(problem: Problem, scope: Scope, send: Send) -> None:
    context = context_of(scope)
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        return
    response = render(
        problem, context.language, correlation_id=context.correlation_id, instance=_instance(cast(str, scope["path"]))
    )
    start = {"type": "websocket.http.response.start", "status": response.status_code, "headers": response.raw_headers}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": response.body})


def _instance(path: str) -> str:
    """The path as a problem may repeat it: a ping's key is a credential."""
    return "/ping/***" if path.startswith("/ping/") else path[:300]
