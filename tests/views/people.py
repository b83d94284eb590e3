"""Histories of people as the application would write them: patients, checkups, who looked at them, who was erased."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from application.ports.ledger import NewEvent
from domain.checkups import events as c
from domain.checkups.personal import Identifier, Personal
from domain.checkups.results import Component, Derived, Judgement, Measurement, Results
from domain.identity import events as i
from domain.kernel import Event

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
EDITION = "test edition"
NAMES = ("김민준", "이서연", "박지후", "남궁민수", "Anna Berg", "최하은", "정우진", "Bo Larsen")


def number(code: str, value: str, unit: str = "mg/dL", *, id: str | None = None, **more: Any) -> Measurement:
    amount = Decimal(value)
    return Measurement(id=id or code, code=code, given=amount, given_unit=unit, value=amount, unit=unit, **more)


def pressure(systolic: str, diastolic: str, *, id: str = "85354-9") -> Measurement:
    parts = (("8480-6", systolic), ("8462-4", diastolic))
    components = tuple(Component(code=code, given=Decimal(value), value=Decimal(value)) for code, value in parts)
    return Measurement(id=id, code="85354-9", given_unit="mm[Hg]", unit="mm[Hg]", components=components)


def judged(code: str, grade: str | None, *, scheme: str = "kr-national", reason: str | None = None) -> Judgement:
    return Judgement(code=code, scheme=scheme, edition=EDITION, grade=grade, reason=reason)


def glucose(value: str, **more: Any) -> Results:
    grade = "normal" if Decimal(value) < 100 else "borderline" if Decimal(value) < 126 else "suspected"
    return Results(measurements=(number("1558-6", value, **more),), judgements=(judged("1558-6", grade),))


class People:
    """Writes events with a clock and dice of its own; ``take`` gives what is to be appended."""

    def __init__(self, seed: int = 1) -> None:
        self.dice = random.Random(seed)
        self.now = START
        self.versions: dict[str, int] = {}
        self.written: list[NewEvent] = []
        self.checkups: dict[str, tuple[str, Results]] = {}
        self.erased: list[str] = []

    def uuid(self) -> str:
        return str(UUID(int=self.dice.getrandbits(128), version=4))

    def take(self) -> list[NewEvent]:
        written, self.written = self.written, []
        return written

    def write(self, stream: str, *events: Event, actor: str = "user:clinician") -> None:
        for event in events:
            version = self.versions[stream] = self.versions.get(stream, 0) + 1
            self.written.append(NewEvent(stream, version, event, actor, self.uuid(), f"request:{self.uuid()}"))

    def patient(self, name: str = "김민준", *, actor: str = "user:clinician", **personal: Any) -> str:
        patient_id = self.uuid()
        who = Personal(name=name, **({"birth_date": date(1980, 5, 5), "sex": "male"} | personal))
        self.write(f"identifier:{self.uuid()}", c.IdentifierClaimed(patient_id=patient_id, at=self.now), actor=actor)
        registered = c.PatientRegistered(patient_id=patient_id, at=self.now, personal=who)
        self.write(c.patient_stream(patient_id), registered, actor=actor)
        return patient_id

    def revise(self, patient_id: str, name: str = "김민준", **personal: Any) -> None:
        who = Personal(name=name, **({"birth_date": date(1980, 5, 5), "sex": "male"} | personal))
        revised = c.PatientRevised(patient_id=patient_id, at=self.now, personal=who, reason="misspelt")
        self.write(c.patient_stream(patient_id), revised)

    def checkup(
        self,
        patient_id: str,
        results: Results,
        *,
        on: date | None = None,
        kind: c.CheckupKind = "national-general",
        actor: str = "user:clinician",
    ) -> str:
        checkup_id = self.uuid()
        recorded = c.CheckupRecorded(
            checkup_id=checkup_id,
            patient_id=patient_id,
            at=self.now,
            kind=kind,
            date=on or self.now.date(),
            place="Seoul clinic",
            clinician="Dr. Ahn",
            note="came without breakfast",
            results=results,
        )
        self.write(c.checkup_stream(patient_id, checkup_id), recorded, actor=actor)
        self.checkups[checkup_id] = patient_id, results
        return checkup_id

    def amend(
        self,
        checkup_id: str,
        old: Measurement | None,
        new: Measurement | None,
        judgements: tuple[Judgement, ...] = (),
        derived: tuple[Derived, ...] = (),
        *,
        actor: str = "user:clinician",
    ) -> None:
        patient_id, results = self.checkups[checkup_id]
        kept = tuple(one for one in results.measurements if old is None or one.id != old.id)
        results = Results(measurements=(*kept, *((new,) if new else ())), derived=derived, judgements=judgements)
        self.checkups[checkup_id] = patient_id, results
        given = new or old
        assert given is not None
        amended = c.MeasurementAmended(
            checkup_id=checkup_id,
            patient_id=patient_id,
            at=self.now,
            measurement_id=given.id,
            old=old,
            new=new,
            reason="read off the wrong line",
            derived=derived,
            judgements=judgements,
        )
        self.write(c.checkup_stream(patient_id, checkup_id), amended, actor=actor)

    def move(self, checkup_id: str, to: date, *, kind: str | None = None) -> None:
        patient_id, results = self.checkups[checkup_id]
        new = {"date": to.isoformat()} | ({"kind": kind} if kind else {})
        amended = c.CheckupDetailsAmended(
            checkup_id=checkup_id,
            patient_id=patient_id,
            at=self.now,
            old={},
            new=new,
            reason="wrong day",
            derived=results.derived,
            judgements=results.judgements,
        )
        self.write(c.checkup_stream(patient_id, checkup_id), amended)

    def add(self, checkup_id: str, text: str = "asked to come back") -> None:
        patient_id, _ = self.checkups[checkup_id]
        added = c.AddendumAdded(checkup_id=checkup_id, patient_id=patient_id, at=self.now, text=text)
        self.write(c.checkup_stream(patient_id, checkup_id), added)

    def void(self, checkup_id: str) -> None:
        patient_id, _ = self.checkups[checkup_id]
        voided = c.CheckupVoided(checkup_id=checkup_id, patient_id=patient_id, at=self.now, reason="another patient's")
        self.write(c.checkup_stream(patient_id, checkup_id), voided)

    def read(
        self,
        actor: str,
        *subjects: str,
        purpose: i.Purpose | None = None,
        export: bool = False,
        operation: str = "GET /api/v1/patients/{patient_id}",
    ) -> None:
        event = i.PersonalDataRead(at=self.now, operation=operation, subjects=subjects, purpose=purpose, export=export)
        self.write(i.reads_stream(self.now.date(), "p1"), event, actor=actor)

    def user(self, name: str = "Anna Berg", *roles: i.Role, own: str | None = None) -> str:
        """Somebody who logged in, has a key, and lost a role again."""
        user_id, key_id = self.uuid(), self.uuid()
        created = i.UserCreated(
            user_id=user_id, at=self.now, email=f"{user_id}@example.org", name=name, roles=roles, patient_id=own
        )
        self.write(i.user_stream(user_id), created, i.PasswordSet(user_id=user_id, at=self.now))
        began = i.LoggedIn(user_id=user_id, at=self.now, session_id=self.uuid(), method="password", address="192.0.2.7")
        self.write(i.logins_stream(user_id), began)
        issued = i.ApiKeyIssued(
            key_id=key_id, user_id=user_id, at=self.now, label="a", scopes=(), expires_at=self.now + timedelta(days=9)
        )
        self.write(i.api_key_stream(key_id), issued)
        self.write(i.user_stream(user_id), i.RoleGranted(user_id=user_id, at=self.now, role="viewer"))
        return user_id

    def erase_user(self, user_id: str) -> None:
        """As ``erase``."""
        self.write(i.user_stream(user_id), i.UserDisabled(user_id=user_id, at=self.now))
        self.write(i.user_erasure_stream(user_id), i.UserErased(user_id=user_id, at=self.now))
        self.erased.append(user_id)

    def erase(self, patient_id: str) -> None:
        """What stays readable of an erasure; the key is the caller's to destroy."""
        self.write(
            c.erasure_stream(patient_id),
            c.PatientErased(
                patient_id=patient_id,
                at=self.now,
                requested_by="user:clinician",
                requested_at=self.now,
                confirmed_by="user:other",
                ground="subject-request",
            ),
            actor="user:other",
        )
        self.erased.append(patient_id)


