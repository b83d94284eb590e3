"""Deciding about a checkup that is recorded: correcting it, adding to it, voiding it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from domain.checkups.checkup import Checkup, Details
from domain.checkups.deriving import derive
from domain.checkups.events import AddendumAdded, CheckupDetailsAmended, CheckupVoided, MeasurementAmended
from domain.checkups.faults import Faults
from domain.checkups.given import GivenMeasurement
from domain.checkups.personal import Personal
from domain.checkups.recording import MAX_MEASUREMENTS, MAX_NOTE, checked_details, measured
from domain.checkups.results import Measurement
from domain.kernel import Event
from domain.refusal import Refused, line, passage

MAX_REASON = 500
AMENDABLE = ("kind", "date", "place", "clinician")
"""Details that can be corrected; a note stays as it was written, and gets addenda."""


class UnknownMeasurement(Exception):
    """The checkup has, and had, no measurement with that id."""


def amend(
    checkup: Checkup,
    measurement_id: str,
    given: GivenMeasurement,
    *,
    personal: Personal,
    reason: str,
    at: datetime,
    confirm: bool = False,
) -> list[Event]:
    """A measurement was wrong: ``given`` is what it is. Nothing when it is what is known already.

    Raises:
        Faulty: the new value is impossible, or unusual and not confirmed; there is no reason.
        Refused: the checkup is voided, or the measurement withdrawn.
        UnknownMeasurement: there never was one with that id.
    """
    _refuse_voided(checkup)
    old = _known(checkup, measurement_id)
    faults = Faults()
    with faults.at(""):
        reason = line(reason, "reason", MAX_REASON)
    new = measured(given, personal, faults, "/measurement", confirm=confirm, taken=())
    if new is not None and new.code != old.code:
        sentence = f"This is a measurement of {old.code}. Withdraw it, and add the other one as missing."
        faults.add("/measurement/code", sentence)
    faults.settle()
    assert new is not None
    new = msgspec.structs.replace(new, id=measurement_id)
    return [] if new == old else [_amendment(checkup, old, new, personal, reason, at)]


def add(
    checkup: Checkup,
    given: GivenMeasurement,
    *,
    personal: Personal,
    reason: str,
    at: datetime,
    confirm: bool = False,
) -> list[Event]:
    """A measurement was missing.

    Raises:
        Faulty: the value is impossible, or unusual and not confirmed; there is no reason.
        Refused: the checkup is voided.
    """
    _refuse_voided(checkup)
    faults = Faults()
    with faults.at(""):
        reason = line(reason, "reason", MAX_REASON)
    new = measured(given, personal, faults, "/measurement", confirm=confirm, taken=checkup.used_ids)
    if len(checkup.results.measurements) >= MAX_MEASUREMENTS:
        faults.add("/measurement", f"A checkup has at most {MAX_MEASUREMENTS} measurements.")
    faults.settle()
    assert new is not None
    return [_amendment(checkup, None, new, personal, reason, at)]


def withdraw(checkup: Checkup, measurement_id: str, *, personal: Personal, reason: str, at: datetime) -> list[Event]:
    """A measurement was never taken.

    Raises:
        Refused: the checkup is voided, or the measurement withdrawn already; there is no reason.
        UnknownMeasurement: there never was one with that id.
    """
    _refuse_voided(checkup)
    old = _known(checkup, measurement_id)
    reason = line(reason, "reason", MAX_REASON)
    return [_amendment(checkup, old, None, personal, reason, at)]


def amend_details(
    checkup: Checkup, changes: Mapping[str, Any], *, personal: Personal, reason: str, at: datetime
) -> list[Event]:
    """``changes``: some of ``AMENDABLE``. Nothing when no detail really changes.

    Raises:
        Faulty: a detail is impossible, or there is no reason.
        Refused: the checkup is voided.
    """
    _refuse_voided(checkup)
    wanted = {name: changes.get(name, getattr(checkup, name)) for name in AMENDABLE}
    faults = Faults()
    with faults.at(""):
        reason = line(reason, "reason", MAX_REASON)
    for name in sorted(changes.keys() - set(AMENDABLE)):
        faults.add(f"/{name}", f"{name} cannot be changed any more.")
    clean = checked_details(Details(**wanted), personal, at, faults)
    faults.settle()
    real = [name for name in AMENDABLE if getattr(clean, name) != getattr(checkup, name)]
    if not real:
        return []
    derived, judgements = derive(checkup.results.measurements, personal=personal, on=clean.date)
    return [
        CheckupDetailsAmended(
            checkup_id=checkup.id,
            patient_id=checkup.patient_id,
            at=_after(checkup, at),
            old={name: _stored(getattr(checkup, name)) for name in real},
            new={name: _stored(getattr(clean, name)) for name in real},
            reason=reason,
            derived=derived,
            judgements=judgements,
        )
    ]


def add_addendum(checkup: Checkup, text: str, *, at: datetime) -> list[Event]:
    """Possible at any time, also after voiding. Raises ``Refused`` when the text is empty or too long."""
    text = passage(text, "text", MAX_NOTE)
    return [AddendumAdded(checkup_id=checkup.id, patient_id=checkup.patient_id, at=_after(checkup, at), text=text)]


def void(checkup: Checkup, *, reason: str, at: datetime) -> list[Event]:
    """Raises ``Refused`` when it is voided already, or there is no reason."""
    _refuse_voided(checkup)
    reason = line(reason, "reason", MAX_REASON)
    return [CheckupVoided(checkup_id=checkup.id, patient_id=checkup.patient_id, at=_after(checkup, at), reason=reason)]


def _amendment(
    checkup: Checkup, old: Measurement | None, new: Measurement | None, personal: Personal, reason: str, at: datetime
) -> MeasurementAmended:
    one = new or old
    assert one is not None
    left = [new if found.id == one.id else found for found in checkup.results.measurements]
    if old is None:
        left.append(new)
    measurements = [found for found in left if found is not None]
    derived, judgements = derive(measurements, personal=personal, on=checkup.date)
    return MeasurementAmended(
        checkup_id=checkup.id,
        patient_id=checkup.patient_id,
        at=_after(checkup, at),
        measurement_id=one.id,
        old=old,
        new=new,
        reason=reason,
        derived=derived,
        judgements=judgements,
    )


def _known(checkup: Checkup, measurement_id: str) -> Measurement:
    found = checkup.measurement(measurement_id)
    if found is not None:
        return found
    if measurement_id in checkup.used_ids:
        raise Refused("This measurement was withdrawn. Add it as missing if it was taken after all.")
    raise UnknownMeasurement


def _stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _refuse_voided(checkup: Checkup) -> None:
    if checkup.voided is not None:
        raise Refused("The checkup was voided: it can be read and get addenda, but no longer be changed.")


def _after(checkup: Checkup, at: datetime) -> datetime:
    # A clock that was set back must not make a stream's own times run backwards.
    return max(at, checkup.changed_at)
