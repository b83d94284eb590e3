"""FHIR R4: the audit trail, for auditors."""

from __future__ import annotations

from datetime import datetime

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.context import Api
from api.cursors import make_cursor, read_cursor
from api.fhir.asking import Query, answer, base_of
from api.fhir.audit_event import audit_event
from api.fhir.bundle import searchset
from api.fhir.capability import parameters_of
from api.fhir.finding import patient_asked_for
from api.fhir.searching import bad, prefixed
from api.reads import record_read
from api.routes.fhir import TAGS
from projections.queries.audit import Asked, acting_as, trail
from projections.queries.rows import Connection


def add_fhir_audit_routes(app: FastAPI, api: Api) -> None:
    """``/fhir/AuditEvent``."""

    @app.get("/fhir/AuditEvent", tags=TAGS, summary="Who was shown and who changed what")
    async def search(request: Request) -> Response:
        """`patient`, `agent` (`user:{id}`, `api-key:{id}`, `admin`; of a user the API keys too), `date` with prefixes,
        `subtype` (type of the event). Newest first.
        """
        query = Query(request, parameters_of("AuditEvent"))
        patient_id = patient_asked_for(query)
        start, end = _window(query)
        actor, type_ = query.one("agent"), query.one("subtype")
        cursor = request.query_params.get("_cursor")
        before = read_cursor(api.access, query.scope, cursor)[0] if cursor is not None else None
        base = base_of(api, request)
        async with api.connection() as db:
            asked = Asked(
                actors=await _actors(db, actor) if actor else None,
                subject=patient_id,
                type=type_.rpartition("|")[2] if type_ else None,
                start=start,
                end=end,
            )
            entries = await trail(db, asked, before=before, limit=query.count + 1)
        shown = entries[: query.count]
        following = None
        if shown and len(entries) > len(shown):
            following = query.link(base, make_cursor(api.access, query.scope, (shown[-1].position,)))
        if patient_id is not None:
            await record_read(api, request, [patient_id])
        found = [audit_event(entry) for entry in shown]
        warning = query.warning(request)
        return answer(searchset(base, found, self_url=query.link(base), next_url=following, outcome=warning))


async def _actors(db: Connection, actor: str) -> tuple[str, ...]:
    kind, _, user_id = actor.partition(":")
    return await acting_as(db, user_id) if kind == "user" else (actor,)


def _window(query: Query) -> tuple[datetime | None, datetime | None]:
    """From when, and until before when, all dates together."""
    start: datetime | None = None
    end: datetime | None = None
    for name, value in [(one, value) for one in ("date", "_lastUpdated") for value in query.all(one)]:
        prefix, span = prefixed(name, value)
        if prefix in {"eq", "ge", "gt", "sa"}:
            first = span.start if prefix in {"eq", "ge"} else span.end
            start = first if start is None else max(start, first)
        if prefix in {"eq", "le", "lt", "eb"}:
            last = span.end if prefix in {"eq", "le"} else span.start
            end = last if end is None else min(end, last)
        if prefix in {"ne", "ap"}:
            raise bad(name, f"The prefix {prefix} is not supported here.")
    return start, end
