"""Records of patients as their events, made by the real decisions of the domain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from application.ports.ledger import RecordedEvent
from domain.checkups.checkup import Checkup, Details, evolve
from domain.checkups.events import CheckupRecorded, checkup_stream, patient_stream
from domain.checkups.given import GivenMeasurement
from domain.checkups.patient import register
from domain.checkups.personal import Guardian, Identifier, Personal
from domain.checkups.recording import record
from domain.kernel import Event

PATIENT = "6f1c9f0e-58a1-4b56-9d62-2d9d3a1b7c01"
CHECKUP = "0b6f2a44-1d0c-4c86-8a3e-7b1f20e5a902"
BEGAN = datetime(2026, 3, 2, 1, 30, 15, 123456, tzinfo=UTC)
JUNG = Personal(
    name="정하늘",
    birth_date=date(1971, 5, 17),
    sex="female",
    phone="+82-10-1234-5678",
    email="haneul@example.org",
    address="서울특별시 종로구 사직로 161",
    identifiers=(Identifier(system="chart", value="A-1001"), Identifier(system="urn:oid:1.2.410.100110", value="7")),
)
DOG = Personal(
    name="Bori", sex="male", species="dog", breed="Jindo  mix", guardian=Guardian(name="김주인", phone="+82-10-1-2")
)


def given(code: str, value: str | None = None, unit: str | None = None, **more: Any) -> GivenMeasurement:
    return GivenMeasurement(code=code, value=None if value is None else Decimal(value), unit=unit, **more)


def pressure(systolic: str, diastolic: str, **more: Any) -> GivenMeasurement:
    return GivenMeasurement(
        code="blood-pressure", systolic=Decimal(systolic), diastolic=Decimal(diastolic), unit="mm[Hg]", **more
    )


WHOLE: tuple[GivenMeasurement, ...] = (
    given("height", "1.62", "m"),
    given("weight", "154.3", "lb"),
    given("waist", "82", "cm"),
    pressure("132", "86", arm="left", position="sitting"),
    pressure("128", "82", arm="right"),
    given("pulse", "72", "/min"),
    given("temperature", "98.6", "degF"),
    given("respiratory-rate", "16", "/min"),
    given("spo2", "98", "%"),
    given("fasting-glucose", "5.9", "mmol/L"),
    given("hba1c", "5.8", "%"),
    given("total-cholesterol", "215", "mg/dL"),
    given("triglycerides", "140", "mg/dL"),
    given("creatinine", "0.8", "mg/dL"),
    given("ggt", "5", "U/L", comparator="<"),
    given("haemoglobin", "13.1", "g/dL"),
    given("urine-protein", text="±"),
    given("2345-7", "100", "mg/dL", display="Glucose"),
    given("5778-6", text="Yellow", display="Color of Urine"),
)


class Story:
    """A patient's events as the ledger would hold them, one minute after another."""

    def __init__(self, personal: Personal = JUNG, patient_id: str = PATIENT) -> None:
        self.personal, self.patient_id = personal, patient_id
        self.events: list[RecordedEvent] = []
        self.append(patient_stream(patient_id), register(patient_id, personal, BEGAN))

    def append(self, stream: str, event: Event, actor: str = "user:0a") -> RecordedEvent:
        version = sum(recorded.stream == stream for recorded in self.events) + 1
        position = 10 * len(self.events) + 10
        at = BEGAN + timedelta(minutes=len(self.events))
        recorded = RecordedEvent(position, stream, version, at, actor, "c", None, None, event.schema_version, event)
        self.events.append(recorded)
        return recorded

    def checkup(
        self, *measurements: GivenMeasurement, on: date = date(2026, 3, 2), checkup_id: str = CHECKUP, **details: Any
    ) -> Checkup:
        kind = "animal-wellness" if self.personal.species else "national-general"
        event = record(
            checkup_id,
            self.patient_id,
            self.personal,
            Details(kind=kind, date=on, **details),
            measurements,
            at=BEGAN,
            confirm=True,
        )
        self.append(checkup_stream(self.patient_id, checkup_id), event)
        return self.state(checkup_id)

    def change(self, events: Sequence[Event], checkup_id: str = CHECKUP, actor: str = "user:0b") -> None:
        for event in events:
            self.append(checkup_stream(self.patient_id, checkup_id), event, actor)

    def state(self, checkup_id: str = CHECKUP) -> Checkup:
        state: Checkup | None = None
        for recorded in self.events:
            if recorded.stream == checkup_stream(self.patient_id, checkup_id):
                state = evolve(state, recorded.event)
        assert state is not None
        return state

    @property
    def recorded(self) -> list[CheckupRecorded]:
        return [recorded.event for recorded in self.events if isinstance(recorded.event, CheckupRecorded)]
