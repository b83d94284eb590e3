"""Read model ``measurements``: every number of every checkup and the classes it was put in, under pseudonyms.

Sex and age band of the day are kept in plain with a checkup, so that cohorts can be told apart; the birth date they
come from is sealed. Nothing of an erased patient stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import msgspec

from domain.checkups.cohorts import age_band
from domain.checkups.events import (
    CheckupDetailsAmended,
    CheckupRecorded,
    CheckupVoided,
    MeasurementAmended,
    PatientErased,
    PatientRegistered,
    PatientRevised,
)
from domain.checkups.personal import Personal, Sex
from domain.checkups.results import Derived, Judgement, Measurement
from domain.kernel import Event
from projections.base import Batch, Database, Fold, Projection, Recorded, RowKey


class Reading(NamedTuple):
    """One number. Fields in the order of the table's columns."""

    checkup_id: str
    patient_id: str
    measurement_id: str
    code: str
    derived: bool
    date: date
    value: Decimal
    unit: str
    comparator: str | None


class Grade(NamedTuple):
    """One judgement. As above."""

    checkup_id: str
    patient_id: str
    code: str
    scheme: str
    edition: str
    date: date
    grade: str | None
    reason: str | None


class _Checkup(msgspec.Struct):
    id: str
    patient_id: str
    date: date
    sex: Sex
    age_band: str
    animal: bool
    voided: bool


class _Person(msgspec.Struct, frozen=True, omit_defaults=True):
    sex: Sex = "unknown"
    born: date | None = None
    species: str | None = None


class _Contents(NamedTuple):
    readings: list[Reading]
    grades: list[Grade]


_Amended = CheckupRecorded | MeasurementAmended | CheckupDetailsAmended | CheckupVoided
_TABLES = ("people", "checkups", "readings", "grades")
_person = msgspec.json.Decoder(_Person)


