"""Finding the record behind a FHIR id, and in it what a search asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID

from api.context import Api
from api.fhir.asking import Query
from api.fhir.codes import Resource
from api.fhir.searching import Span, bad, date_matches, reference_id, span_of, token_matches
from api.fhir.versions import Kind, Record, Version, record_of
from api.problems import Problem
from api.records import read_record
from application.commands import NotFound
from domain.times import EPOCH


def unknown_resource(kind: str) -> Problem:
    """The 404."""
    return Problem("unknown-resource", kind=kind)


async def record_of_patient(api: Api, patient_id: str) -> Record | None:
    """Everything about one patient; None when there is none with that id.

    Raises:
        SubjectErased: the patient was erased.
    """
    if not _is_uuid(patient_id):
        return None
    try:
        read = await read_record(api.services.commands, patient_id)
    except NotFound:
        return None
    return await asyncio.to_thread(record_of, read.patient_events, read.checkup_events)


async def record_of_checkup(api: Api, checkup_id: str) -> Record | None:
    """Everything about the patient whose checkup that is; None when there is no such checkup."""
    patient_id = await api.patient_of_checkup(checkup_id) if _is_uuid(checkup_id) else None
    return None if patient_id is None else await record_of_patient(api, patient_id)


def versions_of(record: Record | None, kind: Kind, resource_id: str) -> list[Version]:
    """All versions of a resource, oldest first. Raises ``Problem``: there is no such resource."""
    found = record.of(kind, resource_id) if record is not None else []
    if not found:
        raise unknown_resource(kind)
    return found


def version_of(versions: Sequence[Version], version_id: str) -> Version:
    """The version that is named. Raises ``Problem``: it never had it."""
    for version in versions:
        if str(version.number) == version_id:
            return version
    raise unknown_resource(versions[0].kind)


def patient_asked_for(query: Query) -> str | None:
    """The one patient that ``patient`` or ``subject`` names; None: neither was given.

    Raises:
        Problem: they name different ones, or something else than a patient.
    """
    names = [name for name in ("patient", "subject") if name in query.known]
    given = {reference_id(name, "Patient", value) for name in names for value in query.all(name)}
    if len(given) > 1:
        raise bad("patient", "A search is about one patient.")
    return given.pop() if given else None


async def record_searched(api: Api, query: Query) -> Record | None:
    """The record that a search of results looks through: of the patient it names, or of the checkup whose id it names.

    Raises:
        Problem: it names neither. Nobody's results can be looked through all at once.
    """
    patient_id = patient_asked_for(query)
    if patient_id is not None:
        return await record_of_patient(api, patient_id)
    wanted = query.one("_id")
    if wanted is None:
        raise bad("patient", "Name the patient (patient=…) or the resource (_id=…): results are searched per patient.")
    return await record_of_checkup(api, wanted.partition(".")[0])


def matching(query: Query, versions: Sequence[Version]) -> list[Version]:
    """Those that fulfil every condition. What was entered in error is found only by who asks for it: by ``status``,
    ``_id`` or ``_lastUpdated``.
    """
    seeks_errors = any(query.all(name) for name in ("status", "_id", "_lastUpdated"))
    for name in ("date", "_lastUpdated"):
        for value in query.all(name):
            # A date that cannot be understood is told even when there is nothing to compare it with.
            date_matches(name, value, Span(EPOCH, EPOCH))
    return [
        version
        for version in versions
        if (seeks_errors or version.resource["status"] != "entered-in-error")
        and all(test(version, value) for name, test in _TESTS.items() for value in query.all(name))
    ]


def recent(query: Query, name: str, resources: Sequence[Resource]) -> list[Resource]:
    """Those that were recorded when the parameter ``name`` says. Raises ``Problem``: it says nothing."""
    for value in query.all(name):
        date_matches(name, value, Span(EPOCH, EPOCH))
    return [one for one in resources if all(date_matches(name, value, _recorded(one)) for value in query.all(name))]


def _recorded(resource: Resource) -> Span:
    found = span_of(resource["meta"]["lastUpdated"])
    assert found is not None
    return found


def _effective(version: Version) -> Span:
    found = span_of(version.resource["effectiveDateTime"])
    assert found is not None
    return found


def updated(version: Version) -> Span:
    """When it was recorded."""
    return Span(version.at, version.at)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


_TESTS: dict[str, Callable[[Version, str], bool]] = {
    "_id": lambda version, value: version.id in value.split(","),
    "date": lambda version, value: date_matches("date", value, _effective(version)),
    "_lastUpdated": lambda version, value: date_matches("_lastUpdated", value, updated(version)),
    "code": lambda version, value: token_matches(value, [version.resource["code"]]),
    "category": lambda version, value: token_matches(value, version.resource.get("category", [])),
    "status": lambda version, value: (
        version.resource["status"] in [part.rpartition("|")[2] for part in value.split(",")]
    ),
}
