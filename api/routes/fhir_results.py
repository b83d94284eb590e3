"""FHIR R4: observations and diagnostic reports."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.context import Api
from api.fhir.asking import Query, check_form, versioned
from api.fhir.capability import parameters_of
from api.fhir.finding import matching, record_of_checkup, record_searched, version_of, versions_of
from api.fhir.paging import by, page, past
from api.fhir.versions import Kind, Version
from api.reads import record_read
from api.routes.fhir import TAGS

_OBSERVATION = "/fhir/Observation/{observation_id}"
_REPORT = "/fhir/DiagnosticReport/{checkup_id}"


def add_fhir_result_routes(app: FastAPI, api: Api) -> None:
    """``/fhir/Observation`` and ``/fhir/DiagnosticReport``."""

    @app.get("/fhir/Observation", tags=TAGS, summary="Search observations of a patient")
    async def observations(request: Request) -> Response:
        """`patient` (or `_id`), `code`, `date` with prefixes, `category`, `status`, `_lastUpdated`, `_sort`, `_count`.
        What was entered in error is left out unless `status`, `_id` or `_lastUpdated` asks for it.
        """
        return await _search(api, request, "Observation")

    @app.get(_OBSERVATION, tags=TAGS, summary="One observation")
    async def observation(observation_id: str, request: Request) -> Response:
        """Ids are `{checkup_id}.{measurement_id}`, and `{checkup_id}.d-{code}` of derived values."""
        return versioned(request, (await _versions(api, request, "Observation", observation_id))[-1])

    @app.get(f"{_OBSERVATION}/_history", tags=TAGS, summary="Every version of an observation")
    async def observation_history(observation_id: str, request: Request) -> Response:
        return past(api, request, await _versions(api, request, "Observation", observation_id))

    @app.get(f"{_OBSERVATION}/_history/{{version_id}}", tags=TAGS, summary="One version of an observation")
    async def observation_version(observation_id: str, version_id: str, request: Request) -> Response:
        return versioned(request, version_of(await _versions(api, request, "Observation", observation_id), version_id))

    @app.get("/fhir/DiagnosticReport", tags=TAGS, summary="Search the reports of a patient's checkups")
    async def reports(request: Request) -> Response:
        """Parameters as of Observation. One report per checkup."""
        return await _search(api, request, "DiagnosticReport")

    @app.get(_REPORT, tags=TAGS, summary="The report of one checkup")
    async def report(checkup_id: str, request: Request) -> Response:
        return versioned(request, (await _versions(api, request, "DiagnosticReport", checkup_id))[-1])

    @app.get(f"{_REPORT}/_history", tags=TAGS, summary="Every version of a checkup's report")
    async def report_history(checkup_id: str, request: Request) -> Response:
        return past(api, request, await _versions(api, request, "DiagnosticReport", checkup_id))

    @app.get(f"{_REPORT}/_history/{{version_id}}", tags=TAGS, summary="One version of a checkup's report")
    async def report_version(checkup_id: str, version_id: str, request: Request) -> Response:
        return versioned(request, version_of(await _versions(api, request, "DiagnosticReport", checkup_id), version_id))


async def _search(api: Api, request: Request, kind: Kind) -> Response:
    query = Query(request, (*parameters_of(kind), "_sort"))
    name, down = query.sort(("date", "_lastUpdated"), "-date")
    record = await record_searched(api, query)
    found = [] if record is None else matching(query, record.latest(kind))
    _, response = page(api, request, query, [one.resource for one in found], key=by(name), down=down)
    if record is not None:
        await record_read(api, request, [record.patient.id])
    return response


async def _versions(api: Api, request: Request, kind: Kind, resource_id: str) -> list[Version]:
    check_form(request)
    record = await record_of_checkup(api, resource_id.partition(".")[0])
    found = versions_of(record, kind, resource_id)
    assert record is not None
    await record_read(api, request, [record.patient.id])
    return found
