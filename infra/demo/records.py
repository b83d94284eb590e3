"""Invented records: one patient's registration, checkups, corrections and holds, as the domain decides them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

import msgspec

from domain.checkups import amending, recording
from domain.checkups import checkup as checkups
from domain.checkups import patient as patients
from domain.checkups.checkup import Checkup, Details
from domain.checkups.events import (
    CheckupKind,
    IdentifierClaimed,
    checkup_stream,
    identifier_stream,
    patient_stream,
)
from domain.checkups.given import GivenMeasurement
from domain.checkups.searching import identifier_key
from domain.kernel import Event
from infra.demo.courses import Course
from infra.demo.people import Person, new_phone, person
from infra.demo.plan import Part, Plan, Writing

Fingerprint = Callable[[str, str], str]
_EARLIER_YEARS = 3
"""Annual checkups that a patient brings along, so that there are trends from the first day."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One day on which somebody was examined, and what became of its record."""

    day: date
    kind: CheckupKind
    full: bool
    brought: bool = False
    """Before the demo begins: imported when the patient is registered."""


def parts(plan: Plan, actors: tuple[str, ...], fingerprint: Fingerprint) -> Iterator[Part]:
    """One for every patient. ``actors``: the clinicians."""
    for number in range(plan.patients):
        yield Record(plan, person(plan, number), actors, fingerprint).written()


class Record:
    """Everything about one patient."""

    def __init__(self, plan: Plan, who: Person, actors: tuple[str, ...], fingerprint: Fingerprint) -> None:
        self._plan, self._who, self._fingerprint = plan, who, fingerprint
        self._dice = plan.dice(f"record/{who.number}")
        self._course = Course(plan, who)
        self._writing = Writing(plan, f"patient/{who.number}")
        self._actor = actors[who.number % len(actors)]
        self._stream = patient_stream(who.id)

    def written(self) -> Part:
        """The events, in the order in which they would have been recorded."""
        who, visits = self._who, list(visits_of(self._plan, self._who))
        first = next((visit.day for visit in visits if not visit.brought), self._plan.begin.date())
        registered_at = _moment(first, 8, self._dice.randint(0, 59))
        registered = patients.register(who.id, who.personal, registered_at)
        self._writing.add(self._stream, registered, self._actor)
        for identifier in who.personal.identifiers:
            claimed = IdentifierClaimed(patient_id=who.id, at=registered_at)
            stream = identifier_stream(self._fingerprint("identifier", identifier_key(identifier)))
            self._writing.add(stream, claimed, self._actor)
        happened = [
            *self._of_patient(registered, registered_at),
            *(one for number, visit in enumerate(visits) for one in self._of_visit(number, visit, registered_at)),
        ]
        for at, stream, event in sorted(happened, key=lambda one: one[0]):
            assert at <= self._plan.end + timedelta(days=1)
            self._writing.add(stream, event, self._actor)
        return self._writing.part()

    def _of_patient(self, registered: Event, registered_at: datetime) -> Iterable[tuple[datetime, str, Event]]:
        who, dice = self._who, self._dice
        patient = patients.evolve(None, registered)
        assert patient is not None
        found: list[tuple[datetime, str, Event]] = []
        later = _between(dice, registered_at, self._plan.end)
        if who.number % 9 == 4 and later is not None:
            moved = msgspec.structs.replace(who.personal, phone=new_phone(dice))
            reason = "전화번호가 바뀌었다고 알려 왔습니다." if who.korean else "The patient told us the new number."
            found += [(later, self._stream, event) for event in patients.revise(patient, moved, reason, later)]
            for _, _, event in found:
                patient = patients.evolve(patient, event) or patient
        if who.number == 1:
            at = _between(dice, later or registered_at, self._plan.end) or registered_at
            until = self._plan.until + timedelta(days=730)
            reason = "의료분쟁 조정이 진행 중입니다." if who.korean else "A dispute is before the mediation agency."
            found += [(at, self._stream, event) for event in patients.place_hold(patient, until, reason, at)]
        return found

    def _of_visit(self, number: int, visit: Visit, registered_at: datetime) -> Iterable[tuple[datetime, str, Event]]:
        who = self._who
        checkup_id = self._plan.id(f"checkup/{who.number}/{number}")
        stream = checkup_stream(who.id, checkup_id)
        at = registered_at + timedelta(minutes=number + 1) if visit.brought else _moment(visit.day, 17, number % 50)
        given = self._course.at(visit.day, full=visit.full)
        slip = None if visit.brought else self._slip(number, given)
        details = Details(kind=visit.kind, date=visit.day, place=who.place, clinician=who.clinician)
        recorded = recording.record(
            checkup_id,
            who.id,
            who.personal,
            details,
            slip[1] if slip else given,
            at=at,
            confirm=True,
            source="csv" if visit.brought else None,
        )
        yield at, stream, recorded
        checkup = checkups.evolve(None, recorded)
        assert checkup is not None
        for event in self._afterwards(number, visit, checkup, given, at, slip=slip[0] if slip else None):
            changed = checkups.evolve(checkup, event)
            assert changed is not None
            checkup = changed
            yield changed.changed_at, stream, event

    def _slip(self, number: int, given: list[GivenMeasurement]) -> tuple[int, list[GivenMeasurement]] | None:
        """Some weights are typed with two digits exchanged: which measurement, and all as they were typed."""
        if (self._who.number * 7 + number) % 23 != 3:
            return None
        for place, one in enumerate(given):
            if one.code == "weight" and one.value is not None and one.unit == "kg" and one.value >= 20:
                digits = str(one.value)
                typed = Decimal(digits[1] + digits[0] + digits[2:])
                if typed == one.value or not 20 < typed < 190:
                    return None
                return place, [*given[:place], msgspec.structs.replace(one, value=typed), *given[place + 1 :]]
        return None

    def _afterwards(
        self,
        number: int,
        visit: Visit,
        checkup: Checkup,
        given: list[GivenMeasurement],
        at: datetime,
        *,
        slip: int | None,
    ) -> Iterator[Event]:
        who, korean = self._who, self._who.korean
        if slip is not None:
            reason = "숫자 두 개의 순서를 바꿔 입력했습니다." if korean else "Two digits were typed in the wrong order."
            measurement_id = checkup.results.measurements[slip].id
            yield from amending.amend(
                checkup,
                measurement_id,
                given[slip],
                personal=who.personal,
                reason=reason,
                at=at + timedelta(hours=16),
                confirm=True,
            )
        elif visit.full and who.number == 2 and not visit.brought:
            text = (
                "본원 재검에서도 같은 결과입니다. 3개월 뒤 추적 검사를 권했습니다."
                if korean
                else "The repeated test gave the same result. A follow-up in three months was advised."
            )
            yield from amending.add_addendum(checkup, text, at=at + timedelta(days=1))
        elif not visit.brought and who.number == 3 and number == _EARLIER_YEARS:
            reason = "다른 수검자의 결과를 잘못 입력했습니다." if korean else "These are another patient's results."
            yield from amending.void(checkup, reason=reason, at=at + timedelta(hours=20))
        elif not visit.brought and who.number == 5:
            reason = "검진 장소를 바로잡습니다." if korean else "The place was wrong."
            place = "가온내과 분원" if korean else "Harbour Health Centre, annex"
            yield from amending.amend_details(
                checkup, {"place": place}, personal=who.personal, reason=reason, at=at + timedelta(hours=18)
            )


