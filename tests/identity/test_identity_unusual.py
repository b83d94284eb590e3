"""Which reads of patients' data are shown to whoever reviews them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.identity.unusual import MANY_PATIENTS, Finding, Person, Read, find, in_office_hours

SEOUL = ZoneInfo("Asia/Seoul")
MORNING = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
"""A Friday, 10:00 in Seoul."""


def reads(
    count: int, every: timedelta, *, actor: str = "user:a", start: datetime = MORNING, first: int = 1
) -> list[Read]:
    return [Read(first + n, start + n * every, actor, (f"p-{first + n}",)) for n in range(count)]


def kinds(found: list[Finding]) -> list[str]:
    return [one.kind for one in found]


def test_thirty_patients_within_an_hour_are_unusual_and_twenty_nine_are_not() -> None:
    every = timedelta(minutes=2)
    (found,) = find(reads(MANY_PATIENTS, every), {}, SEOUL)
    assert (found.kind, found.actor, len(found.patients)) == ("many-patients", "user:a", 30)
    assert found.positions == tuple(range(1, 31))
    assert (found.start, found.end) == (MORNING, MORNING + timedelta(minutes=58))
    assert find(reads(MANY_PATIENTS - 1, every), {}, SEOUL) == []


def test_the_same_patients_again_and_again_are_not_many() -> None:
    again = [read._replace(patients=("p-1", "p-2")) for read in reads(100, timedelta(seconds=10))]
    assert find(again, {}, SEOUL) == []


def test_thirty_patients_in_a_little_more_than_an_hour_are_not_unusual() -> None:
    assert find(reads(30, timedelta(minutes=60) / 29 + timedelta(seconds=1)), {}, SEOUL) == []
    assert kinds(find(reads(30, timedelta(minutes=60) / 29 - timedelta(seconds=1)), {}, SEOUL)) == ["many-patients"]


def test_one_list_of_many_patients_is_unusual_by_itself_and_persons_are_not_mixed() -> None:
    listed = [Read(1, MORNING, "user:a", tuple(f"p-{n}" for n in range(30)))]
    assert kinds(find(listed, {}, SEOUL)) == ["many-patients"]
    mixed = [*reads(15, timedelta(seconds=1)), *reads(15, timedelta(seconds=1), actor="user:b", first=16)]
    assert find(mixed, {}, SEOUL) == []


def test_hours_that_overlap_are_one_finding_and_a_pause_makes_two() -> None:
    long = reads(100, timedelta(minutes=1))
    assert [len(one.positions) for one in find(long, {}, SEOUL)] == [100]
    later = reads(40, timedelta(minutes=1), start=MORNING + timedelta(hours=3), first=101)
    assert [len(one.positions) for one in find([*reads(40, timedelta(minutes=1)), *later], {}, SEOUL)] == [40, 40]


def test_a_namesake_is_shown_for_each_patient_and_ones_own_record_is_not() -> None:
    persons = {
        "a": Person("p-1", frozenset({"kim"})),
        "p-1": Person(None, frozenset({"kim"})),
        "p-2": Person(None, frozenset({"lee", "kim"})),
        "p-3": Person(None, frozenset({"park"})),
        "p-4": Person(None, frozenset({"kim"})),
    }
    seen = [
        Read(1, MORNING, "user:a", ("p-1",)),
        Read(2, MORNING, "user:a", ("p-2", "p-3")),
        Read(3, MORNING, "user:a", ("p-2",)),
        Read(4, MORNING, "user:a", ("p-4",)),
        Read(5, MORNING, "user:stranger", ("p-4",)),
    ]
    found = find(seen, persons, SEOUL)
    assert [(one.kind, one.patients, one.positions) for one in found] == [
        ("namesake", ("p-2",), (2, 3)),
        ("namesake", ("p-4",), (4,)),
    ]


@pytest.mark.parametrize(
    ("local", "office"),
    [
        ("2026-11-20T06:59:59", False),
        ("2026-11-20T07:00:00", True),
        ("2026-11-20T19:59:59", True),
        ("2026-11-20T20:00:00", False),
        ("2026-11-21T12:00:00", True),  # Saturday
        ("2026-11-22T12:00:00", False),  # Sunday
    ],
)
def test_office_hours_are_those_of_the_installation(local: str, office: bool) -> None:
    at = datetime.fromisoformat(local).replace(tzinfo=SEOUL)
    assert in_office_hours(at.astimezone(UTC), SEOUL) is office


def test_a_night_is_one_finding_though_it_lies_on_two_days_and_a_patients_own_nights_are_none() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=SEOUL)
    night = [Read(1, late, "user:a", ("p-1",)), Read(2, late + timedelta(hours=3), "user:a", ("p-2",))]
    next_night = Read(3, late + timedelta(days=1), "user:a", ("p-1",))
    found = find([*night, next_night], {}, SEOUL)
    assert [(one.kind, one.positions) for one in found] == [("out-of-hours", (1, 2)), ("out-of-hours", (3,))]
    assert find([night[0]], {"a": Person("p-1", frozenset())}, SEOUL) == []
