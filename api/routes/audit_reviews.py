"""The monthly review of who saw whose data: looked through, and signed for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.audit_entries import names_of
from api.audit_unusual import unusual_in
from api.commands import Done, carry_out
from api.context import Api
from api.identity_answers import principal_of
from api.inputs import MinPosition
from api.inputs_checkups import Input
from api.reads import record_read
from api.routes.audit import PATH, TAGS
from api.routes.patient_views import answer
from application.commands import Context
from application.identity.review_month import review_month
from domain.identity.review import LONGEST_NOTE, WITHIN_DAYS, Conclusion, due, is_over, sign, span_of
from projections.queries.audit import READ_FROM, Month, Review, months_read, newest_before, reviews

_READ_FROM = (*READ_FROM, "namesakes")
_Newest = Annotated[int, Query(ge=1, le=120, description="How many months, the newest first.")]


class NewReview(Input):
    """A signature under a month."""

    month: str = Field(description="Such as 2026-10, by the installation's time zone; it must be over.")
    conclusion: Conclusion
    flagged: int | None = Field(
        None, description="How many unusual accesses the reviewer was shown; refused when there are others by now."
    )
    note: str | None = Field(
        None, description=f"1 to {LONGEST_NOTE} characters, without names: it is kept for ever and cannot be erased."
    )


def add_audit_review_routes(app: FastAPI, api: Api) -> None:
    """For whoever may review (``audit.review``), and for those who look whether it was done."""

    @app.get(
        f"{PATH}/reviews", tags=TAGS, summary="Months with reads of personal data, or that somebody has signed for"
    )
    async def read(request: Request, limit: _Newest = 24, min_position: MinPosition = None) -> Response:
        """The newest first. A month is overdue when nobody has signed for it 31 days after its end."""
        await api.wait_for(_READ_FROM, min_position)
        zone, now = ZoneInfo(api.services.time_zone), api.now()
        async with api.connection() as db:
            months = {one.month: one for one in await months_read(db, api.services.time_zone)}
            signed: dict[str, list[Review]] = {}
            for review in await reviews(db):
                signed.setdefault(review.told.month, []).append(review)
                months.setdefault(review.told.month, Month(review.told.month, 0, 0))
            listed = [months[name] for name in sorted(months)][-limit:]
            # Only of months that are told, or their reviewers would be on record as shown.
            signed = {one.month: signed.get(one.month, []) for one in listed}
        names = await names_of(api, principal_of(request), {one.actor for found in signed.values() for one in found})
        if names.users:
            await record_read(api, request, names.users)
        items: list[dict[str, Any]] = []
        for month in reversed(listed):
            items.append(_view(month, signed[month.month], names.by_actor, now, zone))
            if items[-1]["flagged"] is None:
                items[-1]["flagged"] = len(await unusual_in(api, span_of(month.month, zone), zone))
        return answer({"items": items, "due_after_days": WITHIN_DAYS, "time_zone": api.services.time_zone})

    @app.post(f"{PATH}/reviews", tags=TAGS, summary="Sign for a month", status_code=201)
    async def review(asked: NewReview, request: Request) -> Response:
        """How many reads there were, and how many of them unusual, is counted now and written down with it. A month is
        signed for once: what was signed stands.
        """
        zone, services = ZoneInfo(api.services.time_zone), api.services.commands

        async def work(context: Context) -> Done:
            now, span = api.now(), span_of(asked.month, zone)
            over = is_over(asked.month, now, zone)
            if over:
                await api.wait_for(_READ_FROM, await api.services.events.head())
            async with api.connection() as db:
                counted = {month.month: month.reads for month in await months_read(db, api.services.time_zone)}
                until = await newest_before(db, span.end)
            flagged = len(await unusual_in(api, span, zone)) if over else 0
            result = await review_month(
                services,
                asked.month,
                lambda signed: sign(
                    asked.month,
                    now=now,
                    zone=zone,
                    until_position=until,
                    reads=counted.get(asked.month, 0),
                    flagged=flagged,
                    conclusion=asked.conclusion,
                    note=asked.note,
                    seen=asked.flagged,
                    signed=signed,
                ),
                context,
            )
            more = {"until_position": until, "reads": counted.get(asked.month, 0), "flagged": flagged}
            return Done(result, 201, f"{PATH}/reviews", more)

        return await carry_out(api, request, work)


def _view(month: Month, signed: list[Review], names: Any, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    newest = signed[-1] if signed else None
    over = is_over(month.month, now, zone)
    return {
        "month": month.month,
        "over": over,
        "reads": month.reads,
        "flagged": None if newest is None else newest.told.flagged,
        "due": due(month.month, zone),
        "overdue": newest is None and over and now >= due(month.month, zone),
        "reviews": [
            {
                "position": one.position,
                "at": one.at,
                "by": one.actor,
                "by_name": names.get(one.actor),
                "conclusion": one.told.conclusion,
                "note": one.told.note,
                "until_position": one.told.until_position,
                "reads": one.told.reads,
                "flagged": one.told.flagged,
            }
            for one in signed
        ],
    }
