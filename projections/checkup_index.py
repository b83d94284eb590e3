"""Read model ``checkup_index``: which checkups a patient has, and nothing of what was found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from domain.checkups.events import (
    AddendumAdded,
    CheckupDetailsAmended,
    CheckupEvent,
    CheckupKind,
    CheckupRecorded,
    CheckupVoided,
    MeasurementAmended,
    PatientErased,
)
from domain.kernel import Event
from projections.base import Batch, Database, Fold, Projection, Recorded


class CheckupEntry(msgspec.Struct, kw_only=True):
    """One checkup. Fields in the order of the table's columns."""

    id: str
    patient_id: str
    kind: CheckupKind
    date: date
    """Of the examination, where it took place."""
    voided: bool
    version: int
    """Version of the checkup's stream; its ``ETag``."""
    recorded_at: datetime
    changed_at: datetime


class CheckupIndex(Projection):
    """Schema ``checkup_index``. Checkups change rarely: none is kept in memory between batches."""

    name = "checkup_index"

    def __init__(self, schema: str | None = None) -> None:
        super().__init__(schema)
        self._checkups: dict[str, CheckupEntry] = {}
        self._erased: set[str] = set()

    def folds(self) -> Mapping[type[Event], Fold]:
        """As ``Projection.folds``."""
        kinds = (CheckupRecorded, MeasurementAmended, CheckupDetailsAmended, AddendumAdded, CheckupVoided)
        return {**dict.fromkeys(kinds, self._fold), PatientErased: self._erase}

    def load(self, db: Database, batch: Batch) -> None:
        """As ``Projection.load``."""
        self.forget()
        ids = sorted({record.event.checkup_id for record in batch.rare if isinstance(record.event, CheckupEvent)})
        if ids:
            for row in db.execute(self.sql["load"], [ids], prepare=True).fetchall():
                self._checkups[row[0]] = entry_of(row)

    def flush(self, db: Database) -> None:
        """As ``Projection.flush``."""
        if self._erased:
            db.execute(self.sql["erase"], [sorted(self._erased)], prepare=True)
        if self._checkups:
            rows = sorted(self._checkups.values(), key=lambda checkup: checkup.id)
            fields = CheckupEntry.__struct_fields__
            db.execute(self.sql["save"], [[getattr(row, name) for row in rows] for name in fields], prepare=True)
        self.forget()

    def forget(self) -> None:
        """As ``Projection.forget``."""
        self._checkups = {}
        self._erased = set()

    def _fold(self, record: Recorded, event: CheckupEvent) -> None:
        if isinstance(event, CheckupRecorded):
            self._checkups[event.checkup_id] = CheckupEntry(
                id=event.checkup_id,
                patient_id=event.patient_id,
                kind=event.kind,
                date=event.date,
                voided=False,
                version=record.version,
                recorded_at=record.recorded_at,
                changed_at=record.recorded_at,
            )
            return
        checkup = self._checkups[event.checkup_id]
        checkup.version, checkup.changed_at = record.version, record.recorded_at
        if isinstance(event, CheckupVoided):
            checkup.voided = True
        elif isinstance(event, CheckupDetailsAmended):
            checkup.kind = event.new.get("kind", checkup.kind)
            if "date" in event.new:
                checkup.date = date.fromisoformat(event.new["date"])

    def _erase(self, _: Recorded, event: PatientErased) -> None:
        self._erased.add(event.patient_id)
        for checkup in [one for one in self._checkups.values() if one.patient_id == event.patient_id]:
            del self._checkups[checkup.id]


def entry_of(row: tuple[object, ...]) -> CheckupEntry:
    """The checkup of a row with the table's columns in order."""
    return CheckupEntry(**dict(zip(CheckupEntry.__struct_fields__, row, strict=True)))  # type: ignore[arg-type]
