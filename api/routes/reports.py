"""The report of a patient, as HTML for a screen and as PDF for paper."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Query, Request
from starlette.responses import HTMLResponse, Response

from api.context import Api
from api.gate import context_of
from api.inputs import bad_parameter
from api.languages import Language
from api.reads import PurposeParameter, record_read
from api.records import read_record
from api.reports.build import Asked, build
from api.reports.html import HEADERS, to_html
from api.reports.pdf import to_pdf
from api.routes.patient_views import AsOfParameter, known_patient, read_as_of, unknown_patient
from application.commands import NotFound

Format = Literal["html", "pdf"]
MONTHS = 24
AT_ONCE = 2
"""PDFs set at the same time: each takes a core for a tenth of a second, and the others shall still be answered."""
_PDF = "application/pdf"
_Day = Annotated[str | None, Query(max_length=10, json_schema_extra={"format": "date"})]
_FromDay = Annotated[
    _Day, Query(alias="from", description="First day of the period. Default: 24 months before its end.")
]
_ToDay = Annotated[_Day, Query(alias="to", description="Last day of the period. Default: today in the zone of tz.")]


def add_report_routes(app: FastAPI, api: Api) -> None:
    """``GET /api/v1/patients/{patient_id}/report``."""
    presses = asyncio.Semaphore(AT_ONCE)

    @app.get(
        "/api/v1/patients/{patient_id}/report",
        tags=["checkups"],
        summary="A patient's report, to be printed",
        responses={200: {"content": {"text/html": {}, _PDF: {}}, "description": "The report."}},
        response_class=Response,
    )
    async def report(
        request: Request,
        patient_id: str,
        *,
        format: Annotated[Format | None, Query(description="Default: what Accept prefers, else html.")] = None,
        lang: Annotated[Language | None, Query(description="Default: Accept-Language.")] = None,
        first: _FromDay = None,
        last: _ToDay = None,
        tz: Annotated[str | None, Query(max_length=60, description="IANA zone of days and times.")] = None,
        as_of: AsOfParameter = None,
        purpose: PurposeParameter = None,  # noqa: ARG001  read by record_read
    ) -> Response:
        """Results of the latest checkup of the period against the one before and the reference bands, classes with
        their criteria, charts, corrections, remarks in plain words. A PDF is an export: it needs a purpose.
        """
        context = context_of(request.scope)
        form = format or _preferred(context.header(b"accept"))
        zone = _zone(tz or api.services.time_zone)
        now = api.now()
        start, end = _period(first, last, now.astimezone(zone).date())
        known = await read_as_of(api, as_of)
        try:
            record = await read_record(api.services.commands, known_patient(patient_id), known)
        except NotFound:
            raise unknown_patient(patient_id) from None
        await record_read(api, request, [patient_id], export=form == "pdf")
        language = lang or context.language
        asked = Asked(language=language, start=start, end=end, now=now, zone=zone, position=record.position)
        headers = {"Content-Language": language, "Vary": "Accept, Accept-Language, Cookie"}
        made = await asyncio.to_thread(build, record.patient, record.checkup_events, asked)
        if form == "html":
            return HTMLResponse(await asyncio.to_thread(to_html, made), headers=headers | HEADERS)
        async with presses:
            pdf = await asyncio.to_thread(to_pdf, made)
        # The name says whose it is by the pseudonym alone: it ends up in lists of downloads.
        headers["Content-Disposition"] = f'inline; filename="checkup-report-{patient_id}.pdf"'
        return Response(pdf, headers=headers, media_type=_PDF)


def _preferred(accept: str) -> Format:
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    for kind in kinds:
        if kind in {_PDF, "text/html", "application/xhtml+xml"}:
            return "pdf" if kind == _PDF else "html"
    return "html"


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise bad_parameter("tz", "Use an IANA time zone such as Asia/Seoul.") from None


def _period(first: str | None, last: str | None, today: date) -> tuple[date, date]:
    end = today if last is None else _day(last, "to")
    start = _months_before(end, MONTHS) if first is None else _day(first, "from")
    if start > end:
        raise bad_parameter("from", "The period is empty: from must not be after to.")
    return start, end


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-20") else date.fromisoformat("")
    except ValueError:
        raise bad_parameter(name, "Use a calendar day such as 2026-11-20.") from None


def _months_before(day: date, months: int) -> date:
    """The same day that many months earlier, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    start = date(max(year, 1), month + 1, 1)
    return min(start + timedelta(days=day.day - 1), (start + timedelta(days=31)).replace(day=1) - timedelta(days=1))