def eventful_people(seed: int, *, patients: int = 6, ticks: int = 60) -> tuple[list[NewEvent], list[str]]:
    """Everything that can happen to people, and whom to erase: that they are is among the events, patients first."""
    people = People(seed)
    dice = people.dice
    ids = [_register(people, dice) for _ in range(patients)]
    doomed = dice.sample(ids, 2)
    stays = next(one for one in ids if one not in doomed)
    users = [people.user(dice.choice(NAMES), "patient", own=one) for one in (doomed[0], stays)]
    for tick in range(ticks):
        people.now += timedelta(hours=dice.choice((1, 5, 30)))
        patient_id = dice.choice(ids)
        of_patient = [one for one, (owner, _) in people.checkups.items() if owner == patient_id]
        match dice.randrange(9) if of_patient else 0:
            case 0 | 1:
                people.checkup(patient_id, _results(dice), on=people.now.date())
            case 2 | 3:
                _amend(people, dice, dice.choice(of_patient))
            case 4:
                people.move(dice.choice(of_patient), people.now.date(), kind=dice.choice(("follow-up", None)))
            case 5:
                people.add(dice.choice(of_patient))
            case 6 if dice.random() < 0.3:
                people.void(dice.choice(of_patient))
            case 7:
                people.revise(
                    patient_id, dice.choice(NAMES), birth_date=date(1950 + dice.randrange(50), 1, 31), sex="female"
                )
            case _:
                people.read(f"user:{dice.randrange(3)}", *dice.sample(ids, 2), purpose="treatment")
        if tick == ticks - 5:
            for one in doomed:
                people.erase(one)
            people.erase_user(users[0])
            ids = [one for one in ids if one not in doomed]
    return people.take(), [*doomed, users[0]]


