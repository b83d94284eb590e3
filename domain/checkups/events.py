"""Every event of the checkups context.

A patient's streams are ``patient:{patient_id}`` and ``checkup:{patient_id}:{checkup_id}``; every payload in them is
sealed under the patient's own key. What must outlive that key (that it was destroyed, who holds which identifier) is
in streams beside them and names nobody.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from domain.checkups.personal import Personal
from domain.checkups.results import Derived, Judgement, Measurement, Results
from domain.kernel import Event, SealedEvent, event_type

CheckupKind = Literal[
    "national-general", "cancer-screening", "employment", "school", "infant", "follow-up", "animal-wellness", "other"
]
ErasureGround = Literal["subject-request", "retention-ended", "entered-in-error", "legal-order"]
"""Why a patient is forgotten. A code, not a text: it outlives the patient's key and must name nobody."""


@event_type("checkups.patient-registered")
class PatientRegistered(SealedEvent, frozen=True, kw_only=True):
    """Version 1 of stream ``patient:{patient_id}``."""

    patient_id: str
    """Pseudonym: a random UUID that says nothing about the person."""
    at: datetime
    personal: Personal


@event_type("checkups.patient-revised")
class PatientRevised(SealedEvent, frozen=True, kw_only=True):
    """Personal data corrected or completed. Stream ``patient:{patient_id}``."""

    patient_id: str
    at: datetime
    personal: Personal
    """All of it, as it is from now on; what it was stands in the event before."""
    reason: str


@event_type("checkups.legal-hold-placed")
class LegalHoldPlaced(SealedEvent, frozen=True, kw_only=True):
    """The patient may not be erased until the end of a day. Stream ``patient:{patient_id}``."""

    patient_id: str
    at: datetime
    until: date
    reason: str


@event_type("checkups.legal-hold-lifted")
class LegalHoldLifted(SealedEvent, frozen=True, kw_only=True):
    """Stream ``patient:{patient_id}``."""

    patient_id: str
    at: datetime
    reason: str


@event_type("checkups.erasure-requested")
class ErasureRequested(SealedEvent, frozen=True, kw_only=True):
    """Someone asked that the patient be forgotten; another has to confirm it. Stream ``patient:{patient_id}``."""

    patient_id: str
    at: datetime
    by: str
    ground: ErasureGround


@event_type("checkups.erasure-withdrawn")
class ErasureWithdrawn(SealedEvent, frozen=True, kw_only=True):
    """The request is off. Stream ``patient:{patient_id}``."""

    patient_id: str
    at: datetime


@event_type("checkups.erasure-confirmed")
class ErasureConfirmed(SealedEvent, frozen=True, kw_only=True):
    """A second person confirmed it: in one append with ``PatientErased``, so that no hold can be placed and no
    identifier taken in between. The last event of stream ``patient:{patient_id}``.
    """

    patient_id: str
    at: datetime
    by: str


@event_type("checkups.patient-erased")
class PatientErased(Event, frozen=True, kw_only=True):
    """The patient's key is destroyed: nothing sealed under it can be read again. Stream ``erasure:{patient_id}``,
    version 1; the last of the patient's events.
    """

    patient_id: str
    at: datetime
    requested_by: str
    requested_at: datetime
    confirmed_by: str
    ground: ErasureGround


@event_type("checkups.identifier-claimed")
class IdentifierClaimed(Event, frozen=True, kw_only=True):
    """An identifier belongs to a patient. Stream ``identifier:{keyed hash of the identifier}``: that two writers cannot
    both append the same version of it is what keeps identifiers unique.
    """

    patient_id: str
    at: datetime


@event_type("checkups.identifier-released")
class IdentifierReleased(Event, frozen=True, kw_only=True):
    """It belongs to nobody any more. Stream as above."""

    patient_id: str
    at: datetime


@event_type("checkups.checkup-recorded")
class CheckupRecorded(SealedEvent, frozen=True, kw_only=True):
    """Version 1 of stream ``checkup:{patient_id}:{checkup_id}``."""

    checkup_id: str
    patient_id: str
    at: datetime
    kind: CheckupKind
    date: date
    """Calendar day of the examination, where it took place."""
    place: str | None = None
    clinician: str | None = None
    note: str | None = None
    results: Results
    source: str | None = None
    """Where it was imported from: ``csv``, ``fhir``; None: entered."""


@event_type("checkups.measurement-amended")
class MeasurementAmended(SealedEvent, frozen=True, kw_only=True):
    """A measurement was wrong, missing, or never taken. Stream ``checkup:{patient_id}:{checkup_id}``.

    What is derived and judged is stored as it is after the amendment; what it was stands in the event before.
    """

    checkup_id: str
    patient_id: str
    at: datetime
    measurement_id: str
    old: Measurement | None
    """None: it was missing."""
    new: Measurement | None
    """None: it was entered in error."""
    reason: str
    derived: tuple[Derived, ...] = ()
    judgements: tuple[Judgement, ...] = ()


@event_type("checkups.checkup-details-amended")
class CheckupDetailsAmended(SealedEvent, frozen=True, kw_only=True):
    """Date, kind, place or clinician were wrong. Stream ``checkup:{patient_id}:{checkup_id}``."""

    checkup_id: str
    patient_id: str
    at: datetime
    old: dict[str, Any]
    new: dict[str, Any]
    """Only the fields that changed: ``kind``, ``date`` (ISO text), ``place``, ``clinician``."""
    reason: str
    derived: tuple[Derived, ...] = ()
    judgements: tuple[Judgement, ...] = ()


@event_type("checkups.addendum-added")
class AddendumAdded(SealedEvent, frozen=True, kw_only=True):
    """Something to be read beside the results. Stream ``checkup:{patient_id}:{checkup_id}``."""

    checkup_id: str
    patient_id: str
    at: datetime
    text: str


@event_type("checkups.checkup-voided")
class CheckupVoided(SealedEvent, frozen=True, kw_only=True):
    """Entered in error: it counts nowhere, and stays readable. Stream ``checkup:{patient_id}:{checkup_id}``."""

    checkup_id: str
    patient_id: str
    at: datetime
    reason: str


PatientEvent = (
    PatientRegistered | PatientRevised | LegalHoldPlaced | LegalHoldLifted | ErasureRequested | ErasureWithdrawn
    | ErasureConfirmed
)  # fmt: skip
CheckupEvent = CheckupRecorded | MeasurementAmended | CheckupDetailsAmended | AddendumAdded | CheckupVoided


def patient_stream(patient_id: str) -> str:
    """Who the patient is, holds on the record, and the request to erase it."""
    return f"patient:{patient_id}"


def checkup_stream(patient_id: str, checkup_id: str) -> str:
    """One checkup's own history; the patient in the name tells whose key seals it."""
    return f"checkup:{patient_id}:{checkup_id}"


def erasure_stream(patient_id: str) -> str:
    """That the patient was erased: readable for ever, and naming nobody."""
    return f"erasure:{patient_id}"


def identifier_stream(fingerprint: str) -> str:
    """Whose an identifier is."""
    return f"identifier:{fingerprint}"