class Measurements(Projection):
    """Schema ``measurements``. Checkups change rarely: none is kept in memory between batches."""

    name = "measurements"

    def __init__(self, schema: str | None = None) -> None:
        super().__init__(schema)
        self.forget()

    def folds(self) -> Mapping[type[Event], Fold]:
        """As ``Projection.folds``."""
        return {
            PatientRegistered: self._known,
            PatientRevised: self._known,
            CheckupRecorded: self._recorded,
            MeasurementAmended: self._amended,
            CheckupDetailsAmended: self._moved,
            CheckupVoided: self._voided,
            PatientErased: self._erase,
        }

    def load(self, db: Database, batch: Batch) -> None:
        """As ``Projection.load``."""
        self.forget()
        self._keys = batch.keys
        events = [record.event for record in batch.rare]
        old = sorted({e.checkup_id for e in events if isinstance(e, _Amended) and not isinstance(e, CheckupRecorded)})
        revised = sorted({e.patient_id for e in events if isinstance(e, PatientRevised)})
        people = sorted({e.patient_id for e in events if isinstance(e, CheckupRecorded | CheckupDetailsAmended)})
        if people:
            self._boxes = dict(db.execute(self.sql["load_people"], [people], prepare=True).fetchall())
        if old or revised:
            for row in db.execute(self.sql["load_checkups"], [old, revised], prepare=True).fetchall():
                self._checkups[row[0]] = _Checkup(*row)
        if old:
            self._contents = {checkup_id: _Contents([], []) for checkup_id in old}
            for row in db.execute(self.sql["load_readings"], [old], prepare=True).fetchall():
                self._contents[row[0]].readings.append(Reading(*row))
            for row in db.execute(self.sql["load_grades"], [old], prepare=True).fetchall():
                self._contents[row[0]].grades.append(Grade(*row))

    def flush(self, db: Database) -> None:
        """As ``Projection.flush``."""
        if self._erased:
            for table in _TABLES:
                db.execute(self.sql[f"erase_{table}"], [sorted(self._erased)], prepare=True)
        self._save(db, "people", [(one, self._boxes[one]) for one in sorted(self._met)])
        checkups = [self._checkups[one] for one in sorted(self._changed)]
        self._save(db, "checkups", [msgspec.structs.astuple(one) for one in checkups])
        replaced = sorted(self._replaced)
        if replaced:
            db.execute(self.sql["drop_readings"], [replaced], prepare=True)
            db.execute(self.sql["drop_grades"], [replaced], prepare=True)
            self._save(db, "readings", [row for one in replaced for row in self._contents[one].readings])
            self._save(db, "grades", [row for one in replaced for row in self._contents[one].grades])
        self.forget()

    def forget(self) -> None:
        """As ``Projection.forget``."""
        self._keys: Mapping[str, RowKey] = {}
        self._boxes: dict[str, bytes] = {}
        self._people: dict[str, _Person] = {}
        self._checkups: dict[str, _Checkup] = {}
        self._contents: dict[str, _Contents] = {}
        self._met: set[str] = set()
        self._changed: set[str] = set()
        self._replaced: set[str] = set()
        self._erased: set[str] = set()

    def _save(self, db: Database, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            db.execute(self.sql[f"save_{table}"], columns, prepare=True)

    def _known(self, _: Recorded, event: PatientRegistered | PatientRevised) -> None:
        told: Personal = event.personal
        person = self._people[event.patient_id] = _Person(told.sex, told.birth_date, told.species)
        key = self._keys[event.patient_id]
        self._boxes[event.patient_id] = key.seal_row(_context(event.patient_id), msgspec.json.encode(person))
        self._met.add(event.patient_id)
        for checkup in self._checkups.values():
            if checkup.patient_id == event.patient_id:
                self._describe(checkup, person)

    def _recorded(self, _: Recorded, event: CheckupRecorded) -> None:
        checkup = self._checkups[event.checkup_id] = _Checkup(
            event.checkup_id, event.patient_id, event.date, "unknown", "unknown", animal=False, voided=False
        )
        self._describe(checkup, self._person(event.patient_id))
        held = self._contents[event.checkup_id] = _Contents([], [])
        for measurement in event.results.measurements:
            held.readings.extend(_readings(checkup, measurement))
        self._follow(checkup, event.results.derived, event.results.judgements)

    def _amended(self, _: Recorded, event: MeasurementAmended) -> None:
        checkup, held = self._checkups[event.checkup_id], self._contents[event.checkup_id]
        if checkup.voided:
            return
        gone = {event.measurement_id, event.old.id if event.old else event.measurement_id}
        held.readings[:] = [one for one in held.readings if one.derived or one.measurement_id not in gone]
        if event.new is not None:
            held.readings.extend(_readings(checkup, event.new))
        self._follow(checkup, event.derived, event.judgements)

    def _moved(self, _: Recorded, event: CheckupDetailsAmended) -> None:
        checkup, held = self._checkups[event.checkup_id], self._contents[event.checkup_id]
        if checkup.voided:
            return
        if "date" in event.new:
            checkup.date = date.fromisoformat(event.new["date"])
            held.readings[:] = [one._replace(date=checkup.date) for one in held.readings]
            self._describe(checkup, self._person(event.patient_id))
        self._follow(checkup, event.derived, event.judgements)

    def _voided(self, _: Recorded, event: CheckupVoided) -> None:
        self._checkups[event.checkup_id].voided = True
        self._contents[event.checkup_id] = _Contents([], [])
        self._changed.add(event.checkup_id)
        self._replaced.add(event.checkup_id)

    def _erase(self, _: Recorded, event: PatientErased) -> None:
        self._erased.add(event.patient_id)
        self._met.discard(event.patient_id)
        for checkup in [one for one in self._checkups.values() if one.patient_id == event.patient_id]:
            del self._checkups[checkup.id]
            self._changed.discard(checkup.id)
            self._replaced.discard(checkup.id)

    def _describe(self, checkup: _Checkup, person: _Person) -> None:
        checkup.sex, checkup.animal = person.sex, person.species is not None
        checkup.age_band = age_band(person.born, checkup.date)
        self._changed.add(checkup.id)

    def _follow(self, checkup: _Checkup, derived: Sequence[Derived], judgements: Sequence[Judgement]) -> None:
        """What is derived and judged is told anew, as a whole, by every event that may change it."""
        held = self._contents[checkup.id]
        held.readings[:] = [one for one in held.readings if not one.derived]
        for one in derived:
            if one.value is not None:
                held.readings.append(_reading(checkup, one.code, one.code, one.value, one.unit, derived=True))
        told = {(one.code, one.scheme): one for one in judgements}
        held.grades[:] = [
            Grade(checkup.id, checkup.patient_id, code, scheme, one.edition, checkup.date, one.grade, one.reason)
            for (code, scheme), one in told.items()
        ]
        self._replaced.add(checkup.id)

    def _person(self, patient_id: str) -> _Person:
        known = self._people.get(patient_id)
        if known is None:
            box = self._boxes[patient_id]
            known = self._people[patient_id] = _person.decode(
                self._keys[patient_id].open_row(_context(patient_id), box)
            )
        return known


def _readings(checkup: _Checkup, measurement: Measurement) -> list[Reading]:
    if measurement.components:
        return [
            _reading(checkup, measurement.id, part.code, part.value, measurement.unit)
            for part in measurement.components
        ]
    if measurement.value is None:
        return []
    return [
        _reading(checkup, measurement.id, measurement.code, measurement.value, measurement.unit)._replace(
            comparator=measurement.comparator
        )
    ]


def _reading(
    checkup: _Checkup, measurement_id: str, code: str, value: Decimal, unit: str | None, *, derived: bool = False
) -> Reading:
    return Reading(checkup.id, checkup.patient_id, measurement_id, code, derived, checkup.date, value, unit or "", None)


def _context(patient_id: str) -> bytes:
    return f"vitalog measurements row v1\n{patient_id}".encode()
