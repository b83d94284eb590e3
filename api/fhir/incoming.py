"""A Bundle as the rows of an import: observations grouped into checkups, each entry's faults with its expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from api.fhir.codes import KIND, Resource
from api.fhir.incoming_parts import day, loinc_of, measurement_of, objects, part, personal_of, text
from api.fhir.operation_outcome import Issue
from api.fhir.patient import system_name
from application.checkups.import_rows import ImportReport, ImportRow, PatientReference
from domain.checkups.analytes import ANALYTES
from domain.checkups.checkup import KINDS, Details
from domain.checkups.events import CheckupKind
from domain.checkups.faults import Fault, Faults
from domain.checkups.given import GivenMeasurement
from domain.checkups.personal import Identifier
from domain.refusal import Refused

TYPES = {"transaction": "transaction-response", "batch": "batch-response", "collection": "transaction-response"}
MOST_ENTRIES = 20_000
_TAKEN = ("Patient", "Observation", "DiagnosticReport")
_LEFT_OUT = ("Encounter", "Organization", "Practitioner", "PractitionerRole", "Provenance")
_FINAL = {"final", "amended", "corrected", "appended"}
_NOTHING = {"entered-in-error", "cancelled"}
Holder = Callable[[Identifier], str | None]
"""Who has an identifier; None: nobody."""


class Group(msgspec.Struct):
    """One checkup in the making."""

    patient: PatientReference | None
    patient_entry: int | None
    details: Details
    first: int
    """Entry that its date was taken from."""
    given: list[GivenMeasurement] = []
    entries: list[int] = []
    """Which entry each measurement is from."""


class Incoming(msgspec.Struct):
    """What a Bundle asks for."""

    response_type: str
    entries: list[Resource]
    issues: list[Issue] = []
    """What is wrong; with any, nothing is stored."""
    notes: dict[int, str] = {}
    """Why an entry is not kept, by its place."""
    groups: list[Group] = []
    reports: dict[int, int] = {}
    """Which report an observation belongs to, both by place."""

    @property
    def rows(self) -> list[ImportRow]:
        """In the order of ``groups``."""
        return [ImportRow(patient=one.patient, details=one.details, given=one.given) for one in self.groups]

    def faults_of(self, report: ImportReport) -> list[Issue]:
        """What the import found, as issues where the Bundle says it."""
        found: list[Issue] = []
        for row, group in zip(report.rows, self.groups, strict=True):
            for fault in row.faults:
                issue = Issue(
                    text=fault.message,
                    expression=_expression(fault, group),
                    code="duplicate" if row.duplicate_of else "business-rule" if fault.unusual else "value",
                )
                # A patient of several checkups is at fault once.
                if issue not in found:
                    found.append(issue)
        return found


def incoming(bundle: Any, holder: Holder) -> Incoming:
    """Reads a Bundle; all that is wrong with it is in ``issues``."""
    whole = part(bundle)
    kind = whole.get("type")
    if whole.get("resourceType") != "Bundle":
        return Incoming("", [], [Issue(text="Send a Bundle.", expression="Bundle.resourceType", code="structure")])
    if kind not in TYPES:
        told = "type must be transaction, batch or collection."
        return Incoming("", [], [Issue(text=told, expression="Bundle.type", code="value")])
    entries = objects(whole.get("entry"))
    found = Incoming(TYPES[kind], entries)
    if not entries or len(entries) > MOST_ENTRIES:
        told = f"A Bundle needs 1 to {MOST_ENTRIES} entries."
        found.issues.append(Issue(text=told, expression="Bundle.entry", code="required"))
        return found
    _Reader(found, holder).read()
    return found


class _Reader:
    def __init__(self, into: Incoming, holder: Holder) -> None:
        self._into = into
        self._holder = holder
        self._resources = [part(entry.get("resource")) for entry in into.entries]
        self._places: dict[str, int] = {}
        self._patients: dict[int, PatientReference | None] = {}
        self._groups: dict[tuple[Any, ...], Group] = {}

    def read(self) -> None:
        for place, resource in enumerate(self._resources):
            self._register(place, resource)
        for place, resource in self._of("DiagnosticReport"):
            for number, result in enumerate(objects(resource.get("result"))):
                member = self._resolve(result)
                if member is None:
                    told = "The reference leads to no entry of this Bundle."
                    self._tell(place, f"result[{number}].reference", told, "not-found")
                else:
                    self._into.reports[member] = place
        for place, resource in self._of("Patient"):
            self._patients[place] = self._patient(place, resource)
        for place, resource in self._of("Observation"):
            self._observation(place, resource)
        self._into.groups = list(self._groups.values())
        used = {group.patient_entry for group in self._into.groups}
        for place, _ in self._of("Patient"):
            if place not in used and not self._into.issues:
                told = "The Bundle has no result of this Patient. Register somebody alone by POST /api/v1/patients."
                self._tell(place, "", told, "business-rule")

    def _of(self, kind: str) -> list[tuple[int, Resource]]:
        return [(place, one) for place, one in enumerate(self._resources) if one.get("resourceType") == kind]

    def _tell(self, place: int, path: str, told: str, code: str = "value") -> None:
        where = f"Bundle.entry[{place}].resource" + (f".{path}" if path else "")
        self._into.issues.append(Issue(text=told, expression=where, code=code))

    def _register(self, place: int, resource: Resource) -> None:
        kind = resource.get("resourceType")
        if kind in _LEFT_OUT:
            self._into.notes[place] = f"{kind} is not kept by Vitalog; the entry was left out."
        elif kind not in _TAKEN:
            told = f"resourceType must be one of {', '.join(_TAKEN)}."
            self._tell(place, "resourceType", told, "not-supported")
        method = part(self._into.entries[place].get("request")).get("method", "POST")
        if method != "POST":
            told = "Only POST is possible: corrections are made by the commands of the API, with a reason."
            issue = Issue(text=told, expression=f"Bundle.entry[{place}].request.method", code="not-supported")
            self._into.issues.append(issue)
        names = [text(self._into.entries[place].get("fullUrl"))]
        if isinstance(resource.get("id"), str):
            names.append(f"{kind}/{resource['id']}")
        for name in filter(None, names):
            self._places[name] = place

    def _resolve(self, reference: Any) -> int | None:
        said = text(part(reference).get("reference")) or ""
        return self._places.get(said, self._places.get("/".join(said.split("/")[-2:])))

    def _patient(self, place: int, resource: Resource) -> PatientReference | None:
        existing = str(part(self._into.entries[place].get("request")).get("ifNoneExist", ""))
        if existing:
            identifier = _identifier(existing.removeprefix("identifier="))
            if identifier is None or not existing.startswith("identifier="):
                told = "ifNoneExist takes identifier=system|value."
                expression = f"Bundle.entry[{place}].request.ifNoneExist"
                self._into.issues.append(Issue(text=told, expression=expression))
                return None
            if self._holder(identifier) is not None:
                return PatientReference(identifier=identifier)
        try:
            return PatientReference(register=personal_of(resource))
        except Refused as refused:
            self._tell(place, refused.field or "", str(refused))
            return None

    def _observation(self, place: int, resource: Resource) -> None:
        if (why := _left_out(resource)) is not None:
            self._into.notes[place] = why
            return
        if resource.get("status") not in _FINAL:
            self._tell(place, "status", "status must be final, amended, corrected or appended.")
        faults = Faults()
        given = measurement_of(resource, faults)
        on = None
        with faults.at(""):
            on = _effective(resource)
        for fault in faults.found:
            self._tell(place, _path(fault.pointer), fault.message, "required" if fault.pointer == "/code" else "value")
        subject = part(resource.get("subject"))
        reference, patient_entry = self._subject(place, subject)
        if given is None or on is None:
            return
        report_place = self._into.reports.get(place)
        visit = part(resource.get("encounter")).get("reference")
        key = (patient_entry, text(subject.get("reference")), report_place, None if report_place else visit, on)
        group = self._groups.get(key)
        if group is None:
            report = self._resources[report_place] if report_place is not None else {}
            details = _details(report, on)
            group = self._groups[key] = Group(reference, patient_entry, details, place, [], [])
        group.given.append(given)
        group.entries.append(place)

    def _subject(self, place: int, subject: Resource) -> tuple[PatientReference | None, int | None]:
        entry = self._resolve(subject)
        if entry is not None and entry in self._patients:
            return self._patients[entry], entry
        said = text(subject.get("reference")) or ""
        identifier = part(subject.get("identifier"))
        if said.startswith("Patient?identifier="):
            found = _identifier(said.removeprefix("Patient?identifier="))
            if found is not None:
                return PatientReference(identifier=found), None
        elif said.rpartition("/")[0].endswith("Patient"):
            return PatientReference(id=said.rpartition("/")[2]), None
        elif text(identifier.get("system")) and text(identifier.get("value")):
            name = system_name(str(identifier["system"]))
            return PatientReference(identifier=Identifier(system=name, value=str(identifier["value"]))), None
        told = "subject must lead to a Patient of this Bundle, or to Patient/id of one who is registered."
        self._tell(place, "subject", told, "not-found")
        return None, None


def _left_out(resource: Resource) -> str | None:
    if resource.get("status") in _NOTHING:
        return "An Observation that was entered in error or cancelled is left out."
    if objects(resource.get("hasMember")) and not any(name.startswith("value") for name in resource):
        return "The panel has no value of its own; its members are kept."
    if part(resource.get("dataAbsentReason")):
        return "There is no value, only the reason why; the entry was left out."
    try:
        code = loinc_of(resource)
    except Refused:
        return None
    if code in ANALYTES and ANALYTES[code].kind == "derived":
        return "Vitalog derives this value itself; the entry was left out."
    return None


def _effective(resource: Resource) -> Any:
    period = part(resource.get("effectivePeriod"))
    said = resource.get("effectiveDateTime") or resource.get("effectiveInstant") or period.get("start")
    return day(said, "effectiveDateTime")


def _details(report: Resource, on: Any) -> Details:
    codes = [one.get("code") for one in objects(part(report.get("code")).get("coding")) if one.get("system") == KIND]
    kinds: list[CheckupKind] = [kind for kind in KINDS if kind in codes]

    def display(name: str) -> str | None:
        return next((found for one in objects(report.get(name)) if (found := text(one.get("display")))), None)

    return Details(
        kind=kinds[0] if kinds else "other",
        date=on,
        place=display("performer"),
        clinician=display("resultsInterpreter"),
        note=text(report.get("conclusion")),
    )


def _identifier(said: str) -> Identifier | None:
    system, bar, value = said.partition("|")
    return Identifier(system=system_name(system), value=value) if system and bar and value else None


_FIELDS: Mapping[str, str] = {
    "value": "valueQuantity.value", "unit": "valueQuantity.code", "text": "valueString", "code": "code",
    "comparator": "valueQuantity.comparator", "systolic": "component", "diastolic": "component", "display": "code",
}  # fmt: skip
_PERSONAL: Mapping[str, str] = {
    "birth_date": "birthDate", "sex": "gender", "phone": "telecom", "email": "telecom", "identifiers": "identifier",
    "guardian": "contact", "species": "extension", "breed": "extension",
}  # fmt: skip


def _expression(fault: Fault, group: Group) -> str:
    """Where in the Bundle a fault of an import row is."""
    parts = fault.pointer.split("/")[1:]
    if parts[:2] == ["checkup", "measurements"] and len(parts) > 2 and parts[2].isdigit():
        place = group.entries[int(parts[2])]
        field = _FIELDS.get(parts[3], "") if len(parts) > 3 else ""
        return f"Bundle.entry[{place}].resource" + (f".{field}" if field else "")
    if parts[:1] == ["patient"]:
        if group.patient_entry is None:
            return f"Bundle.entry[{group.first}].resource.subject"
        field = parts[2] if parts[1:2] == ["register"] and len(parts) > 2 else ""
        place = group.patient_entry
        return f"Bundle.entry[{place}].resource" + (f".{_PERSONAL.get(field, field)}" if field else "")
    named = "effectiveDateTime" if parts[1:2] == ["date"] else ""
    return f"Bundle.entry[{group.first}].resource" + (f".{named}" if named else "")


def _path(pointer: str) -> str:
    path = ""
    for one in pointer.split("/")[1:]:
        path += f"[{one}]" if one.isdigit() else f".{one}"
    return path.removeprefix(".")
