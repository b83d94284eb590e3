"""Whose checkups an import brings: patients there are, by id or identifier, and new ones. Each is looked up once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from application.checkups.identifiers import TAKEN, exchange, holder
from application.checkups.import_rows import ExpectedPatient, PatientReference
from application.checkups.register_patient import patient_id_of
from application.checkups.traces import checkup_events
from application.commands import Context, Services, in_stream
from application.ports.ledger import NewEvent
from domain.checkups import checkup as checkups
from domain.checkups import patient as patients
from domain.checkups.checkup import Checkup
from domain.checkups.events import PatientRegistered, erasure_stream, patient_stream
from domain.checkups.faults import Fault, Faults, Faulty
from domain.checkups.patient import Patient
from domain.checkups.personal import Personal
from domain.checkups.searching import identifier_key, name_key
from domain.kernel import Closed
from domain.refusal import Refused

OTHER_NAME = "The patient with this number has another name. Is it the right patient? If so, correct the record first."
OTHER_BIRTH_DATE = (
    "The patient with this number has another birth date. Is it the right patient? If so, correct the record first."
)
OTHER_SEX = "The patient with this number has another sex. Is it the right patient? If so, correct the record first."

_encode = msgspec.json.Encoder().encode


class FoundPatient(msgspec.Struct, frozen=True):
    """A patient of an import."""

    id: str
    personal: Personal
    new: bool


class ImportedPatients:
    """Synchronous; one per attempt to import."""

    def __init__(self, services: Services, context: Context) -> None:
        self._services = services
        self._context = context
        self._known: dict[str, Patient | str] = {}
        """By id: the patient, or why there is none."""
        self._new: dict[bytes, FoundPatient] = {}
        self._events: dict[str, list[NewEvent]] = {}
        """Registrations of new patients, until they are taken."""
        self._claimed: dict[str, str] = {}
        """Identifiers that new patients of this import get."""
        self._checkups: dict[str, list[Checkup]] = {}

    def find(self, reference: PatientReference, row: int, at: datetime) -> FoundPatient:
        """The patient; a new one gets an id after the first row that names them.

        Raises:
            Refused, Faulty: there is no such patient, or the new one's personal data is implausible.
        """
        given = [one for one in (reference.id, reference.identifier, reference.register) if one is not None]
        if len(given) != 1:
            raise Refused("Name the patient in one way: by id, by identifier, or with register.")
        if reference.register is not None:
            return self._register(reference.register, row, at)
        if reference.identifier is not None:
            patient_id = holder(self._services, reference.identifier)
            if patient_id is None:
                raise Refused("No patient has this identifier.", "identifier")
            return _who_was_meant(self._existing(patient_id, "identifier"), reference.expected)
        assert reference.id is not None
        return _who_was_meant(self._existing(reference.id, "id"), reference.expected)

    def checkups(self, patient_id: str) -> list[Checkup]:
        """Every checkup of a patient, in no order; of a new one those of this very import, if it is repeated."""
        found = self._checkups.get(patient_id)
        if found is None:
            found = self._checkups[patient_id] = self._load_checkups(patient_id)
        return found

    def registration(self, patient: FoundPatient) -> list[NewEvent]:
        """What registers a new patient, the first time it is asked for; of a known one nothing."""
        return self._events.pop(patient.id, [])

    def _existing(self, patient_id: str, field: str) -> FoundPatient:
        known = self._known.get(patient_id)
        if known is None:
            known = self._known[patient_id] = self._load(patient_id)
        if isinstance(known, str):
            raise Refused(known, field)
        return FoundPatient(patient_id, known.personal, new=False)

    def _load(self, patient_id: str) -> Patient | str:
        ledger = self._services.ledger
        if not _is_id(patient_id):
            return "There is no such patient."
        if ledger.read_stream(erasure_stream(patient_id), limit=1):
            return "This patient was erased."
        found: Patient | None = None
        for recorded in ledger.read_stream(patient_stream(patient_id)):
            if isinstance(recorded.event, Closed):
                return "This patient was erased."
            found = patients.evolve(found, recorded.event)
        return "There is no such patient." if found is None else found

    def _register(self, personal: Personal, row: int, at: datetime) -> FoundPatient:
        patient_id = patient_id_of(self._context, row)
        try:
            event = patients.register(patient_id, personal, at)
        except Faulty as error:
            raise Faulty([_under_register(fault) for fault in error.faults]) from None
        alike = _encode(event.personal)
        found = self._new.get(alike)
        if found is not None:
            return found
        self._events[patient_id] = self._registration(patient_id, event, at)
        found = self._new[alike] = FoundPatient(patient_id, event.personal, new=True)
        return found

    def _registration(self, patient_id: str, event: PatientRegistered, at: datetime) -> list[NewEvent]:
        stream, identifiers = patient_stream(patient_id), event.personal.identifiers
        keys = [identifier_key(one) for one in identifiers]
        faults = [
            Fault(pointer=f"/register/identifiers/{place}", message=TAKEN)
            for place, key in enumerate(keys)
            if key in self._claimed
        ]
        if faults:
            raise Faulty(faults)
        try:
            claims = exchange(self._services, patient_id, (), identifiers, at, self._context)
        except Faulty as error:
            raise Faulty([_under_register(fault) for fault in error.faults]) from None
        self._claimed |= dict.fromkeys(keys, patient_id)
        return [*in_stream(stream, 0, [event], self._context), *claims]

    def _load_checkups(self, patient_id: str) -> list[Checkup]:
        found: dict[str, Checkup] = {}
        for recorded in reversed(checkup_events(self._services, patient_id)):
            after = checkups.evolve(found.get(recorded.stream), recorded.event)
            if after is not None:
                found[recorded.stream] = after
        return list(found.values())


def _who_was_meant(patient: FoundPatient, expected: ExpectedPatient | None) -> FoundPatient:
    """Raises ``Faulty``: the record says otherwise. What it says is not told: who imports need not be shown it."""
    if expected is None:
        return patient
    known, faults = patient.personal, Faults()
    if expected.name and known.name and name_key(expected.name) != name_key(known.name):
        faults.add("/expected/name", OTHER_NAME)
    if expected.birth_date and known.birth_date and expected.birth_date != known.birth_date:
        faults.add("/expected/birth_date", OTHER_BIRTH_DATE)
    if expected.sex not in {None, "unknown", known.sex} and known.sex != "unknown":
        faults.add("/expected/sex", OTHER_SEX)
    faults.settle()
    return patient


def _under_register(fault: Fault) -> Fault:
    return msgspec.structs.replace(fault, pointer=f"/register{fault.pointer}")


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
