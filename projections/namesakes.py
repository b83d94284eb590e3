"""Read model ``namesakes``: keyed hashes of family names, so that a look at a relative's record can be noticed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from domain.checkups.events import PatientErased, PatientRegistered, PatientRevised
from domain.identity.events import UserCreated, UserErased, UserRevised
from domain.kernel import Event, subject_of
from domain.names import family_name
from projections.base import Batch, Database, Fingerprints, Fold, NoFingerprints, Projection, Recorded


class Namesake(msgspec.Struct, kw_only=True):
    """A user or a patient. Fields in the order of the table's columns."""

    id: str
    patient: bool
    own: str | None
    families: list[str]


class Namesakes(Projection):
    """Schema ``namesakes``. A row is replaced as a whole, so nothing is loaded."""

    name = "namesakes"

    def __init__(self, schema: str | None = None) -> None:
        super().__init__(schema)
        self._blind: Fingerprints = NoFingerprints()
        self._rows: dict[str, Namesake] = {}
        self._dropped: set[str] = set()

    def folds(self) -> Mapping[type[Event], Fold]:
        """As ``Projection.folds``."""
        users: dict[type[Event], Fold] = dict.fromkeys((UserCreated, UserRevised), self._user)
        patients: dict[type[Event], Fold] = dict.fromkeys((PatientRegistered, PatientRevised), self._patient)
        return {**users, **patients, PatientErased: self._erase, UserErased: self._erase}

    def load(self, db: Database, batch: Batch) -> None:  # noqa: ARG002  (it only needs the key)
        """As ``Projection.load``."""
        self.forget()
        self._blind = batch.blind

    def flush(self, db: Database) -> None:
        """As ``Projection.flush``."""
        if self._dropped:
            db.execute(self.sql["drop"], [sorted(self._dropped)], prepare=True)
        for _, row in sorted(self._rows.items()):
            db.execute(self.sql["save"], list(msgspec.structs.astuple(row)), prepare=True)
        self.forget()

    def forget(self) -> None:
        """As ``Projection.forget``."""
        self._rows, self._dropped = {}, set()

    def _user(self, _: Recorded, event: UserCreated | UserRevised) -> None:
        families = self._families([event.name])
        self._rows[event.user_id] = Namesake(id=event.user_id, patient=False, own=event.patient_id, families=families)

    def _patient(self, _: Recorded, event: PatientRegistered | PatientRevised) -> None:
        told = event.personal
        names = [told.name] if told.guardian is None else [told.guardian.name]
        if told.guardian is not None and told.species is None:
            names.append(told.name)
        families = self._families(names)
        self._rows[event.patient_id] = Namesake(id=event.patient_id, patient=True, own=None, families=families)

    def _erase(self, record: Recorded, _: PatientErased | UserErased) -> None:
        erased = subject_of(record.stream)
        self._rows.pop(erased, None)
        self._dropped.add(erased)

    def _families(self, names: Iterable[str]) -> list[str]:
        found = {family for name in names if (family := family_name(name)) is not None}
        return sorted(self._blind.fingerprint("family-name", family) for family in found)