def _register(people: People, dice: random.Random) -> str:
    return people.patient(
        dice.choice(NAMES),
        birth_date=date(1940 + dice.randrange(60), 1 + dice.randrange(12), 28) if dice.random() < 0.9 else None,
        sex=dice.choice(("male", "female", "unknown")),
        phone=f"010-{dice.randrange(10**4):04}-{dice.randrange(10**4):04}",
        email="someone@example.org" if dice.random() < 0.5 else None,
        identifiers=(Identifier(system="chart", value=str(dice.randrange(10**6))),),
        species="dog" if dice.random() < 0.1 else None,
    )


def _results(dice: random.Random) -> Results:
    sugar = dice.randrange(80, 140)
    measured = [number("1558-6", str(sugar)), pressure(str(dice.randrange(100, 160)), str(dice.randrange(60, 100)))]
    if dice.random() < 0.3:
        measured.append(number("1558-6", str(sugar + 1), id="1558-6.2"))
    if dice.random() < 0.3:
        measured.append(number("2160-0", "0.3", comparator="<"))
    if dice.random() < 0.5:
        measured.append(Measurement(id="20454-5", code="20454-5", text="1+"))
    index = Decimal(dice.randrange(1700, 3500)) / 100
    derived = (Derived(code="39156-5", rule="weight/height²", value=index, unit="kg/m2"),)
    if dice.random() < 0.2:
        derived = (Derived(code="39156-5", rule="weight/height²", reason="no-height"),)
    judgements = (
        judged("1558-6", "normal" if sugar < 100 else "borderline" if sugar < 126 else "suspected"),
        judged("85354-9", dice.choice(("normal", "borderline")), scheme="acc-aha-bp"),
        judged("39156-5", None, reason="no-height"),
    )
    return Results(measurements=tuple(measured), derived=derived, judgements=judgements)


def _amend(people: People, dice: random.Random, checkup_id: str) -> None:
    _, results = people.checkups[checkup_id]
    old = dice.choice((*results.measurements, None))
    new = number("2093-3", "180") if old is None else number("1558-6", str(dice.randrange(80, 140)), id=old.id)
    if old is None and any(one.id == "2093-3" for one in results.measurements):
        return
    if old is not None and dice.random() < 0.3:
        new = None
    people.amend(checkup_id, old, new, results.judgements, results.derived)
