"""What an import takes and what it reports, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from domain.checkups.checkup import Details
from domain.checkups.faults import Fault
from domain.checkups.given import GivenMeasurement
from domain.checkups.personal import Identifier, Personal, Sex


class ExpectedPatient(msgspec.Struct, frozen=True, kw_only=True):
    """What a row says of who it is. A number typed wrongly is often somebody else's."""

    name: str | None = None
    birth_date: date | None = None
    sex: Sex | None = None


class PatientReference(msgspec.Struct, frozen=True, kw_only=True):
    """Whose checkup it is: exactly one of the three is given."""

    id: str | None = None
    identifier: Identifier | None = None
    register: Personal | None = None
    """Somebody new. Rows with the same personal data are one patient."""
    expected: ExpectedPatient | None = None
    """Of somebody known: a record that says otherwise is a fault of the row."""


class ImportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One checkup."""

    patient: PatientReference | None
    """None: it could not be understood; ``faults`` says why."""
    details: Details | None
    """None: as above."""
    given: Sequence[GivenMeasurement] = ()
    faults: Sequence[Fault] = ()
    """What is wrong with the row already, with pointers into the row."""


class RowReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became, or would become, of a row."""

    row: int
    """1 for the first."""
    patient_id: str | None = None
    """None when the row has faults."""
    checkup_id: str | None = None
    new_patient: bool = False
    duplicate_of: str | None = None
    """Id of the checkup that this one repeats; it is a fault too."""
    faults: Sequence[Fault] = ()
    """Pointers into the row: ``/patient/identifier``, ``/checkup/measurements/2/value``."""

    @property
    def ok(self) -> bool:
        """Whether it was stored, or would be."""
        return not self.faults


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """Every row, in order."""

    rows: Sequence[RowReport]
    good: int
    bad: int
    stored: int
    """How many rows are in the ledger now: all good ones, or none."""
    position: int | None = None
    """Ledger position of the last event; None when nothing was stored."""
