"""What may be sent about patients and checkups: strict models. What is plausible is the domain's decision."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from fastapi import Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.problems import FieldError, Problem
from domain.checkups.checkup import Details
from domain.checkups.events import CheckupKind, ErasureGround
from domain.checkups.given import GivenMeasurement
from domain.checkups.personal import Personal, Sex
from domain.checkups.results import Arm, Comparator, Position

MAX_ROWS = 5_000
_LONGEST_NUMBER = 40
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)

PatientId = Annotated[str, Path(description="UUID of the patient.")]
CheckupId = Annotated[str, Path(description="UUID of the checkup.")]
MeasurementId = Annotated[str, Path(description="Id of the measurement within its checkup, such as 29463-7.")]


def _day(value: Any) -> Any:
    if isinstance(value, str) and len(value) == len("2026-11-20"):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("calendar_day", "not a calendar day")


def _number(value: Any) -> Any:
    """A JSON number as it was written: what it says in decimal, not the nearest binary fraction."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(repr(value))
    if isinstance(value, str) and len(value) <= _LONGEST_NUMBER and _NUMBER.fullmatch(value):
        return Decimal(value)
    raise PydanticCustomError("decimal_number", "not a number")


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Number = Annotated[
    Decimal,
    BeforeValidator(_number),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]}),
]


