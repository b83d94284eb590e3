"""FHIR R4: searching patients, everything about one, and who changed what of them."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.context import Api
from api.fhir.asking import Query
from api.fhir.capability import parameters_of
from api.fhir.codes import Resource
from api.fhir.finding import patient_asked_for, recent, record_of_patient, versions_of
from api.fhir.paging import by, page
from api.fhir.patient import system_name
from api.fhir.provenance import provenances_of
from api.fhir.searching import Span, bad, choices, date_matches, span_of
from api.fhir.versions import Record
from api.reads import purpose_of, record_read
from api.routes.fhir import TAGS
from application.checkups.identifiers import holder
from application.ports.subject_keys import SubjectErased
from domain.checkups.personal import Identifier
from domain.checkups.searching import name_key, phone_key
from domain.times import EPOCH
from projections.queries.patients import list_patients

_MOST = 200
"""Patients of one name that are looked at."""


def add_fhir_patient_routes(app: FastAPI, api: Api) -> None:
    """``/fhir/Patient``, ``$everything`` and ``/fhir/Provenance``."""

    @app.get("/fhir/Patient", tags=TAGS, summary="Search patients")
    async def search(request: Request) -> Response:
        """By `_id`, `identifier` (`system|value`), `name` or `phone`. Names and phones need a `purpose`."""
        query = Query(request, parameters_of("Patient"))
        bulk = bool(query.all("name") or query.all("phone"))
        if bulk:
            purpose_of(request, required=True)
        resources: list[Resource] = []
        for patient_id in await _ids(api, query):
            try:
                record = await record_of_patient(api, patient_id)
            except SubjectErased:
                continue
            if record is not None:
                resources += recent(query, "_lastUpdated", [record.of("Patient", patient_id)[-1].resource])
        shown, response = page(api, request, query, resources, key=by("_lastUpdated"), down=True)
        await record_read(api, request, [one["id"] for one in shown], bulk=bulk)
        return response

    @app.get("/fhir/Patient/{patient_id}/$everything", tags=TAGS, summary="Everything about one patient")
    async def everything(patient_id: str, request: Request) -> Response:
        """Patient, reports, observations (those entered in error too) and provenances. An export: needs a `purpose`.
        `_since`: only what changed since; `_type`: only some kinds; `start` and `end`: only results of that time.
        """
        query = Query(request, ("_since", "_type", "start", "end"))
        purpose_of(request, required=True)
        record = await record_of_patient(api, patient_id)
        versions_of(record, "Patient", patient_id)
        assert record is not None, "it has versions"
        _, response = page(api, request, query, _everything(record, query), key=by("_lastUpdated"), down=False)
        await record_read(api, request, [patient_id], export=True)
        return response

    @app.get("/fhir/Provenance", tags=TAGS, summary="Who changed what of a patient, when and why")
    async def provenance(request: Request) -> Response:
        """`patient` is needed; `target` narrows it to one resource."""
        query = Query(request, parameters_of("Provenance"))
        patient_id = patient_asked_for(query)
        if patient_id is None:
            raise bad("patient", "Name the patient: patient=…")
        record = await record_of_patient(api, patient_id)
        found = [] if record is None else _provenances(record, query)
        _, response = page(api, request, query, found, key=by("_lastUpdated"), down=True)
        if record is not None:
            await record_read(api, request, [patient_id])
        return response


async def _ids(api: Api, query: Query) -> list[str]:
    """Ids of the patients that fulfil all conditions."""
    sets: list[set[str]] = [set(value.split(",")) for value in query.all("_id")]
    sets += [
        {owner for one in choices(value) if (owner := await _holder(api, one))} for value in query.all("identifier")
    ]
    name, phone = query.one("name"), query.one("phone")
    if name or phone:
        blind = api.services.commands.blind.fingerprint
        async with api.connection() as db:
            listed = await list_patients(
                db,
                name=blind("name", name_key(name)) if name else None,
                phone=blind("phone", phone_key(phone)) if phone else None,
                limit=_MOST,
            )
        sets.append({one.patient_id for one in listed})
    if not sets:
        raise bad("identifier", "Name the patient: by _id, identifier, name or phone.")
    return sorted(set[str].intersection(*sets))[:_MOST]


async def _holder(api: Api, wanted: str) -> str | None:
    """Who has the identifier ``system|value``. Raises ``Problem``: it is no such thing."""
    system, bar, number = wanted.partition("|")
    if not (system and bar and number):
        raise bad("identifier", "identifier takes system|value.")
    identifier = Identifier(system=system_name(system), value=number)
    return await asyncio.to_thread(holder, api.services.commands, identifier)


def _everything(record: Record, query: Query) -> list[Resource]:
    kinds = {kind for value in query.all("_type") for kind in value.split(",")}
    since, start, end = query.one("_since"), query.one("start"), query.one("end")
    every = [version.resource for version in record.latest()] + provenances_of(record.versions)
    return [
        one
        for one in every
        if (not kinds or one["resourceType"] in kinds)
        and (since is None or date_matches("_since", f"ge{since}", _span(one["meta"]["lastUpdated"])))
        and (start is None or date_matches("start", f"ge{start}", _span(one.get("effectiveDateTime", start))))
        and (end is None or date_matches("end", f"le{end}", _span(one.get("effectiveDateTime", end))))
    ]


def _span(text: str) -> Span:
    return span_of(text) or Span(EPOCH, EPOCH)


def _provenances(record: Record, query: Query) -> list[Resource]:
    found = recent(query, "recorded", recent(query, "_lastUpdated", provenances_of(record.versions)))
    for target in query.all("target"):
        wanted = target.split("/_history/", maxsplit=1)[0]
        found = [one for one in found if any(_of(made["reference"], wanted) for made in one["target"])]
    return found


def _of(reference: str, wanted: str) -> bool:
    return reference.split("/_history/", maxsplit=1)[0] == "/".join(wanted.split("/")[-2:])
