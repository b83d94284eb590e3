"""What may be known of a patient, holds on the record, and erasure by two people: given, when, then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.checkups import patient as p
from domain.checkups.events import (
    ErasureConfirmed,
    ErasureRequested,
    ErasureWithdrawn,
    LegalHoldLifted,
    LegalHoldPlaced,
    PatientErased,
    PatientRevised,
)
from domain.checkups.faults import Faulty
from domain.checkups.personal import Guardian, Identifier, Personal
from domain.kernel import Event
from domain.refusal import Refused

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PERSONAL = Personal(name="홍길동", birth_date=date(1980, 2, 29), sex="male")


def given(*events: Event, personal: Personal = PERSONAL) -> p.Patient:
    found = p.evolve(None, p.register("p", personal, AT))
    for event in events:
        found = p.evolve(found, event)
    assert found is not None
    return found


def held(until: date) -> LegalHoldPlaced:
    return LegalHoldPlaced(patient_id="p", at=AT, until=until, reason="court")


ASKED = ErasureRequested(patient_id="p", at=AT, by="user:a", ground="subject-request")


def refusal(call) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return str(caught.value)


def test_every_fault_of_personal_data_is_said_at_once_and_where_it_is() -> None:
    wrong = Personal(
        name=" ",
        birth_date=date(2026, 11, 22),
        phone="call me",
        email="nobody",
        address="a\u202eb",
        identifiers=(
            Identifier(system="chart", value=""),
            Identifier(system="x", value="1"),
            Identifier(system="x ", value="1"),
        ),
        guardian=Guardian(name="\x1b[2J", phone="1", email="a@b"),
        breed="Jindo",
    )
    with pytest.raises(Faulty) as caught:
        p.register("p", wrong, AT)
    assert [fault.pointer for fault in caught.value.faults] == [
        "/name", "/birth_date", "/phone", "/email", "/address", "/species", "/identifiers/0/value", "/identifiers/2",
        "/guardian/name", "/guardian/phone", "/guardian/email",
    ]  # fmt: skip
    assert not caught.value.only_unusual


def test_texts_are_kept_clean() -> None:
    messy = Personal(
        name=" \u1112\u1169\u11bc길동 ",
        address=" a\r\nb ",
        species=" Dog ",
        breed="Jindo",
        phone="+82 10-1234-5678",
        guardian=Guardian(name=" Ann "),
    )
    clean = p.register("p", messy, AT).personal
    assert (clean.name, clean.address, clean.species, clean.phone) == ("홍길동", "a\nb", "dog", "+82 10-1234-5678")


def test_an_animal_has_somebody_who_answers_for_it() -> None:
    with pytest.raises(Faulty) as caught:
        p.register("p", Personal(name="Bori", species="dog"), AT)
    assert [fault.pointer for fault in caught.value.faults] == ["/guardian"]
    bori = Personal(name="Bori", species="dog", guardian=Guardian(name="Ann"))
    assert p.register("p", bori, AT).personal == bori
    with pytest.raises(Faulty):
        p.revise(given(personal=bori), Personal(name="Bori", species="dog"), "gone", AT)


@pytest.mark.parametrize(
    ("born", "possible"),
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), True),  # it has begun already east of us
        (date(2026, 11, 22), False),
        (date(1850, 1, 1), True),
        (date(1849, 12, 31), False),
        (None, True),
    ],
)
def test_a_birth_date_lies_between_1850_and_today(born: date | None, possible: bool) -> None:
    person = Personal(name="x", birth_date=born)
    if possible:
        assert p.register("p", person, AT).personal == person
        return
    with pytest.raises(Faulty) as caught:
        p.register("p", person, AT)
    assert [fault.pointer for fault in caught.value.faults] == ["/birth_date"]


def test_a_patient_has_at_most_twenty_identifiers() -> None:
    many = tuple(Identifier(system="chart", value=str(n)) for n in range(21))
    assert p.register("p", Personal(name="x", identifiers=many[:20]), AT).personal.identifiers == many[:20]
    assert "20" in refusal(lambda: p.register("p", Personal(name="x", identifiers=many), AT))


def test_a_name_has_at_most_two_hundred_characters() -> None:
    assert p.register("p", Personal(name="x" * 200), AT)
    assert "200" in refusal(lambda: p.register("p", Personal(name="x" * 201), AT))


def test_a_revision_keeps_all_of_the_personal_data_and_its_reason() -> None:
    changed = Personal(name="홍길순", birth_date=date(1980, 2, 29), sex="female")
    (event,) = p.revise(given(), changed, "Typing error", AT)
    assert isinstance(event, PatientRevised)
    assert (event.personal, event.reason) == (changed, "Typing error")
    after = given(event)
    assert (after.personal, after.version) == (changed, 2)


def test_a_revision_that_changes_nothing_is_no_event() -> None:
    assert p.revise(given(), Personal(name=" 홍길동", birth_date=date(1980, 2, 29), sex="male"), "x", AT) == []


def test_a_revision_needs_a_reason() -> None:
    assert "reason" in refusal(lambda: p.revise(given(), Personal(name="x"), " ", AT))


def test_the_streams_own_times_never_run_backwards() -> None:
    (event,) = p.revise(given(), Personal(name="x"), "x", AT - timedelta(hours=1))
    assert isinstance(event, PatientRevised)
    assert event.at == AT


def test_a_hold_is_in_force_until_its_last_day_has_ended_in_utc() -> None:
    patient = given(held(date(2026, 12, 31)))
    last = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    asked = given(ASKED, held(date(2026, 12, 31)))
    assert "2026-12-31" in refusal(lambda: p.request_erasure(patient, "user:a", "subject-request", last))
    assert "2026-12-31" in refusal(lambda: p.confirm_erasure(asked, "user:b", last))
    after = last + timedelta(seconds=1)
    assert p.request_erasure(patient, "user:a", "subject-request", after)
    assert p.confirm_erasure(asked, "user:b", after)[1].at == after


def test_a_new_hold_replaces_the_one_before_and_the_same_again_is_no_event() -> None:
    patient = given(held(date(2026, 12, 31)), held(date(2027, 1, 31)))
    assert patient.hold is not None
    assert patient.hold.until == date(2027, 1, 31)
    assert p.place_hold(patient, date(2027, 1, 31), "court", AT) == []
    (event,) = p.place_hold(patient, date(2026, 11, 20), "court", AT)
    assert given(event).held_on(date(2026, 11, 20))
    assert not given(event).held_on(date(2026, 11, 21))


def test_a_hold_that_would_be_over_or_for_ever_is_refused() -> None:
    assert "over" in refusal(lambda: p.place_hold(given(), date(2026, 11, 19), "x", AT))
    assert "hundred" in refusal(lambda: p.place_hold(given(), date(2128, 1, 1), "x", AT))


def test_a_lifted_hold_holds_no_longer() -> None:
    patient = given(held(date(2026, 12, 31)))
    (event,) = p.lift_hold(patient, "closed", AT)
    assert isinstance(event, LegalHoldLifted)
    assert not given(held(date(2026, 12, 31)), event).held_on(AT.date())
    assert "no legal hold" in refusal(lambda: p.lift_hold(given(), "closed", AT))


def test_erasure_takes_two_people() -> None:
    assert "Another person" in refusal(lambda: p.confirm_erasure(given(ASKED), "user:a", AT))
    confirmed, erased = p.confirm_erasure(given(ASKED), "user:b", AT)
    assert confirmed == ErasureConfirmed(patient_id="p", at=AT, by="user:b")
    assert erased == PatientErased(
        patient_id="p", at=AT, requested_by="user:a", requested_at=AT, confirmed_by="user:b", ground="subject-request"
    )


def test_nothing_is_erased_that_nobody_asked_for() -> None:
    assert "Nobody has asked" in refusal(lambda: p.confirm_erasure(given(), "user:b", AT))
    off = given(ASKED, ErasureWithdrawn(patient_id="p", at=AT))
    assert "Nobody has asked" in refusal(lambda: p.confirm_erasure(off, "user:b", AT))
    assert "Nobody has asked" in refusal(lambda: p.withdraw_erasure(off, AT))


def test_asking_twice_is_no_event_and_asking_for_somebody_else_is_refused() -> None:
    assert p.request_erasure(given(ASKED), "user:a", "subject-request", AT) == []
    assert "already" in refusal(lambda: p.request_erasure(given(ASKED), "user:b", "subject-request", AT))
    assert "already" in refusal(lambda: p.request_erasure(given(ASKED), "user:a", "legal-order", AT))
