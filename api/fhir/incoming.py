"""A Bundle as the rows of an import: observations grouped into checkups, each entry's faults with its expression."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from api.fhir.codes import KIND, Resource
from api.fhir.incoming_faults import expression_of, path_of
from api.fhir.incoming_observation import left_out, measurement_of
from api.fhir.incoming_parts import day, objects, part, text
from api.fhir.incoming_patient import personal_of
from api.fhir.incoming_shape import misshapen
from api.fhir.operation_outcome import Issue
from api.fhir.patient import system_name
from application.checkups.import_rows import ImportReport, ImportRow, PatientReference
from domain.checkups.checkup import KINDS, Details
from domain.checkups.events import CheckupKind
from domain.checkups.faults import Faults
from domain.checkups.given import GivenMeasurement
from domain.checkups.personal import Identifier
from domain.refusal import Refused

TYPES = {
    "transaction": "transaction-response",
    "batch": "batch-response",
    "collection": "transaction-response",
    "searchset": "transaction-response",
}
"""Whatever it is, it is taken in whole or not at all. A searchset is what ``$everything`` answers elsewhere."""
MOST_ENTRIES = 20_000
_TAKEN = ("Patient", "Observation", "DiagnosticReport")
_LEFT_OUT = (
    "Encounter", "Organization", "Practitioner", "PractitionerRole", "Provenance", "AuditEvent", "OperationOutcome",
)  # fmt: skip
_MEANING = ("modifierExtension", "implicitRules")
"""What may turn a resource into its opposite, so that nobody may overlook it (R4, 2.4.0.2)."""
_REGISTERED = re.compile(r"Patient/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?")
_FINAL = {"final", "amended", "corrected", "appended"}
_encode = msgspec.json.Encoder().encode
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
                    expression=expression_of(fault, group.entries, group.first, group.patient_entry),
                    code="duplicate" if row.duplicate_of else "business-rule" if fault.unusual else "value",
                )
                # A patient of several checkups is at fault once.
                if issue not in found:
                    found.append(issue)
        return found


def incoming(bundle: Any, holder: Holder) -> Incoming:
    """Reads a Bundle; all that is wrong with it is in ``issues``."""
    whole = part(bundle)
    if whole.get("resourceType") != "Bundle":
        return Incoming("", [], [Issue(text="Send a Bundle.", expression="Bundle.resourceType", code="structure")])
    if issues := misshapen(whole):
        return Incoming("", [], issues)
    kind = whole.get("type")
    if kind not in TYPES:
        told = "type must be transaction, batch, collection or searchset."
        return Incoming("", [], [Issue(text=told, expression="Bundle.type", code="value")])
    if any(link.get("relation") == "next" for link in objects(whole.get("link"))):
        told = "This is one page of several. Ask for all of them in one, with _count, so that no half record comes in."
        return Incoming("", [], [Issue(text=told, expression="Bundle.link", code="incomplete")])
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
        self._ranks: dict[int, int] = {}
        """Which of the results of its report an observation is."""
        self._patients: dict[int, PatientReference | None] = {}
        self._groups: dict[tuple[Any, ...], Group] = {}

    def read(self) -> None:
        for place, resource in enumerate(self._resources):
            self._register(place, resource)
        for place, resource in self._of("DiagnosticReport"):
            for number, result in enumerate(objects(resource.get("result"))):
                member = self._resolve(result)
                if member is None or self._resources[member].get("resourceType") != "Observation":
                    told = "The reference leads to no Observation of this Bundle."
                    self._tell(place, f"result[{number}].reference", told, "not-found")
                else:
                    self._into.reports[member] = place
                    self._ranks[member] = number
        for place, resource in self._of("Patient"):
            self._patients[place] = self._patient(place, resource)
        self._twins()
        # In the order of their report, where they have one: of what was measured twice, the last one counts.
        for place, resource in sorted(self._of("Observation"), key=self._rank):
            self._observation(place, resource)
        self._into.groups = sorted(self._groups.values(), key=lambda group: min(group.entries))
        used = {group.patient_entry for group in self._into.groups}
        for place, _ in self._of("Patient"):
            if place not in used and not self._into.issues:
                told = "The Bundle has no result of this Patient. Register somebody alone by POST /api/v1/patients."
                self._tell(place, "", told, "business-rule")

    def _rank(self, one: tuple[int, Resource]) -> tuple[int, int]:
        place = one[0]
        report = self._into.reports.get(place)
        return (place, 0) if report is None else (report, self._ranks[place])

    def _twins(self) -> None:
        """Two entries that cannot be told apart are two people, or one person twice: who knows."""
        first: dict[Any, int] = {}
        for place, reference in self._patients.items():
            if reference is None:
                continue
            known = first.setdefault(_encode(reference), place)
            if known != place:
                told = f"This is the same Patient as entry {known}: refer to that one, or add what tells them apart."
                self._tell(place, "", told, "duplicate")

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
        for name in _MEANING:
            if kind in _TAKEN and resource.get(name):
                self._tell(
                    place, name, f"{name} is not supported: it may change what everything else means.", "extension"
                )
        names = {text(self._into.entries[place].get("fullUrl"))}
        if isinstance(resource.get("id"), str):
            names.add(f"{kind}/{resource['id']}")
        for name in sorted(filter(None, names)):
            if self._places.setdefault(name, place) != place:
                told = f"Entry {self._places[name]} has this fullUrl or id already, so that references lead to both."
                issue = Issue(text=told, expression=f"Bundle.entry[{place}].fullUrl", code="duplicate")
                self._into.issues.append(issue)

    def _resolve(self, reference: Any) -> int | None:
        """Which entry a reference leads to. An address leads to that very address: Patient/1 of another server is
        somebody else (R4, 3.1.1.5).
        """
        said = text(part(reference).get("reference")) or ""
        return self._places.get(said, self._places.get(said.partition("/_history/")[0]))

    def _patient(self, place: int, resource: Resource) -> PatientReference | None:
        existing = str(part(self._into.entries[place].get("request")).get("ifNoneExist", ""))
        if existing:
            identifier = _conditional(existing)
            if identifier is None:
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
        if (why := left_out(resource)) is not None:
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
            self._tell(
                place, path_of(fault.pointer), fault.message, "required" if fault.pointer == "/code" else "value"
            )
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
        if said.startswith("Patient?"):
            found = _conditional(said.removeprefix("Patient?"))
            if found is not None:
                return PatientReference(identifier=found), None
        elif named := _REGISTERED.fullmatch(said):
            return PatientReference(id=named[1]), None
        elif text(identifier.get("system")) and text(identifier.get("value")):
            name = system_name(str(identifier["system"]))
            return PatientReference(identifier=Identifier(system=name, value=str(identifier["value"]))), None
        told = "subject must lead to a Patient of this Bundle, or to Patient/id of one who is registered."
        self._tell(place, "subject", told, "not-found")
        return None, None


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


def _conditional(query: str) -> Identifier | None:
    """The identifier that a search asks for by ``identifier=system|value`` and nothing else."""
    asked = parse_qsl(query, keep_blank_values=True)
    if [name for name, _ in asked] != ["identifier"]:
        return None
    system, bar, value = asked[0][1].partition("|")
    return Identifier(system=system_name(system), value=value) if system and bar and value else None
