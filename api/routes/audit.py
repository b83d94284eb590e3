"""The audit trail, for auditors: who did what to whom, who was shown whose data, and what of it is unusual."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Query, Request
from starlette.responses import Response, StreamingResponse

from api.audit_details import Details, details_of
from api.audit_entries import NO_NAMES, csv_header, csv_line, entry_view, names_of, shown_about
from api.audit_texts import FINDINGS
from api.audit_unusual import unusual_in
from api.context import Api
from api.cursors import make_cursor, next_link, read_cursor
from api.gate import context_of
from api.identity_answers import principal_of
from api.inputs import EMPTY, Cursor, MinPosition, Text, Time, bad_parameter, read_time
from api.problems import Problem
from api.reads import PurposeParameter, purpose_of, record_read
from api.routes.patient_views import answer
from domain.identity.review import span_of
from domain.identity.unusual import CLOSES, MANY_PATIENTS, OPENS, WITHIN
from domain.refusal import Refused
from projections.queries.audit import READ_FROM, Asked, Entry, acting_as, trail

PATH = "/api/v1/audit"
TAGS: list[Any] = ["audit"]
PAGE_WITH_DETAILS = 200
_EXPORTED_AT_ONCE = 500
_REMEMBERED = 10_000
"""People of one export who are recorded once."""
_Limit = Annotated[int, Query(ge=1, le=1000, description="Items per page; with details at most 200.")]
_Actor = Annotated[Text, Query(description="user:{id}, with that user's API keys; api-key:{id}; admin; prober:…")]
_Subject = Annotated[Text, Query(description="Id of a patient, checkup, user, API key, monitor or incident.")]
_Type = Annotated[Text, Query(description="Stable name, such as checkups.measurement-amended.")]
_From = Annotated[Time, Query(alias="from", description="Recorded at or after. Default: from the beginning.")]
_To = Annotated[Time, Query(alias="to", description="Recorded before. Default: now.")]
_Details = Annotated[bool, Query(description="Tell what each entry said before and after. Needs a purpose.")]
MonthParameter = Annotated[str, Query(max_length=20, description="Such as 2026-11, by the installation's time zone.")]


def add_audit_routes(app: FastAPI, api: Api) -> None:
    """Reads; the monthly review is in ``audit_reviews``."""

    @app.get(
        PATH,
        tags=TAGS,
        summary="Who did what to whom, and who was shown whose data, newest first",
        responses={200: {"content": {"text/csv": {}}}},
    )
    async def read(  # noqa: PLR0917
        request: Request,
        actor: _Actor = None,
        subject: _Subject = None,
        type: _Type = None,
        start: _From = None,
        end: _To = None,
        correlation_id: Text = None,
        details: _Details = False,
        format: Literal["json", "csv"] = "json",
        limit: _Limit = 50,
        cursor: Cursor = None,
        min_position: MinPosition = None,
        purpose: PurposeParameter = None,
    ) -> Response:
        """Over monitoring, checkups and identity alike. `subject=` a patient or a checkup is everything about it, with
        those who saw it; `actor=user:{id}` everything that user did. With `details=true` what each entry said before
        and after, as far as the reader may know it and the person's key still exists. `format=csv` streams all of it.
        """
        purpose = purpose_of(request, required=details or format == "csv")
        asked = await _asked(api, actor, subject, type, start, end, correlation_id)
        await api.wait_for(READ_FROM, min_position)
        if format == "csv":
            await record_read(api, request, [], export=True)
            body = _exported(api, request, asked, details=details)
            headers = {"Content-Disposition": 'attachment; filename="vitalog-audit.csv"'}
            return StreamingResponse(body, headers=headers, media_type="text/csv; charset=utf-8; header=present")
        limit = min(limit, PAGE_WITH_DETAILS) if details else limit
        scope = f"audit {actor} {subject} {type} {start} {end} {correlation_id}"
        before = read_cursor(api.access, scope, cursor)[0] if cursor is not None else None
        async with api.connection() as db:
            found = await trail(db, asked, before=before, limit=limit + 1)
        more, found = len(found) > limit, found[:limit]
        items, _ = await _shown(api, request, found, asked, details=details)
        following = make_cursor(api.access, scope, (found[-1].position,)) if more else None
        headers: dict[str, str] = {}
        if following is not None:
            headers["Link"] = next_link(request.url.path, request.query_params, cursor=following)
        return answer({"items": items, "next": following, "purpose": purpose}, headers=headers)

    @app.get(f"{PATH}/unusual", tags=TAGS, summary="Reads of patients' data that somebody should look at")
    async def unusual(request: Request, month: MonthParameter, min_position: MinPosition = None) -> Response:
        """Many patients in a short time, a namesake's record, out of hours; each with the positions of the events it
        was made from. Whoever looks at their own record does nothing unusual.
        """
        zone = ZoneInfo(api.services.time_zone)
        try:
            span = span_of(month, zone)
        except Refused as refused:
            raise bad_parameter("month", str(refused)) from None
        await api.wait_for((*READ_FROM, "namesakes"), min_position)
        found = await unusual_in(api, span, zone)
        names = await names_of(api, principal_of(request), {one.actor for one in found})
        language = context_of(request.scope).language
        await record_read(api, request, {*names.users, *(patient for one in found for patient in one.patients)})
        return answer(
            {
                "month": month,
                "time_zone": api.services.time_zone,
                "thresholds": {
                    "patients": MANY_PATIENTS,
                    "within_s": WITHIN.seconds,
                    "opens": f"{OPENS:%H:%M}",
                    "closes": f"{CLOSES:%H:%M}",
                },
                "items": [
                    {
                        "kind": one.kind,
                        "why": FINDINGS[one.kind][language],
                        "actor": one.actor,
                        "actor_name": names.by_actor.get(one.actor),
                        "from": one.start,
                        "to": one.end,
                        "patients": len(one.patients),
                        "patient_ids": one.patients,
                        "positions": one.positions,
                    }
                    for one in found
                ],
            }
        )


async def _asked(
    api: Api,
    actor: str | None,
    subject: str | None,
    type: str | None,
    start: str | None,
    end: str | None,
    correlation_id: str | None,
) -> Asked:
    first = None if start is None else read_time(start, "from", api.now())
    last = None if end is None else read_time(end, "to", api.now())
    if first is not None and last is not None and first >= last:
        raise bad_parameter("from", EMPTY)
    actors: tuple[str, ...] | None = None if actor is None else (actor,)
    if actor is not None and actor.startswith("user:"):
        async with api.connection() as db:
            actors = await acting_as(db, actor.removeprefix("user:"))
    patient = None if subject is None else await api.patient_of_checkup(subject)
    return Asked(
        actors=actors, subject=subject, patient=patient, type=type, start=first, end=last, correlation_id=correlation_id
    )


async def _shown(
    api: Api,
    request: Request,
    entries: list[Entry],
    asked: Asked,
    *,
    details: bool,
    export: bool = False,
    recorded: Collection[str] = (),
) -> tuple[list[dict[str, Any]], set[str]]:
    """The entries as answered, and whose data is in them, after that is recorded; ``recorded``: of whom it is."""
    principal = principal_of(request)
    told: dict[int, Details] = {}
    if details:
        told = await details_of(api.services.commands, principal, entries)
    names = await names_of(api, principal, {entry.actor for entry in entries}) if entries else NO_NAMES
    about = [one for one in (asked.subject, asked.patient) if one is not None and entries]
    subjects = {*names.users, *shown_about(entries, told), *about}
    if unknown := sorted(subjects.difference(recorded)):
        await record_read(api, request, unknown, export=export, bulk=details)
    language = context_of(request.scope).language
    return [entry_view(entry, names, told.get(entry.position), language) for entry in entries], subjects


async def _exported(api: Api, request: Request, asked: Asked, *, details: bool) -> AsyncIterator[str]:
    """Everything up to now, page by page: whose data a page tells is recorded before the page leaves, and nothing
    leaves any more once the reader is logged out or has other roles.
    """
    principal = principal_of(request)
    yield csv_header()
    before: int | None = None
    recorded: set[str] = set()
    while True:
        if len(recorded) > _REMEMBERED:
            recorded.clear()  # to be recorded again does no harm; to grow with the export would
        async with api.connection() as db:
            found = await trail(db, asked, before=before, limit=_EXPORTED_AT_ONCE)
        if not found:
            return
        if not await api.authenticator.still_holds(principal):
            # The connection breaks off: what has left so far must not pass for the whole.
            raise Problem("session-ended")
        views, subjects = await _shown(api, request, found, asked, details=details, export=True, recorded=recorded)
        yield "".join(map(csv_line, views))
        recorded |= subjects
        before = found[-1].position
