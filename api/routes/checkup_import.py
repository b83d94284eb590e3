"""Importing many checkups at once: every row reported, all of them stored in one append or none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from pydantic import ValidationError
from starlette.responses import Response

from api.commands import Done, carry_out
from api.context import Api
from api.gate import context_of
from api.inputs_checkups import Import, ImportedRow
from api.languages import Language
from api.problems import FieldError, Problem
from api.refusals import in_language
from api.routes.patient_views import CHECKUPS, answer
from api.translation import invalid_input
from application.checkups.import_checkups import import_checkups
from application.checkups.import_rows import ExpectedPatient, ImportReport, ImportRow, PatientReference, RowReport
from application.commands import Context, Result
from domain.checkups.faults import Fault
from domain.checkups.personal import Identifier

_TAGS: list[Any] = ["checkups"]


def add_checkup_import_routes(app: FastAPI, api: Api) -> None:
    """One route; the gate gives it a limit of its own for the body."""
    commands = api.services.commands

    @app.post(f"{CHECKUPS}/import", tags=_TAGS, summary="Record many checkups at once", status_code=201)
    async def run(
        given: Import,
        request: Request,
        dry_run: Annotated[bool, Query(description="Report every row, store nothing (200).")] = False,
    ) -> Response:
        """Answers every row: whether it is good, or all its faults. Nothing is stored while a row is wrong, unless
        `skip_bad` is true. A checkup that is recorded already (same patient, day, kind and values) is a fault too. At
        most 5,000 rows and 16 MiB.
        """
        language = context_of(request.scope).language
        rows = await asyncio.to_thread(_rows, given.rows, language)

        async def report_of(context: Context) -> ImportReport:
            return await import_checkups(
                commands,
                rows,
                context,
                source="csv",
                confirm=given.confirm,
                skip_bad=given.skip_bad,
                dry_run=dry_run,
            )

        if dry_run:
            asked = context_of(request.scope)
            report = await report_of(Context(asked.actor or "", asked.correlation_id, asked.trace_id, _new_cause(api)))
            return answer(_told(report, language))

        async def work(context: Context) -> Done:
            report = await report_of(context)
            if report.position is None:
                raise Problem("import-refused", bad=report.bad, rows=len(report.rows), members=_told(report, language))
            return Done(
                Result(context.once.removeprefix("request:"), report.position, 1), 201, more=_told(report, language)
            )

        return await carry_out(api, request, work)


def _new_cause(api: Api) -> str:
    return f"request:{api.services.new_id()}"


def _told(report: ImportReport, language: Language) -> dict[str, Any]:
    return {
        "good": report.good,
        "bad": report.bad,
        "stored": report.stored,
        "rows": [_told_row(row, language) for row in report.rows],
    }


def _told_row(row: RowReport, language: Language) -> dict[str, Any]:
    if row.ok:
        return {
            "row": row.row,
            "ok": True,
            "patient_id": row.patient_id,
            "checkup_id": row.checkup_id,
            "new_patient": row.new_patient,
        }
    errors = [
        {"pointer": fault.pointer, "detail": in_language(fault.message, language)}
        | ({"unusual": True} if fault.unusual else {})
        for fault in row.faults
    ]
    told = {"row": row.row, "ok": False, "errors": errors}
    return told if row.duplicate_of is None else {**told, "duplicate_of": row.duplicate_of}


def _rows(given: Sequence[dict[str, Any]], language: Language) -> list[ImportRow]:
    return [_row(one, language) for one in given]


def _row(given: dict[str, Any], language: Language) -> ImportRow:
    try:
        row = ImportedRow.model_validate(given)
    except ValidationError as error:
        problem = invalid_input([{**one, "loc": ("body", *one["loc"])} for one in error.errors()], language)
        return ImportRow(patient=None, details=None, faults=[_fault(one) for one in problem.errors])
    patient = row.patient
    identifier = patient.identifier
    return ImportRow(
        patient=PatientReference(
            id=patient.id,
            identifier=None if identifier is None else Identifier(system=identifier.system, value=identifier.value),
            register=None if patient.register_ is None else patient.register_.personal(),
            expected=None if patient.expected is None else ExpectedPatient(**patient.expected.model_dump()),
        ),
        details=row.checkup.details(),
        given=row.checkup.given(),
    )


def _fault(error: FieldError) -> Fault:
    return Fault(pointer=error.pointer, message=error.detail)
