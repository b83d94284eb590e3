"""Carrying out a command: who asks, the Idempotency-Key, and the answer with the position that was reached."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog
from fastapi import Request
from starlette.responses import Response

from api.context import Api
from api.gate import context_of
from api.problems import Problem
from application.commands import Context, NotFound, Result
from application.ports.idempotency import KeyInUse, KeyReused, SavedAnswer
from application.ports.ledger import LedgerUnavailable
from application.ports.subject_keys import KeyRefused, SubjectErased

JSON = "application/json"
_REQUESTS = uuid.UUID("9d2f3f44-8b7e-5a0b-b0a8-2b4f0d3b7c11")
_MAX_KEY = 255
_ETAGS = re.compile(r'(W/)?"([\x21\x23-\x7e]{0,18})"', re.ASCII)
_NO_VERSION = -1
_SUBJECT = "subject"
"""Among the kept headers of a sealed answer; never sent."""
_log: structlog.stdlib.BoundLogger = structlog.get_logger("vitalog.api")


class Done(msgspec.Struct, frozen=True):
    """What a command answers."""

    result: Result
    status: int = 200
    location: str | None = None
    more: dict[str, Any] = {}
    """Further members of the body."""
    subject: str | None = None
    """Whom the body tells something about: kept for repetitions only sealed under their key."""


_Work = Callable[[Context], Awaitable[Done]]


async def carry_out(api: Api, request: Request, work: _Work, *, missing: Problem | None = None) -> Response:
    """Run the command and answer it; a repeated request with the same ``Idempotency-Key`` gets the first answer.

    A crash between the two leaves the key taken: the next attempt runs the command again under the same cause, and the
    use case finds its own event instead of doing it twice.

    Raises:
        Problem: ``missing``, when the use case finds nothing under the id it was given; or one about the key.
    """
    try:
        return await _carry_out(api, request, work)
    except NotFound:
        raise missing or Problem("not-found") from None


async def _carry_out(api: Api, request: Request, work: _Work) -> Response:
    asked = context_of(request.scope)
    actor = asked.actor or ""
    key = asked.header(b"idempotency-key")
    if b"idempotency-key" not in asked.headers:
        context = Context(actor, asked.correlation_id, asked.trace_id, f"request:{api.services.new_id()}")
        return _response(_answer(await work(context)))
    if not 1 <= len(key) <= _MAX_KEY or not (key.isascii() and key.isprintable()):
        raise Problem("bad-idempotency-key")
    body = await request.body()
    # Keyed: from a plain hash a body of few unknowns, such as a birth date, could be guessed.
    asked_for = f"{request.method} {request.url.path}\0" + body.decode("latin-1")
    fingerprint = bytes.fromhex(api.services.commands.blind.fingerprint("request", asked_for))
    answers = api.services.idempotency
    try:
        saved = await answers.begin(actor, key, fingerprint)
    except KeyInUse:
        raise Problem("idempotency-key-in-use", headers={"Retry-After": "1"}) from None
    except KeyReused:
        raise Problem("idempotency-key-reused") from None
    if saved is not None:
        return _response(await _opened(api, actor, key, saved), replayed=True)
    cause = f"request:{uuid.uuid5(_REQUESTS, f'{actor}/{key}')}"
    try:
        done = await work(Context(actor, asked.correlation_id, asked.trace_id, cause))
    except Exception:
        await _finish(api, actor, key, None)
        raise
    answer = _answer(done)
    await _finish(api, actor, key, await _sealed(api, actor, key, done.subject, answer))
    return _response(answer)


async def _finish(api: Api, actor: str, key: str, answer: SavedAnswer | None) -> None:
    try:
        await api.services.idempotency.finish(actor, key, answer)
    except LedgerUnavailable:
        # The command itself is decided; the key frees itself, and a repetition finds the command's own events.
        _log.warning("the answer to an Idempotency-Key was not kept")


async def _sealed(api: Api, actor: str, key: str, subject: str | None, answer: SavedAnswer) -> SavedAnswer | None:
    """The answer as it is kept: what it tells about a person is sealed under that person's key."""
    if subject is None:
        return answer
    try:
        keys = (await asyncio.to_thread(api.services.commands.keys.of, [subject])).get(subject)
    except (LedgerUnavailable, KeyRefused):
        keys = None
    if keys is None:
        return None  # a repetition then runs the command again, which finds its own events
    body = keys.seal(_place(actor, key), answer.body)
    return SavedAnswer(answer.status, {**answer.headers, _SUBJECT: subject}, body)


async def _opened(api: Api, actor: str, key: str, saved: SavedAnswer) -> SavedAnswer:
    subject = saved.headers.get(_SUBJECT)
    if subject is None:
        return saved
    keys = (await asyncio.to_thread(api.services.commands.keys.of, [subject])).get(subject)
    if keys is None:
        raise SubjectErased(f"{subject} was erased.")
    headers = {name: value for name, value in saved.headers.items() if name != _SUBJECT}
    return SavedAnswer(saved.status, headers, keys.open(_place(actor, key), saved.body))


def _place(actor: str, key: str) -> bytes:
    return f"vitalog answer v1\n{actor}\n{key}".encode()


def _answer(done: Done) -> SavedAnswer:
    result = done.result
    headers = {"ETag": f'"{result.version}"', "Vitalog-Position": str(result.position)}
    if done.location is not None:
        headers["Location"] = done.location
    body = {"id": result.id, "position": result.position, "version": result.version, **done.more}
    return SavedAnswer(done.status, headers, msgspec.json.encode(body))


def _response(answer: SavedAnswer, *, replayed: bool = False) -> Response:
    headers = {**answer.headers, "Idempotency-Replayed": "true"} if replayed else answer.headers
    return Response(answer.body, answer.status, headers, JSON)


def expected_version(request: Request, *, required: bool = True) -> int | None:
    """The version named by ``If-Match``; None for ``*``.

    Raises:
        Problem: it is missing though required, or is no ETag.
    """
    value = context_of(request.scope).header(b"if-match").strip()
    if not value:
        if required:
            raise Problem("if-match-required")
        return None
    if value == "*":
        return None
    tags = _ETAGS.findall(value)
    if not tags or _ETAGS.sub("", value).strip(" ,\t"):
        raise Problem("bad-if-match")
    versions = [int(tag) for weak, tag in tags if not weak and tag.isdigit()]
    # A tag that was never ours, or a weak one, matches no version (RFC 9110, 13.1.1).
    return versions[0] if len(versions) == 1 else _NO_VERSION
