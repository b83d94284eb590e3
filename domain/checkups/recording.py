"""Deciding about a new checkup, and what every checkup must fulfil."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from domain.checkups.checkup import KINDS, Details
from domain.checkups.deriving import derive
from domain.checkups.events import CheckupRecorded
from domain.checkups.faults import Faults
from domain.checkups.given import GivenMeasurement
from domain.checkups.measuring import measure
from domain.checkups.particulars import EARLIEST, latest_day
from domain.checkups.personal import Personal
from domain.checkups.results import Measurement, Results
from domain.refusal import Refused, line, passage

MAX_MEASUREMENTS = 200
MAX_PLACE = 200
MAX_CLINICIAN = 200
MAX_NOTE = 10_000


def record(
    checkup_id: str,
    patient_id: str,
    personal: Personal,
    details: Details,
    given: Sequence[GivenMeasurement],
    *,
    at: datetime,
    confirm: bool = False,
    source: str | None = None,
) -> CheckupRecorded:
    """A checkup of a patient who is ``personal`` as known at ``at``.

    Raises:
        Faulty: every fault of details and measurements, with pointers such as ``/measurements/2/value``.
    """
    faults = Faults()
    clean = checked_details(details, personal, at, faults)
    measurements = _measured(given, personal, faults, confirm=confirm)
    faults.settle()
    derived, judgements = derive(measurements, personal=personal, on=clean.date)
    return CheckupRecorded(
        checkup_id=checkup_id,
        patient_id=patient_id,
        at=at,
        kind=clean.kind,
        date=clean.date,
        place=clean.place,
        clinician=clean.clinician,
        note=clean.note,
        results=Results(measurements=measurements, derived=derived, judgements=judgements),
        source=source,
    )


def same_results(left: Sequence[Measurement], right: Sequence[Measurement]) -> bool:
    """Whether two checkups measured the same, whatever the order, the ids, or the units they were given in."""
    return sorted(map(_essence, left)) == sorted(map(_essence, right))


def checked_details(details: Details, personal: Personal, at: datetime, faults: Faults) -> Details:
    """The same with clean texts; what is wrong with them goes to ``faults``."""
    place, clinician, note = details.place, details.clinician, details.note
    with faults.at(""):
        if details.kind not in KINDS:
            raise Refused(f"A checkup is one of: {', '.join(KINDS)}.", "kind")
    with faults.at(""):
        _check_date(details.date, personal.birth_date, at)
    with faults.at(""):
        place = None if place is None else line(place, "place", MAX_PLACE)
    with faults.at(""):
        clinician = None if clinician is None else line(clinician, "clinician", MAX_CLINICIAN)
    with faults.at(""):
        note = None if note is None else passage(note, "note", MAX_NOTE)
    return Details(kind=details.kind, date=details.date, place=place, clinician=clinician, note=note)


def measured(
    given: GivenMeasurement, personal: Personal, faults: Faults, pointer: str, *, confirm: bool, taken: Collection[str]
) -> Measurement | None:
    """As ``domain.checkups.measuring.measure``; None when it was refused, and then ``faults`` has it."""
    with faults.at(pointer):
        return measure(given, species=personal.species, confirm=confirm, taken=taken)
    return None


def _measured(
    given: Sequence[GivenMeasurement], personal: Personal, faults: Faults, *, confirm: bool
) -> tuple[Measurement, ...]:
    if len(given) > MAX_MEASUREMENTS:
        faults.add("/measurements", f"A checkup has at most {MAX_MEASUREMENTS} measurements.")
        return ()
    found: dict[str, Measurement] = {}
    for number, one in enumerate(given):
        new = measured(one, personal, faults, f"/measurements/{number}", confirm=confirm, taken=found)
        if new is not None:
            found[new.id] = new
    return tuple(found.values())


def _check_date(day: date, born: date | None, at: datetime) -> None:
    if day > latest_day(at):
        raise Refused("The checkup lies in the future.", "date")
    if born is not None and day < born:
        raise Refused("The checkup lies before the patient's birth.", "date")
    if day < EARLIEST:
        raise Refused("The checkup lies before 1850.", "date")


def _essence(one: Measurement) -> tuple[str, ...]:
    values = (one.value, *(component.value for component in one.components))
    numbers = [str(value) for value in values if value is not None]
    return (one.code, *numbers, one.unit or "", one.comparator or "", one.text or "")
