"""A patient's whole record, in every version it ever had, straight from the events.

A resource gets a new version when an event changed what it says, and only then. Its version id is the version of the
stream that the event belongs to, so that ``If-Match`` of the API and ``ETag`` of FHIR speak of the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from api.fhir.codes import Resource, instant
from api.fhir.diagnostic_report import report_resource
from api.fhir.observation import Bands, observations_of
from api.fhir.patient import patient_resource
from application.ports.ledger import RecordedEvent
from domain.checkups import checkup as checkups
from domain.checkups import patient as patients
from domain.checkups.events import AddendumAdded, MeasurementAmended
from domain.checkups.patient import Patient
from domain.checkups.personal import Personal

Kind = Literal["Patient", "Observation", "DiagnosticReport"]
_RANK = {"final": 0, "appended": 1, "amended": 2, "corrected": 3, "entered-in-error": 4}
"""A status only ever rises: what was corrected once is a corrected result for ever."""
_BESIDE_THE_VALUE = ("effectiveDateTime", "referenceRange", "interpretation", "code", "category", "meta")


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One resource as one event left it."""

    kind: Kind
    id: str
    number: int
    """Version of the stream."""
    event: RecordedEvent
    """Which made it so."""
    resource: Resource
    """Complete, with ``meta``."""
    before: int | None = None
    """The resource's version before; None: the first."""

    @property
    def first(self) -> bool:
        """Whether the resource came into being with it."""
        return self.before is None

    @property
    def at(self) -> datetime:
        """When it was recorded, by the ledger's clock."""
        return self.event.recorded_at

    @property
    def etag(self) -> str:
        """Weak, as FHIR wants it."""
        return f'W/"{self.number}"'

    @property
    def reference(self) -> str:
        """Relative, with the version."""
        return f"{self.kind}/{self.id}/_history/{self.number}"


class Record(msgspec.Struct, frozen=True):
    """Everything there is about one patient."""

    patient: Patient
    versions: tuple[Version, ...]
    """Of all resources, in the order of the ledger."""

    def of(self, kind: Kind, id: str) -> list[Version]:
        """All versions of one resource, oldest first; empty when there is none."""
        return [version for version in self.versions if version.kind == kind and version.id == id]

    def latest(self, kind: Kind | None = None) -> list[Version]:
        """The newest version of each resource."""
        newest = {(version.kind, version.id): version for version in self.versions}
        return [version for version in newest.values() if kind in (None, version.kind)]


def record_of(patient_events: Sequence[RecordedEvent], checkup_events: Iterable[RecordedEvent]) -> Record | None:
    """The record, of all events of the patient's streams in any order; None when nobody has been registered."""
    ordered = sorted([*patient_events, *checkup_events], key=lambda recorded: recorded.position)
    maker = _Maker()
    for recorded in ordered:
        maker.take(recorded)
    return Record(maker.patient, tuple(maker.versions)) if maker.patient else None


class _Maker:
    """Folds the events, and keeps a version wherever a resource says something new."""

    def __init__(self) -> None:
        self.versions: list[Version] = []
        self.patient: Patient | None = None
        self._checkups: dict[str, checkups.Checkup] = {}
        self._said: dict[tuple[Kind, str], Version] = {}
        self._content: dict[tuple[Kind, str], Resource] = {}
        self._results_of: dict[str, list[str]] = {}
        """Ids of the observations that a checkup has or had, in the order in which they came."""
        self._bands: Bands = {}

    def take(self, recorded: RecordedEvent) -> None:
        event = recorded.event
        if recorded.stream.startswith("patient:"):
            self.patient = patients.evolve(self.patient, event)
            if self.patient is not None:
                self._say(recorded, "Patient", self.patient.id, _person(self.patient))
            return
        state = checkups.evolve(self._checkups.get(recorded.stream), event)
        if state is None:
            return
        self._checkups[recorded.stream] = state
        personal = self.patient.personal if self.patient else Personal(name="")
        self._results(recorded, state, personal)
        added = isinstance(event, AddendumAdded) or (isinstance(event, MeasurementAmended) and event.old is None)
        status = "appended" if added else "corrected" if isinstance(event, MeasurementAmended) else "amended"
        report = report_resource(state, self._results_of[state.id])
        in_error = state.voided is not None
        # A corrected result makes a corrected report, though the report only refers to it.
        self._say(recorded, "DiagnosticReport", state.id, report, changed=status, in_error=in_error, anew=True)

    def _results(self, recorded: RecordedEvent, state: checkups.Checkup, personal: Personal) -> None:
        now = {} if state.voided else observations_of(state, personal, self._bands)
        known = self._results_of.setdefault(state.id, [])
        for key, content in now.items():
            old = self._content.get(("Observation", key))
            if old is None:
                known.append(key)
            self._say(recorded, "Observation", key, content, changed=_change(old, content))
        for key in known:
            if key not in now:
                self._say(recorded, "Observation", key, self._content["Observation", key], in_error=True)

    def _say(
        self,
        recorded: RecordedEvent,
        kind: Kind,
        id: str,
        content: Resource,
        *,
        changed: str = "amended",
        in_error: bool = False,
        anew: bool = False,
    ) -> None:
        before = self._said.get((kind, id))
        status = "entered-in-error" if in_error else "final" if before is None else changed
        if before is not None:
            same = content == self._content[kind, id] and not anew
            was: str = before.resource.get("status", "final")
            status = was if (same and not in_error) or _RANK[was] > _RANK[status] else status
            # What was entered in error and is measured after all is a result again.
            status = changed if was == "entered-in-error" and not in_error else status
            if same and status == was:
                return
        self._content[kind, id] = content
        made = Version(
            kind=kind,
            id=id,
            number=recorded.version,
            event=recorded,
            resource=_complete(kind, content, status, recorded),
            before=before.number if before else None,
        )
        self._said[kind, id] = made
        self.versions.append(made)


def _person(patient: Patient) -> Resource:
    return patient_resource(patient.id, patient.personal)


def _change(old: Resource | None, new: Resource) -> str:
    """``corrected`` when the value itself is another one, else ``amended``."""

    def value(resource: Resource) -> Resource:
        return {name: part for name, part in resource.items() if name not in _BESIDE_THE_VALUE}

    return "corrected" if old is not None and value(old) != value(new) else "amended"


def _complete(kind: Kind, content: Resource, status: str, recorded: RecordedEvent) -> Resource:
    at = instant(recorded.recorded_at)
    meta = {"versionId": str(recorded.version), "lastUpdated": at, **content.get("meta", {})}
    whole: Resource = {"resourceType": kind, "id": content["id"], **content} | {"meta": meta}
    if kind != "Patient":
        whole |= {"status": status, "issued": at}
    return whole
