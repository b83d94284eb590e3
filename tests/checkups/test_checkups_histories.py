"""Whatever is edited in whatever order: the history tells all of it, and what was known then is what is replayed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from application.checkups.histories import checkup_history, patient_history
from application.checkups.reading import AsOf
from application.ports.ledger import RecordedEvent
from domain.checkups import amending, recording
from domain.checkups import patient as p
from domain.checkups.checkup import Checkup, Details, evolve
from domain.checkups.differences import applied, checkup_document, differences, patient_document
from domain.checkups.events import PatientErased
from domain.checkups.given import GivenMeasurement
from domain.checkups.personal import Guardian, Identifier, Personal
from domain.kernel import Event
from domain.refusal import Refused

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WHO = Personal(name="홍길동", birth_date=date(1980, 2, 29), sex="male")
NUMBERS = st.integers(40, 120).map(Decimal)
MEASURED = st.one_of(
    st.builds(lambda v: GivenMeasurement(code="weight", value=v, unit="kg"), NUMBERS),
    st.builds(lambda v: GivenMeasurement(code="weight", value=v, unit="lb"), NUMBERS),
    st.builds(lambda v: GivenMeasurement(code="height", value=v + 80, unit="cm"), NUMBERS),
    st.builds(lambda v: GivenMeasurement(code="creatinine", value=v / 100, unit="mg/dL"), NUMBERS),
    st.builds(
        lambda v: GivenMeasurement(code="blood-pressure", systolic=v + 40, diastolic=v, unit="mmHg", arm="left"),
        NUMBERS,
    ),
    st.sampled_from(["-", "±", "1+"]).map(lambda text: GivenMeasurement(code="urine-protein", text=text)),
)
TEXT = st.text("가나다abc /~\n.", min_size=1, max_size=12).filter(lambda text: text.strip() != "")
Edit = Callable[[Checkup, datetime], list[Event]]


def _amend(place: int, new: GivenMeasurement) -> Edit:
    def edit(state: Checkup, at: datetime) -> list[Event]:
        known = state.results.measurements
        if not known:
            return []
        wanted = known[place % len(known)].id
        return amending.amend(state, wanted, new, personal=WHO, reason="misread", at=at, confirm=True)

    return edit


def _withdraw(place: int) -> Edit:
    def edit(state: Checkup, at: datetime) -> list[Event]:
        known = state.results.measurements
        wanted = known[place % len(known)].id if known else "8302-2"
        return amending.withdraw(state, wanted, personal=WHO, reason="never taken", at=at)

    return edit


def _details(changes: dict[str, Any]) -> Edit:
    return lambda state, at: amending.amend_details(state, changes, personal=WHO, reason="wrong", at=at)


EDITS: st.SearchStrategy[Edit] = st.one_of(
    st.builds(_amend, st.integers(0, 9), MEASURED),
    st.builds(_withdraw, st.integers(0, 9)),
    MEASURED.map(
        lambda new: lambda state, at: amending.add(state, new, personal=WHO, reason="missing", at=at, confirm=True)
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "date": st.dates(date(2026, 1, 1), date(2026, 11, 20)),
            "kind": st.sampled_from(["school", "follow-up"]),
            "place": st.none() | TEXT.filter(lambda text: "\n" not in text),
            "clinician": st.none() | st.just("Dr. ~/Lee"),
        },
    ).map(_details),
    TEXT.map(lambda text: lambda state, at: amending.add_addendum(state, text, at=at)),
    st.just(lambda state, at: amending.void(state, reason="another's", at=at)),
)


def written(start: list[GivenMeasurement], edits: list[Edit]) -> tuple[list[RecordedEvent], list[Checkup]]:
    """The stream that the edits make (two positions and a second between its events), and the states along it."""
    first = recording.record(
        "c", "p", WHO, Details(kind="employment", date=date(2026, 11, 1), place="a/b"), start, at=AT, confirm=True
    )
    state = evolve(None, first)
    assert state is not None
    events: list[Event] = [first]
    states = [state]
    for edit in edits:
        try:
            decided = edit(state, AT + timedelta(seconds=len(events)))
        except (Refused, amending.UnknownMeasurement):
            continue
        for event in decided:
            state = evolve(state, event)
            assert state is not None
            events.append(event)
            states.append(state)
    stream = [
        RecordedEvent(
            10 + 2 * number,
            "checkup:p:c",
            number,
            AT + timedelta(seconds=number),
            f"user:{number}",
            "c",
            None,
            None,
            1,
            event,
        )
        for number, event in enumerate(events, 1)
    ]
    return stream, states


@settings(deadline=None)
@given(
    start=st.lists(MEASURED, max_size=4),
    edits=st.lists(EDITS, max_size=8),
    clock=st.lists(st.integers(-5, 5), min_size=9, max_size=9),
    then=st.integers(-30, 30),
)
def test_what_was_known_then_has_no_gap_though_the_clock_was_set_back(
    start: list[GivenMeasurement], edits: list[Edit], clock: list[int], then: int
) -> None:
    stream, states = written(start, edits)
    at = AT
    for number, recorded in enumerate(stream):
        at += timedelta(seconds=clock[number])
        stream[number] = msgspec.structs.replace(recorded, recorded_at=at)
    point = AsOf(time=AT + timedelta(seconds=then))
    assert point.time is not None
    known = point.known(stream)
    assert known == stream[: len(known)]
    assert {one.version for one in stream if one.recorded_at <= point.time} <= {one.version for one in known}
    assert not known or known[-1].recorded_at <= point.time
    assert replayed(known) == (states[len(known) - 1] if known else None)


@settings(deadline=None)
@given(start=st.lists(MEASURED, max_size=4), edits=st.lists(EDITS, max_size=8))
def test_as_of_any_point_equals_the_replay_to_that_point(start: list[GivenMeasurement], edits: list[Edit]) -> None:
    stream, states = written(start, edits)
    for number, state in enumerate(states):
        for point in (
            AsOf(position=stream[number].position),
            AsOf(position=stream[number].position + 1),
            AsOf(time=stream[number].recorded_at),
            AsOf(time=stream[number].recorded_at + timedelta(milliseconds=999)),
        ):
            assert replayed(point.known(stream)) == state
    assert AsOf(position=stream[0].position - 1).known(stream) == []
    assert AsOf(time=stream[0].recorded_at - timedelta(microseconds=1)).known(stream) == []
    assert AsOf().known(stream) == stream


def replayed(events: list[RecordedEvent]) -> Checkup | None:
    state: Checkup | None = None
    for recorded in events:
        state = evolve(state, recorded.event)
    return state


@settings(deadline=None)
@given(start=st.lists(MEASURED, max_size=4), edits=st.lists(EDITS, max_size=8))
def test_every_event_is_one_version_and_its_differences_made_again_give_the_record(
    start: list[GivenMeasurement], edits: list[Edit]
) -> None:
    stream, states = written(start, edits)
    history = checkup_history(stream)
    assert [state.version for state in states] == [entry.version for entry in history]
    assert [entry.version for entry in history] == list(range(1, len(states) + 1))
    document: dict[str, Any] = {}
    for entry, state in zip(history, states, strict=True):
        before = document
        document = applied(document, entry.changes)
        assert document == checkup_document(state)
        assert all(change.old != change.new for change in entry.changes)
        # Backwards too: the original stays readable from the end.
        backwards = differences(document, before)
        assert applied(document, backwards) == before
    assert [entry.actor for entry in history] == [recorded.actor for recorded in stream]


LEAVES = st.integers() | TEXT | st.booleans()
DOCUMENTS: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.dictionaries(st.text("ab/~01", min_size=1, max_size=3), LEAVES, min_size=1, max_size=3),
    lambda inner: st.dictionaries(st.text("ab/~01", min_size=1, max_size=3), LEAVES | inner, min_size=1, max_size=3),
    max_leaves=6,
)


@given(before=DOCUMENTS, after=DOCUMENTS)
def test_differences_made_again_turn_any_record_into_any_other(before: Any, after: Any) -> None:
    assert applied(before, differences(before, after)) == after
    assert differences(after, after) == []


def test_an_amendment_is_told_with_old_and_new_and_what_followed_from_it() -> None:
    stream, _ = written(
        [
            GivenMeasurement(code="height", value=Decimal(175), unit="cm"),
            GivenMeasurement(code="weight", value=Decimal(70), unit="kg"),
        ],
        [_amend(1, GivenMeasurement(code="weight", value=Decimal(80), unit="kg"))],
    )
    entry = checkup_history(stream)[1]
    told = {change.field: (change.old, change.new) for change in entry.changes}
    assert entry.reason == "misread"
    assert told["/measurements/29463-7/value"] == (Decimal(70), Decimal(80))
    assert told["/derived/39156-5/value"] == (Decimal("22.86"), Decimal("26.12"))
    assert told["/judgements/ksso-bmi:39156-5/grade"] == ("normal", "obese-1")
    assert not any(field.startswith("/measurements/8302-2") for field in told)


def test_a_patients_history_tells_what_became_of_each_field() -> None:
    first = p.register("p", Personal(name="Bori", identifiers=(Identifier(system="chart", value="1"),)), AT)
    patient = p.evolve(None, first)
    assert patient is not None
    revised = Personal(
        name="Bori",
        identifiers=(Identifier(system="chart", value="2"),),
        guardian=Guardian(name="홍길동"),
        species="dog",
    )
    events: list[Event] = [first, *p.revise(patient, revised, "is a dog", AT)]
    for event in events[1:]:
        patient = p.evolve(patient, event)
        assert patient is not None
    events += p.place_hold(patient, date(2027, 1, 1), "court", AT)
    stream = [
        RecordedEvent(number, "patient:p", number, AT, "admin", "c", None, None, 1, event)
        for number, event in enumerate(events, 1)
    ]
    history = patient_history(stream)
    told = {change.field: (change.old, change.new) for change in history[1].changes}
    assert told == {
        "/identifiers/1/value": ("1", "2"),
        "/guardian/name": (None, "홍길동"),
        "/species": (None, "dog"),
    }
    assert {change.field for change in history[2].changes} == {
        "/legal_hold/until", "/legal_hold/reason", "/legal_hold/placed_at",
    }  # fmt: skip
    document: dict[str, Any] = {}
    for entry in history:
        document = applied(document, entry.changes)
    after = p.evolve(patient, events[-1])
    assert document == patient_document(after)


def test_an_event_of_another_stream_changes_nothing() -> None:
    _, states = written([], [])
    other = PatientErased(
        patient_id="p", at=AT, requested_by="a", requested_at=AT, confirmed_by="b", ground="legal-order"
    )
    assert evolve(states[0], other) is states[0]
