"""Recording a checkup and correcting it: given, when, then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from domain.checkups import amending, recording
from domain.checkups.checkup import Checkup, Details, evolve
from domain.checkups.events import (
    AddendumAdded,
    CheckupDetailsAmended,
    CheckupRecorded,
    CheckupVoided,
    MeasurementAmended,
)
from domain.checkups.faults import Faulty
from domain.checkups.given import GivenMeasurement
from domain.checkups.personal import Personal
from domain.kernel import Event
from domain.refusal import Refused

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MAN = Personal(name="홍길동", birth_date=date(1980, 2, 29), sex="male")
DETAILS = Details(kind="national-general", date=date(2026, 11, 19), place="종로구 보건소", clinician="Dr. Lee")
HEIGHT, WEIGHT, BMI = "8302-2", "29463-7", "39156-5"


def given(code: str, value: str | int | None = None, unit: str | None = None, **more) -> GivenMeasurement:
    return GivenMeasurement(code=code, value=None if value is None else Decimal(value), unit=unit, **more)


BODY = (given("height", 175, "cm"), given("weight", 70, "kg"))


def record(*measurements: GivenMeasurement, details: Details = DETAILS, who: Personal = MAN, confirm: bool = False):
    return recording.record("c", "p", who, details, measurements, at=AT, confirm=confirm)


def checkup(*events: Event) -> Checkup:
    found: Checkup | None = None
    for event in events or (record(*BODY),):
        found = evolve(found, event)
    assert found is not None
    return found


def after(state: Checkup, events: list[Event]) -> Checkup:
    for event in events:
        found = evolve(state, event)
        assert found is not None
        state = found
    return state


def bmi_of(state: Checkup) -> str:
    (found,) = [one.value for one in state.results.derived if one.code == BMI]
    return str(found)


def faults_of(call) -> list[tuple[str, bool]]:
    with pytest.raises(Faulty) as caught:
        call()
    return [(fault.pointer, fault.unusual) for fault in caught.value.faults]


def refusal(call) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return str(caught.value)


def amend(state: Checkup, measurement_id: str, new: GivenMeasurement, **more) -> list[Event]:
    return amending.amend(state, measurement_id, new, personal=MAN, reason="misread", at=AT, **more)


def test_what_is_derived_and_judged_is_stored_with_the_checkup() -> None:
    state = checkup()
    assert bmi_of(state) == "22.86"
    assert {one.scheme for one in state.results.judgements if one.grade == "normal"} >= {"kr-national", "who-bmi"}
    assert (state.version, state.used_ids) == (1, {HEIGHT, WEIGHT})


def test_every_fault_of_a_checkup_is_said_at_once_and_where_it_is() -> None:
    details = Details(kind="weekend", date=date(2026, 11, 22), place="\x07", clinician="x" * 201, note=" ")
    wrong = (
        given("height", 175, "kg"),
        given("weight", 254, "kg"),
        given("blood-pressure", unit="mmHg", systolic=Decimal(80), diastolic=Decimal(120)),
    )
    assert faults_of(lambda: record(*wrong, details=details)) == [
        ("/kind", False),
        ("/date", False),
        ("/place", False),
        ("/clinician", False),
        ("/note", False),
        ("/measurements/0/unit", False),
        ("/measurements/1/value", True),
        ("/measurements/2/diastolic", False),
    ]


def test_unusual_values_are_all_named_and_taken_when_they_are_confirmed() -> None:
    rare = (given("weight", 254, "kg"), given("height", 235, "cm"))
    with pytest.raises(Faulty) as caught:
        record(*rare)
    assert caught.value.only_unusual
    assert [fault.pointer for fault in caught.value.faults] == ["/measurements/0/value", "/measurements/1/value"]
    assert [one.confirmed for one in record(*rare, confirm=True).results.measurements] == [True, True]


@pytest.mark.parametrize(
    ("day", "possible"),
    [
        (date(2026, 11, 21), True),  # it has begun already east of us
        (date(2026, 11, 22), False),
        (date(1980, 2, 29), True),
        (date(1980, 2, 28), False),
    ],
)
def test_a_checkup_lies_between_birth_and_today(day: date, possible: bool) -> None:
    details = Details(kind="other", date=day)
    if possible:
        assert record(*BODY, details=details).date == day
    else:
        assert faults_of(lambda: record(*BODY, details=details)) == [("/date", False)]


def test_without_a_birth_date_a_checkup_lies_after_1850() -> None:
    unborn = Personal(name="x")
    assert record(details=Details(kind="other", date=date(1850, 1, 1)), who=unborn)
    early = Details(kind="other", date=date(1849, 12, 31))
    assert faults_of(lambda: record(details=early, who=unborn)) == [("/date", False)]


def test_the_same_measured_twice_has_two_ids() -> None:
    twice = record(given("weight", 70, "kg"), given("weight", "70.4", "kg"))
    assert [one.id for one in twice.results.measurements] == [WEIGHT, f"{WEIGHT}.2"]


def test_an_amendment_keeps_the_old_value_and_derives_anew() -> None:
    (event,) = amend(checkup(), WEIGHT, given("weight", 80, "kg"))
    assert isinstance(event, MeasurementAmended)
    assert event.old is not None
    assert event.new is not None
    assert (event.old.value, event.new.value, event.reason) == (Decimal(70), Decimal(80), "misread")
    amended = after(checkup(), [event])
    assert bmi_of(amended) == "26.12"
    assert [one.id for one in amended.results.measurements] == [HEIGHT, WEIGHT]
    assert amended.version == 2


def test_a_corrected_measurement_stays_where_it_was() -> None:
    state = after(checkup(), amend(checkup(), HEIGHT, given("height", 176, "cm")))
    assert [one.id for one in state.results.measurements] == [HEIGHT, WEIGHT]


def test_deriving_anew_uses_what_is_known_of_the_patient_now() -> None:
    state = checkup(record(given("creatinine", "0.8", "mg/dL")))
    woman = Personal(name="x", birth_date=date(1980, 2, 29), sex="female")
    (event,) = amending.amend(state, "2160-0", given("creatinine", "0.9", "mg/dL"), personal=woman, reason="x", at=AT)
    assert isinstance(event, MeasurementAmended)
    assert event.derived[0].inputs["sex"] == "female"


def test_an_amendment_to_the_same_is_no_event() -> None:
    assert amend(checkup(), WEIGHT, given("weight", "70", "kg")) == []


def test_an_amendment_cannot_turn_one_thing_into_another() -> None:
    assert faults_of(lambda: amend(checkup(), WEIGHT, given("height", 175, "cm"))) == [("/measurement/code", False)]


def test_an_amendment_is_checked_like_a_measurement_and_needs_a_reason() -> None:
    state = checkup()
    assert faults_of(lambda: amend(state, WEIGHT, given("weight", 254, "kg"))) == [("/measurement/value", True)]
    assert amend(state, WEIGHT, given("weight", 254, "kg"), confirm=True)
    assert faults_of(
        lambda: amending.amend(state, WEIGHT, given("weight", 1, "in"), personal=MAN, reason=" ", at=AT)
    ) == [("/reason", False), ("/measurement/unit", False)]


def test_what_was_never_measured_cannot_be_amended() -> None:
    with pytest.raises(amending.UnknownMeasurement):
        amend(checkup(), "718-7", given("haemoglobin", 14, "g/dL"))


def test_a_withdrawn_measurement_is_gone_with_what_followed_from_it_and_its_id_is_not_used_again() -> None:
    (event,) = amending.withdraw(checkup(), WEIGHT, personal=MAN, reason="wrong person", at=AT)
    assert isinstance(event, MeasurementAmended)
    assert event.new is None
    state = after(checkup(), [event])
    assert [one.id for one in state.results.measurements] == [HEIGHT]
    assert bmi_of(state) == "None"
    assert "withdrawn" in refusal(lambda: amend(state, WEIGHT, given("weight", 70, "kg")))
    (added,) = amending.add(state, given("weight", 71, "kg"), personal=MAN, reason="found", at=AT)
    assert isinstance(added, MeasurementAmended)
    assert (added.old, added.measurement_id) == (None, f"{WEIGHT}.2")
    state = after(state, [added])
    assert bmi_of(state) == "23.18"
    state = after(state, amending.withdraw(state, f"{WEIGHT}.2", personal=MAN, reason="no", at=AT))
    (again,) = amending.add(state, given("weight", 71, "kg"), personal=MAN, reason="found", at=AT)
    assert isinstance(again, MeasurementAmended)
    assert again.measurement_id == f"{WEIGHT}.3"


def test_details_are_amended_field_by_field_and_judged_anew() -> None:
    changes = {"date": date(2026, 11, 1), "place": None, "kind": "national-general", "clinician": " Dr. Kim "}
    (event,) = amending.amend_details(checkup(), changes, personal=MAN, reason="wrong day", at=AT)
    assert isinstance(event, CheckupDetailsAmended)
    assert event.old == {"date": "2026-11-19", "place": "종로구 보건소", "clinician": "Dr. Lee"}
    assert event.new == {"date": "2026-11-01", "place": None, "clinician": "Dr. Kim"}
    state = after(checkup(), [event])
    assert (state.date, state.place, state.clinician) == (date(2026, 11, 1), None, "Dr. Kim")
    assert bmi_of(state) == "22.86"


def test_another_day_is_another_age() -> None:
    state = checkup(record(given("creatinine", "0.8", "mg/dL")))
    moved = amending.amend_details(state, {"date": date(2020, 1, 1)}, personal=MAN, reason="wrong year", at=AT)
    assert state.results.derived[0].inputs["age"] == "46"
    results = after(state, moved).results
    assert results.derived[0].inputs["age"] == "39"
    assert {one.inputs["age"] for one in results.judgements} == {"39"}


def test_a_checkup_cannot_be_moved_before_birth_nor_get_another_note() -> None:
    changes = {"date": date(1979, 1, 1), "note": "x"}
    found = faults_of(lambda: amending.amend_details(checkup(), changes, personal=MAN, reason="x", at=AT))
    assert found == [("/note", False), ("/date", False)]


def test_the_same_details_again_are_no_event() -> None:
    assert amending.amend_details(checkup(), {"kind": "national-general"}, personal=MAN, reason="x", at=AT) == []


def test_a_voided_checkup_only_takes_addenda() -> None:
    (event,) = amending.void(checkup(), reason="another patient's", at=AT)
    assert isinstance(event, CheckupVoided)
    state = after(checkup(), [event])
    assert state.voided is not None
    for call in (
        lambda: amend(state, WEIGHT, given("weight", 80, "kg")),
        lambda: amending.add(state, given("pulse", 60, "/min"), personal=MAN, reason="x", at=AT),
        lambda: amending.withdraw(state, WEIGHT, personal=MAN, reason="x", at=AT),
        lambda: amending.amend_details(state, {"place": None}, personal=MAN, reason="x", at=AT),
        lambda: amending.void(state, reason="x", at=AT),
    ):
        assert "voided" in refusal(call)
    (added,) = amending.add_addendum(state, " told the patient \r\n by phone", at=AT)
    assert isinstance(added, AddendumAdded)
    assert after(state, [added]).addenda[0].text == "told the patient \n by phone"


def test_the_streams_own_times_never_run_backwards() -> None:
    (event,) = amending.void(checkup(), reason="x", at=AT - timedelta(days=1))
    assert isinstance(event, CheckupVoided)
    assert event.at == AT


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (BODY, tuple(reversed(BODY)), True),
        (BODY, (given("height", "1.75", "m"), given("weight", 70, "kg")), True),
        (BODY, BODY[:1], False),
        (BODY, (given("height", 175, "cm"), given("weight", "70.1", "kg")), False),
        ((given("triglycerides", 10, "mg/dL"),), (given("triglycerides", 10, "mg/dL", comparator="<"),), False),
    ],
)
def test_two_checkups_are_the_same_whatever_the_order_and_the_units(one, other, same: bool) -> None:
    left, right = (record(*them, confirm=True).results.measurements for them in (one, other))
    assert recording.same_results(left, right) is same


def test_a_checkup_has_at_most_two_hundred_measurements() -> None:
    many = [given("pulse", 60, "/min")] * 201
    assert len(record(*many[:200]).results.measurements) == 200
    assert faults_of(lambda: record(*many)) == [("/measurements", False)]
    full = checkup(record(*many[:200]))
    again = faults_of(lambda: amending.add(full, many[0], personal=MAN, reason="x", at=AT))
    assert again == [("/measurement", False)]


def test_a_recorded_event_stays_what_it_was() -> None:
    event = record(*BODY)
    assert isinstance(event, CheckupRecorded)
    state = checkup(event)
    after(state, amend(state, WEIGHT, given("weight", 80, "kg")))
    assert event.results.measurements[1].value == Decimal(70)
