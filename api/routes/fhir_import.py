"""FHIR R4: taking in a Bundle. All of it is stored in one append, or nothing."""

from __future__ import annotations

import asyncio
import hashlib
import json
import uuid
from collections import Counter
from decimal import Decimal
from typing import Annotated

from fastapi import FastAPI, Query, Request
from starlette.responses import Response

from api.context import Api
from api.fhir.asking import answer, check_form
from api.fhir.codes import Resource
from api.fhir.incoming import Incoming, incoming
from api.fhir.operation_outcome import Issue, outcome
from api.gate import context_of
from api.languages import Language
from api.problems import Problem
from api.routes.fhir import TAGS
from application.checkups.identifiers import holder
from application.checkups.import_checkups import import_checkups
from application.checkups.import_rows import ImportReport, RowReport
from application.commands import Context
from domain.checkups.analytes import code_of
from domain.checkups.personal import Identifier

_BUNDLES = uuid.UUID("5b1c8a0e-6d0f-5f0a-9a5e-0c8f6f1f7a21")


def add_fhir_import_routes(app: FastAPI, api: Api) -> None:
    """``POST /fhir``."""
    commands = api.services.commands

    @app.post("/fhir", tags=TAGS, summary="Take in a Bundle of patients and results")
    async def take_in(
        request: Request,
        dry_run: Annotated[bool, Query(description="Report every entry, store nothing.")] = False,
        confirm: Annotated[bool, Query(description="Unusual values are meant.")] = False,
    ) -> Response:
        """A Bundle (transaction, batch or collection) with Patient, Observation and DiagnosticReport. Observations of
        one report, encounter, or subject and day become one checkup. While anything is wrong nothing is stored, and an
        OperationOutcome names each fault by its FHIRPath. With an `Idempotency-Key` it can be repeated safely.
        """
        check_form(request)
        body = await request.body()
        asked = context_of(request.scope)

        def who_has(identifier: Identifier) -> str | None:
            return holder(commands, identifier)

        found = await asyncio.to_thread(lambda: incoming(_parsed(body), who_has))
        if found.issues:
            raise _refused(found.issues)
        context = Context(asked.actor or "", asked.correlation_id, asked.trace_id, _cause(api, request, body))
        rows = found.rows
        report = await import_checkups(commands, rows, context, source="fhir", confirm=confirm, dry_run=dry_run)
        if issues := found.faults_of(report):
            raise _refused(issues)
        headers = {} if report.position is None else {"Vitalog-Position": str(report.position)}
        return answer(_told(found, report, asked.language, stored=not dry_run), headers=headers)


def _parsed(body: bytes) -> object:
    # Digit by digit: a float would turn 5.9 into something that is nearly 5.9.
    return json.loads(body, parse_float=Decimal) if body else None


def _refused(issues: list[Issue]) -> Problem:
    return Problem("bad-bundle", members={"issues": issues[:200]})


def _cause(api: Api, request: Request, body: bytes) -> str:
    """The same for the same key and body of the same caller, so that a repeated Bundle is found; else a new one."""
    asked = context_of(request.scope)
    key = asked.header(b"idempotency-key")
    if not key:
        return f"request:{api.services.new_id()}"
    return f"request:{uuid.uuid5(_BUNDLES, f'{asked.actor}/{key}/{hashlib.sha256(body).hexdigest()}')}"


def _told(found: Incoming, report: ImportReport, language: Language, *, stored: bool) -> Resource:
    """The answering Bundle: one entry for each that was sent, in the same order."""
    places: dict[int, str] = {}
    for row, group in zip(report.rows, found.groups, strict=True):
        places |= _places(row, found, group.entries, [code_of(one.code) for one in group.given])
        if group.patient_entry is not None:
            places[group.patient_entry] = f"Patient/{row.patient_id}"
    entries = [
        {"response": _response(places.get(place), found.notes.get(place), language, stored=stored)}
        for place in range(len(found.entries))
    ]
    return {"resourceType": "Bundle", "type": found.response_type, "entry": entries}


def _places(row: RowReport, found: Incoming, entries: list[int], codes: list[str]) -> dict[int, str]:
    """Where the observations of a checkup are, and the report that lists them."""
    seen: Counter[str] = Counter()
    places: dict[int, str] = {}
    for place, code in zip(entries, codes, strict=True):
        seen[code] += 1
        measurement_id = code if seen[code] == 1 else f"{code}.{seen[code]}"
        places[place] = f"Observation/{row.checkup_id}.{measurement_id}"
        report = found.reports.get(place)
        if report is not None:
            places[report] = f"DiagnosticReport/{row.checkup_id}"
    return places


def _response(place: str | None, note: str | None, language: Language, *, stored: bool) -> Resource:
    if place is not None and stored:
        return {"status": "201 Created", "location": f"{place}/_history/1", "etag": 'W/"1"'}
    told = note or ("Nothing of this entry is kept." if place is None else "It can be stored; this was a dry run.")
    issue = Issue(text=told, code="informational", severity="information")
    return {"status": "200 OK", "outcome": outcome([issue], language)}
