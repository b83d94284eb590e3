"""The patient: who they are, holds on the record, how it is erased. Decisions return events; ``evolve`` folds them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from domain.checkups.events import (
    ErasureConfirmed,
    ErasureGround,
    ErasureRequested,
    ErasureWithdrawn,
    LegalHoldLifted,
    LegalHoldPlaced,
    PatientErased,
    PatientRegistered,
    PatientRevised,
)
from domain.checkups.particulars import checked
from domain.checkups.personal import Personal
from domain.kernel import Event
from domain.refusal import Refused, line

MAX_REASON = 500
LONGEST_HOLD = timedelta(days=366 * 100)


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """The record may not be erased until a day has ended."""

    until: date
    """The last day it is in force, in UTC."""
    reason: str
    placed_at: datetime


class ErasureAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Someone asked that the patient be forgotten, and nobody has confirmed it yet."""

    by: str
    ground: ErasureGround
    at: datetime


class Patient(msgspec.Struct, frozen=True, kw_only=True):
    """A patient as the stream tells it."""

    id: str
    personal: Personal
    registered_at: datetime
    changed_at: datetime
    """Time of the newest event of the stream."""
    hold: Hold | None = None
    """The newest one that was not lifted; it may have run out: ``held_on`` tells."""
    erasure: ErasureAsked | None = None
    version: int = 1
    """Version of the patient's stream; its ``ETag``."""

    def held_on(self, day: date) -> bool:
        """Whether a legal hold is in force on a day (UTC), the last day of the hold included."""
        return self.hold is not None and day <= self.hold.until


def register(patient_id: str, personal: Personal, at: datetime) -> PatientRegistered:
    """Raises:
    Faulty: personal data is implausible.
    """
    return PatientRegistered(patient_id=patient_id, at=at, personal=checked(personal, at))


def revise(patient: Patient, personal: Personal, reason: str, at: datetime) -> list[Event]:
    """``personal`` is all of it from now on. Nothing when it is what it was.

    Raises:
        Faulty: personal data is implausible.
        Refused: there is no reason.
    """
    reason = line(reason, "reason", MAX_REASON)
    clean = checked(personal, at)
    if clean == patient.personal:
        return []
    return [PatientRevised(patient_id=patient.id, at=_after(patient, at), personal=clean, reason=reason)]


def place_hold(patient: Patient, until: date, reason: str, at: datetime) -> list[Event]:
    """A new hold replaces the one before. Nothing when it is the same.

    Raises:
        Refused: the end is past, or more than a hundred years away; there is no reason.
    """
    reason = line(reason, "reason", MAX_REASON)
    if until < at.date():
        raise Refused("The hold would be over already: until must be today (UTC) or later.", "until")
    if until > at.date() + LONGEST_HOLD:
        raise Refused("A hold lasts at most a hundred years.", "until")
    if patient.hold is not None and (patient.hold.until, patient.hold.reason) == (until, reason):
        return []
    return [LegalHoldPlaced(patient_id=patient.id, at=_after(patient, at), until=until, reason=reason)]


def lift_hold(patient: Patient, reason: str, at: datetime) -> list[Event]:
    """Raises ``Refused`` when there is none, or no reason."""
    reason = line(reason, "reason", MAX_REASON)
    if patient.hold is None:
        raise Refused("There is no legal hold on this patient.")
    return [LegalHoldLifted(patient_id=patient.id, at=_after(patient, at), reason=reason)]


def request_erasure(patient: Patient, by: str, ground: ErasureGround, at: datetime) -> list[Event]:
    """``by`` is the person, whatever credential they used. Nothing when the same person has asked for the same.

    Raises:
        Refused: a hold is in force, or somebody has asked already.
    """
    _refuse_held(patient, at)
    asked = patient.erasure
    if asked is not None:
        if (asked.by, asked.ground) == (by, ground):
            return []
        raise Refused("Somebody has asked for the erasure already. Confirm it, or withdraw it first.")
    return [ErasureRequested(patient_id=patient.id, at=_after(patient, at), by=by, ground=ground)]


def withdraw_erasure(patient: Patient, at: datetime) -> list[Event]:
    """Raises ``Refused`` when nobody has asked for it."""
    if patient.erasure is None:
        raise Refused("Nobody has asked for the erasure of this patient.")
    return [ErasureWithdrawn(patient_id=patient.id, at=_after(patient, at))]


def confirm_erasure(patient: Patient, by: str, at: datetime) -> tuple[ErasureConfirmed, PatientErased]:
    """What goes to the patient's own stream, and what outlives it.

    Raises:
        Refused: a hold is in force, nobody has asked for it, or ``by`` is who asked for it.
    """
    _refuse_held(patient, at)
    asked = patient.erasure
    if asked is None:
        raise Refused("Nobody has asked for the erasure of this patient.")
    if asked.by == by:
        raise Refused("Another person than the one who asked for the erasure has to confirm it.")
    at = _after(patient, at)
    confirmed = ErasureConfirmed(patient_id=patient.id, at=at, by=by)
    return confirmed, PatientErased(
        patient_id=patient.id,
        at=at,
        requested_by=asked.by,
        requested_at=asked.at,
        confirmed_by=by,
        ground=asked.ground,
    )


def evolve(patient: Patient | None, event: Event) -> Patient | None:
    """The patient after one event of their stream; other events leave them as they are."""
    if isinstance(event, PatientRegistered):
        return Patient(id=event.patient_id, personal=event.personal, registered_at=event.at, changed_at=event.at)
    if patient is None:
        return None
    match event:
        case PatientRevised():
            changes: dict[str, Any] = {"personal": event.personal}
        case LegalHoldPlaced():
            changes = {"hold": Hold(until=event.until, reason=event.reason, placed_at=event.at)}
        case LegalHoldLifted():
            changes = {"hold": None}
        case ErasureRequested():
            changes = {"erasure": ErasureAsked(by=event.by, ground=event.ground, at=event.at)}
        case ErasureWithdrawn():
            changes = {"erasure": None}
        case ErasureConfirmed():
            changes = {}
        case _:
            return patient
    return msgspec.structs.replace(patient, **changes, changed_at=event.at, version=patient.version + 1)


def _refuse_held(patient: Patient, at: datetime) -> None:
    if patient.held_on(at.date()):
        assert patient.hold is not None
        raise Refused(
            f"A legal hold keeps this record until the end of {patient.hold.until} (UTC). "
            "Lift it first, or wait until it is over."
        )


def _after(patient: Patient, at: datetime) -> datetime:
    # A clock that was set back must not make a stream's own times run backwards.
    return max(at, patient.changed_at)
