"""Read model ``patients``: who is a patient. Personal data is sealed in it too, and an erased patient's row is gone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from domain.checkups.events import (
    ErasureConfirmed,
    ErasureRequested,
    ErasureWithdrawn,
    LegalHoldLifted,
    LegalHoldPlaced,
    PatientErased,
    PatientEvent,
    PatientRegistered,
    PatientRevised,
)
from domain.checkups.personal import Personal
from domain.checkups.searching import identifier_key, name_keys, phone_key
from domain.kernel import Event
from projections.base import Batch, Database, Fingerprints, Fold, NoFingerprints, Projection, Recorded, RowKey

_encoder = msgspec.json.Encoder()


class PatientRow(msgspec.Struct, kw_only=True):
    """One patient. Fields in the order of the table's columns."""

    patient_id: str
    registered_at: datetime
    position: int
    version: int
    sealed: bytes
    name_keys: list[str]
    phone_keys: list[str]
    identifier_keys: list[str]


def row_context(patient_id: str) -> bytes:
    """What a sealed row is bound to."""
    return f"vitalog patients row v1\n{patient_id}".encode()


class Patients(Projection):
    """Schema ``patients``. Patients change rarely: none is kept in memory between batches."""

    name = "patients"

    def __init__(self, schema: str | None = None) -> None:
        super().__init__(schema)
        self._rows: dict[str, PatientRow] = {}
        self._changed: set[str] = set()
        self._erased: set[str] = set()
        self._keys: Mapping[str, RowKey] = {}
        self._blind: Fingerprints = NoFingerprints()

    def folds(self) -> Mapping[type[Event], Fold]:
        """As ``Projection.folds``. What was sealed for an erased patient never comes here."""
        others = (LegalHoldPlaced, LegalHoldLifted, ErasureRequested, ErasureWithdrawn, ErasureConfirmed)
        return {
            PatientRegistered: self._register,
            PatientRevised: self._revise,
            **dict.fromkeys(others, self._touch),
            PatientErased: self._erase,
        }

    def load(self, db: Database, batch: Batch) -> None:
        """As ``Projection.load``."""
        self.forget()
        self._keys, self._blind = batch.keys, batch.blind
        events = [record.event for record in batch.rare]
        ids = sorted({event.patient_id for event in events if isinstance(event, PatientEvent)})
        if ids:
            for row in db.execute(self.sql["load"], [ids], prepare=True).fetchall():
                found = PatientRow(**dict(zip(PatientRow.__struct_fields__, row, strict=True)))
                self._rows[found.patient_id] = found

    def flush(self, db: Database) -> None:
        """As ``Projection.flush``."""
        if self._erased:
            db.execute(self.sql["drop"], [sorted(self._erased)], prepare=True)
        for patient_id in sorted(self._changed):
            db.execute(self.sql["save"], list(msgspec.structs.astuple(self._rows[patient_id])), prepare=True)
        self.forget()

    def forget(self) -> None:
        """As ``Projection.forget``."""
        self._rows, self._changed, self._erased, self._keys = {}, set(), set(), {}

    def _register(self, record: Recorded, event: PatientRegistered) -> None:
        self._rows[event.patient_id] = PatientRow(
            patient_id=event.patient_id,
            registered_at=event.at,
            position=record.position,
            version=record.version,
            sealed=b"",
            name_keys=[],
            phone_keys=[],
            identifier_keys=[],
        )
        self._fill(event.patient_id, event.personal)

    def _revise(self, record: Recorded, event: PatientRevised) -> None:
        self._touch(record, event)
        self._fill(event.patient_id, event.personal)

    def _touch(self, record: Recorded, event: PatientEvent) -> None:
        self._rows[event.patient_id].version = record.version
        self._changed.add(event.patient_id)

    def _erase(self, _: Recorded, event: PatientErased) -> None:
        self._rows.pop(event.patient_id, None)
        self._changed.discard(event.patient_id)
        self._erased.add(event.patient_id)

    def _fill(self, patient_id: str, personal: Personal) -> None:
        row = self._rows[patient_id]
        people = [personal, personal.guardian] if personal.guardian else [personal]
        row.sealed = self._keys[patient_id].seal_row(row_context(patient_id), _encoder.encode(personal))
        row.name_keys = self._hashed("name", [key for one in people for key in name_keys(one.name)])
        row.phone_keys = self._hashed("phone", [phone_key(one.phone) for one in people if one.phone])
        row.identifier_keys = self._hashed("identifier", [identifier_key(one) for one in personal.identifiers])
        self._changed.add(patient_id)

    def _hashed(self, kind: str, texts: list[str]) -> list[str]:
        return sorted({self._blind.fingerprint(kind, text) for text in texts})
