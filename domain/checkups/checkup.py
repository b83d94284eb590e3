"""The checkup: what was measured, what was corrected, what follows from it. Decisions return events; ``evolve`` folds
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, get_args

import msgspec

from domain.checkups.events import (
    AddendumAdded,
    CheckupDetailsAmended,
    CheckupKind,
    CheckupRecorded,
    CheckupVoided,
    MeasurementAmended,
)
from domain.checkups.results import Measurement, Results
from domain.kernel import Event

KINDS: tuple[CheckupKind, ...] = get_args(CheckupKind)


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """When, where and by whom."""

    kind: CheckupKind
    date: date
    """Calendar day of the examination, where it took place."""
    place: str | None = None
    clinician: str | None = None
    note: str | None = None
    """Fixed once recorded; what is to be said later is an addendum."""


class Addendum(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be read beside the results."""

    at: datetime
    text: str


class Voided(msgspec.Struct, frozen=True, kw_only=True):
    """Entered in error: it counts nowhere, and stays readable."""

    at: datetime
    reason: str


class Checkup(Details, frozen=True, kw_only=True):
    """A checkup as its stream tells it."""

    id: str
    patient_id: str
    results: Results
    addenda: tuple[Addendum, ...] = ()
    voided: Voided | None = None
    source: str | None = None
    """Where it was imported from; None: entered."""
    recorded_at: datetime
    changed_at: datetime
    """Time of the newest event of the stream."""
    used_ids: frozenset[str] = frozenset()
    """Ids of measurements there are or were: none names another measurement later."""
    version: int = 1
    """Version of the checkup's stream; its ``ETag``."""

    def measurement(self, measurement_id: str) -> Measurement | None:
        """The measurement with that id, as it is known now."""
        return next((found for found in self.results.measurements if found.id == measurement_id), None)


def evolve(checkup: Checkup | None, event: Event) -> Checkup | None:
    """The checkup after one event of its stream; other events leave it as it is."""
    if isinstance(event, CheckupRecorded):
        return Checkup(
            id=event.checkup_id,
            patient_id=event.patient_id,
            kind=event.kind,
            date=event.date,
            place=event.place,
            clinician=event.clinician,
            note=event.note,
            results=event.results,
            source=event.source,
            recorded_at=event.at,
            changed_at=event.at,
            used_ids=frozenset(measurement.id for measurement in event.results.measurements),
        )
    if checkup is None:
        return None
    match event:
        case MeasurementAmended():
            changes: dict[str, Any] = {
                "results": _amended(checkup.results, event),
                "used_ids": checkup.used_ids | {event.measurement_id},
            }
        case CheckupDetailsAmended():
            results = msgspec.structs.replace(checkup.results, derived=event.derived, judgements=event.judgements)
            changes = {**details_of(event.new), "results": results}
        case AddendumAdded():
            changes = {"addenda": (*checkup.addenda, Addendum(at=event.at, text=event.text))}
        case CheckupVoided():
            changes = {"voided": Voided(at=event.at, reason=event.reason)}
        case _:
            return checkup
    return msgspec.structs.replace(checkup, **changes, changed_at=event.at, version=checkup.version + 1)


def details_of(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of ``Details`` from the JSON of a ``CheckupDetailsAmended``."""
    fields = dict(stored)
    if "date" in fields:
        fields["date"] = date.fromisoformat(fields["date"])
    return fields


def _amended(results: Results, event: MeasurementAmended) -> Results:
    kept = [found for found in results.measurements if found.id != event.measurement_id]
    if event.new is not None:
        # In its old place, so that a correction moves nothing; what was missing goes to the end.
        ids = [found.id for found in results.measurements]
        place = ids.index(event.measurement_id) if event.measurement_id in ids else len(kept)
        kept.insert(place, event.new)
    return Results(measurements=tuple(kept), derived=event.derived, judgements=event.judgements)
