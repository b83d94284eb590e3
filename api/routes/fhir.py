"""FHIR R4: what the server can do, and patients by their ids."""

from __future__ import annotations

from enum import Enum

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.context import Api
from api.fhir.asking import answer, base_of, check_form, versioned
from api.fhir.capability import capability_statement
from api.fhir.finding import record_of_patient, version_of, versions_of
from api.fhir.paging import past
from api.fhir.versions import Record
from api.reads import record_read

TAGS: list[str | Enum] = ["fhir"]
_PATIENT = "/fhir/Patient/{patient_id}"


def add_fhir_routes(app: FastAPI, api: Api) -> None:
    """``/fhir/metadata`` and ``/fhir/Patient/{patient_id}``."""

    async def found(request: Request, patient_id: str) -> Record | None:
        check_form(request)
        record = await record_of_patient(api, patient_id)
        if record is not None:
            await record_read(api, request, [patient_id])
        return record

    @app.get("/fhir/metadata", tags=TAGS, summary="What this server can do (CapabilityStatement)")
    async def metadata(request: Request) -> Response:
        check_form(request)
        return answer(capability_statement(base_of(api, request)))

    @app.get(_PATIENT, tags=TAGS, summary="One patient")
    async def read(patient_id: str, request: Request) -> Response:
        """Straight from the ledger. 410 when the patient was erased."""
        return versioned(request, versions_of(await found(request, patient_id), "Patient", patient_id)[-1])

    @app.get(f"{_PATIENT}/_history", tags=TAGS, summary="Every version of a patient")
    async def history(patient_id: str, request: Request) -> Response:
        return past(api, request, versions_of(await found(request, patient_id), "Patient", patient_id))

    @app.get(f"{_PATIENT}/_history/{{version_id}}", tags=TAGS, summary="One version of a patient")
    async def vread(patient_id: str, version_id: str, request: Request) -> Response:
        versions = versions_of(await found(request, patient_id), "Patient", patient_id)
        return versioned(request, version_of(versions, version_id))