def visits_of(plan: Plan, who: Person) -> Iterator[Visit]:
    """The days on which somebody comes, oldest first: once a year, and more often for what is followed up."""
    dice = plan.dice(f"visits/{who.number}")
    last = plan.until - timedelta(days=3)
    begin = plan.begin.date()
    annual = begin + timedelta(days=dice.randrange(max((last - begin).days, 1)))
    kind = _annual_kind(who)
    born = who.personal.birth_date or date(1900, 1, 1)
    for year in range(_EARLIER_YEARS, 0, -1):
        day = annual - timedelta(days=365 * year + dice.randint(-40, 40))
        if day < begin and (day - born).days > 90:
            yield Visit(day, kind, full=True, brought=True)
    day, full = annual, True
    step = {"child": 150, "animal": 170, "adult": 95, "elder": 80}[who.age]
    followed = bool(who.conditions) or who.age in {"child", "animal"}
    while day <= last:
        if (day - born).days > 30:
            yield Visit(day, kind if full else ("follow-up" if who.age != "child" else "infant"), full=full)
        if not followed:
            day, full = day + timedelta(days=365 + dice.randint(-20, 20)), True
        else:
            since = (day - annual).days
            day += timedelta(days=step + dice.randint(-12, 12))
            full = since // 365 != (day - annual).days // 365


def _annual_kind(who: Person) -> CheckupKind:
    if who.age == "animal":
        return "animal-wellness"
    if who.age == "child":
        born = who.personal.birth_date
        return "infant" if born and born.year >= 2020 else "school"
    return "employment" if who.age == "adult" and who.number % 4 == 0 else "national-general"


def _moment(day: date, hour: int, minute: int) -> datetime:
    """In the daytime of Korea."""
    return datetime.combine(day, time(hour, minute), UTC) - timedelta(hours=9)


def _between(dice: Random, after: datetime, before: datetime) -> datetime | None:
    room = int((before - after).total_seconds()) - 2 * 86_400
    return after + timedelta(days=1, seconds=dice.randrange(room)) if room > 0 else None