class Input(BaseModel):
    """Nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class GivenIdentifier(Input):
    """A number that somebody else gave the patient."""

    system: str = Field(description="Who gave it: a URI, or a short name such as chart.")
    value: str


class GivenGuardian(Input):
    """Who answers for an animal, or for a child."""

    name: str
    phone: str | None = None
    email: str | None = None


class NewPatient(Input):
    """Who somebody is. Everything here is kept encrypted under a key of their own."""

    name: str = Field(description="1 to 200 characters.")
    birth_date: Day | None = None
    sex: Sex = Field("unknown", description="Administrative sex; some derived values need male or female.")
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    identifiers: list[GivenIdentifier] = Field(
        default_factory=list[GivenIdentifier], description="At most 20. No two patients have the same one."
    )
    guardian: GivenGuardian | None = None
    species: str | None = Field(None, description="Of an animal, such as dog; left out for a person.")
    breed: str | None = None

    def personal(self) -> Personal:
        """As the domain takes it."""
        return msgspec.convert(self.model_dump(), Personal)


class PatientChanges(Input):
    """What to correct or complete; what is left out stays, null clears. ``identifiers`` is replaced as a whole."""

    reason: str = Field(description="Why, 1 to 500 characters.")
    name: str | None = None
    birth_date: Day | None = None
    sex: Sex | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    identifiers: list[GivenIdentifier] | None = None
    guardian: GivenGuardian | None = None
    species: str | None = None
    breed: str | None = None

    def changes(self) -> dict[str, Any]:
        """Only what was sent, as ``Personal`` has it.

        Raises:
            Problem: null where something cannot be absent.
        """
        sent = _sent(self, never_null=("name", "sex", "identifiers"))
        whole = msgspec.convert({"name": "", **sent}, Personal)
        return {name: getattr(whole, name) for name in sent}


class NewHold(Input):
    """The patient may not be erased until a day has ended."""

    until: Day = Field(description="The last day of the hold, which ends with it in UTC.")
    reason: str = Field(description="Why, 1 to 500 characters.")


class Reason(Input):
    """Why."""

    reason: str = Field(description="Why, 1 to 500 characters.")


class NewErasure(Input):
    """On which ground somebody asks that a patient be forgotten."""

    ground: ErasureGround


class NewMeasurement(Input):
    """One thing measured, as it was given."""

    code: str = Field(description="LOINC, or a short name such as weight, blood-pressure, fasting-glucose.")
    value: Number | None = Field(None, description="In unit; not for a blood pressure, nor for a result in steps.")
    unit: str | None = Field(None, description="UCUM or an everyday spelling: kg, lb, mmol/L, °F …")
    comparator: Comparator | None = Field(None, description="What the laboratory wrote before the number.")
    text: str | None = Field(None, description="A step of a strip (-, ±, 1+ …), or a result in words.")
    systolic: Number | None = None
    diastolic: Number | None = None
    arm: Arm | None = None
    position: Position | None = None
    display: str | None = Field(None, description="What it is called, for a code that Vitalog has no name for.")

    def given(self) -> GivenMeasurement:
        """As the domain takes it."""
        return GivenMeasurement(**self.model_dump())


class NewCheckup(Input):
    """An examination, with whatever was measured at it."""

    kind: CheckupKind
    date: Day = Field(description="Calendar day of the examination, where it took place; at most a day ahead of UTC.")
    place: str | None = Field(None, description="1 to 200 characters.")
    clinician: str | None = Field(None, description="1 to 200 characters.")
    note: str | None = Field(None, description="1 to 10,000 characters; fixed once recorded.")
    measurements: list[NewMeasurement] = Field(default_factory=list[NewMeasurement], description="At most 200.")

    def details(self) -> Details:
        """As the domain takes it."""
        return Details(kind=self.kind, date=self.date, place=self.place, clinician=self.clinician, note=self.note)

    def given(self) -> list[GivenMeasurement]:
        """As the domain takes it."""
        return [one.given() for one in self.measurements]


class CheckupToRecord(NewCheckup):
    """The same, sent by a person, who can be asked."""

    confirm: bool = Field(False, description="Unusual values are meant.")


class Amendment(Input):
    """What a measurement is, or that it was never taken."""

    measurement: NewMeasurement | None = Field(description="What it is; null: it was never taken.")
    reason: str = Field(description="Why, 1 to 500 characters.")
    confirm: bool = Field(False, description="An unusual value is meant.")


class Addition(Input):
    """A measurement that was missing."""

    measurement: NewMeasurement
    reason: str = Field(description="Why, 1 to 500 characters.")
    confirm: bool = Field(False, description="An unusual value is meant.")


class CheckupChanges(Input):
    """What was wrong about a checkup; what is left out stays, null clears place or clinician."""

    reason: str = Field(description="Why, 1 to 500 characters.")
    kind: CheckupKind | None = None
    date: Day | None = None
    place: str | None = None
    clinician: str | None = None

    def changes(self) -> dict[str, Any]:
        """Only what was sent.

        Raises:
            Problem: null where something cannot be absent.
        """
        return _sent(self, never_null=("kind", "date"))


class NewAddendum(Input):
    """Something to be read beside the results."""

    text: str = Field(description="1 to 10,000 characters.")


class ExpectedIdentity(Input):
    """What a row says of who it is."""

    name: str | None = None
    birth_date: Day | None = None
    sex: Sex | None = None


class ImportedPatient(Input):
    """Whose checkup a row is: exactly one of `id`, `identifier` and `register`."""

    id: str | None = Field(None, description="UUID of the patient.")
    identifier: GivenIdentifier | None = Field(None, description="One that a patient has.")
    register_: NewPatient | None = Field(
        None, alias="register", description="Somebody new; rows with the same personal data are one patient."
    )
    expected: ExpectedIdentity | None = Field(
        None, description="Beside `id` or `identifier`: a record that says otherwise is a fault of the row."
    )


class ImportedRow(Input):
    """One checkup of one patient."""

    patient: ImportedPatient
    checkup: NewCheckup


class Import(Input):
    """Many checkups at once."""

    rows: list[dict[str, Any]] = Field(
        max_length=MAX_ROWS, description=f"At most {MAX_ROWS}; each as the schema ImportedRow."
    )
    confirm: bool = Field(False, description="Unusual values are meant.")
    skip_bad: bool = Field(False, description="Store the good rows though others have faults.")


def _sent(model: Input, *, never_null: tuple[str, ...]) -> dict[str, Any]:
    sent = model.model_dump(exclude_unset=True, exclude={"reason"})
    empty = [name for name in never_null if name in sent and sent[name] is None]
    if empty:
        errors = [FieldError(f"/{name}", "Send a value, or leave the field out to keep it.") for name in empty]
        raise Problem("invalid", errors=errors)
    return sent
