"""Who is shown personal data: recorded before the answer leaves, with the purpose where one is required."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, get_args

from fastapi import Query, Request
from starlette.requests import HTTPConnection

from api.context import Api
from api.gate import context_of
from api.problems import FieldError, Problem
from application.commands import Context
from domain.identity.events import Purpose

PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
PurposeParameter = Annotated[
    Purpose | None,
    Query(description="Why the data is looked at; required for lists and exports. Also as header X-Purpose."),
]
"""For the signature of a route, so that the parameter is documented; ``record_read`` reads it by itself."""


def purpose_of(request: Request, *, required: bool = False) -> Purpose | None:
    """The purpose that was given, by query parameter ``purpose`` or header ``X-Purpose``.

    Raises:
        Problem: it is none of ``PURPOSES``, or missing though required.
    """
    given = request.query_params.get("purpose")
    source = "?purpose"
    if given is None:
        given, source = request.headers.get("x-purpose"), "X-Purpose"
    if given is None:
        if required:
            raise Problem("purpose-required", purposes=", ".join(PURPOSES), members={"purposes": PURPOSES})
        return None
    for purpose in PURPOSES:
        if purpose == given:
            return purpose
    detail = f"Use one of these purposes: {', '.join(PURPOSES)}."
    raise Problem("invalid", detail=detail, errors=[FieldError(source, detail)])


async def record_read(
    api: Api, request: Request, subjects: Iterable[str], *, export: bool = False, bulk: bool = False
) -> None:
    """Record that the caller is about to be shown personal data of ``subjects``; to be awaited before answering.

    ``subjects`` are pseudonymous ids; the checkup that a path names is added to them. ``bulk``: it is a list of people;
    with it, or with ``export``, a purpose must have been given. A read that shows nobody's data is not recorded; an
    export always is.

    Raises:
        Problem: the purpose is missing or is none of ``PURPOSES``.
        LedgerUnavailable: it is not recorded, so nothing may be answered.
    """
    purpose = purpose_of(request, required=bulk or export)
    named = tuple(subjects)
    if named and (checkup_id := _checkup(request)) is not None:
        named = (*named, checkup_id)
    if named or export:
        context, operation = _asked(request)
        await api.reads.shown(context, operation=operation, subjects=named, purpose=purpose, export=export)


async def record_denied(api: Api, request: HTTPConnection, subjects: Iterable[str] = ()) -> None:
    """Record that the caller asked for what is not theirs to see. Raises ``LedgerUnavailable``."""
    context, operation = _asked(request)
    await api.reads.denied(context, operation=operation, subjects=subjects)


def _checkup(request: Request) -> str | None:
    """The checkup that the path is about; of an observation, the one it belongs to."""
    named = request.path_params.get("checkup_id") or request.path_params.get("observation_id") or ""
    return str(named).partition(".")[0] or None


def _asked(request: HTTPConnection) -> tuple[Context, str]:
    asked = context_of(request.scope)
    route = getattr(request.scope.get("route"), "path", None) or "unmatched"
    method = request.scope.get("method", "WEBSOCKET")
    return Context(asked.actor or "", asked.correlation_id, asked.trace_id), f"{method} {route}"
