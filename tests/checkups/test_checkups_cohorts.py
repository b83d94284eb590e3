"""Many people's results told so that no single one of them shows, however often it is asked."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from domain.checkups.analytes import ANALYTES
from domain.checkups.cohorts import (
    FEWEST,
    Reading,
    among,
    histogram,
    newest_of_each,
    quantiles,
    rounded_people,
    safe_period,
    shares,
    suppressed,
    tellable,
)

GLUCOSE = ANALYTES["1558-6"]
CELLS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 12))


def _readings(groups: dict[tuple[int, int, str], int]) -> list[Reading]:
    """So many people who came in each of these months."""
    found = [
        Reading(f"{sex} {first} {months} {number}", date(2026, month, 5), Decimal(90), sex, "40-49")
        for (first, months, sex), people in groups.items()
        for number in range(people)
        for month in range(first, first + months)
    ]
    return sorted(found, key=lambda one: one.day)


READINGS = st.dictionaries(
    st.tuples(st.integers(1, 3), st.integers(1, 2), st.sampled_from(("male", "female", "unknown"))),
    st.sampled_from((1, 2, 4, 5, 9)),
    min_size=1,
    max_size=8,
).map(_readings)


def people_of(readings: list[Reading]) -> set[str]:
    return {one.person for one in readings}


def person(number: int, month: int, sex: str = "male", age_band: str = "40-49") -> Reading:
    return Reading(f"{sex}{number}", date(2026, month, 5), Decimal(90), sex, age_band)


def test_a_cell_of_few_people_takes_the_next_smallest_with_it() -> None:
    assert suppressed({"a": 12, "b": 3, "c": 6, "d": 0}) == {"a": 12, "b": None, "c": None, "d": 0}
    assert suppressed({"a": 12, "b": 1, "c": 2, "d": 7}) == {"a": 12, "b": None, "c": None, "d": None}
    assert suppressed({"a": 5, "b": 0}) == {"a": 5, "b": 0}


@given(CELLS)
def test_no_cell_of_few_people_is_the_only_solution_of_what_is_told(cells: dict[str, int]) -> None:
    told = suppressed(cells)
    assert all(people == 0 or people >= FEWEST for people in told.values() if people is not None)
    hidden = [name for name, people in told.items() if people is None]
    if sum(cells.values()) < FEWEST or not hidden:
        return
    # The reader knows the sum of what is hidden, and tries everything that gives it.
    left = sum(cells[name] for name in hidden)
    assert len(hidden) > 1
    assert left >= FEWEST
    if len(hidden) <= 3:
        fits = [guess for guess in product(range(1, left + 1), repeat=len(hidden)) if sum(guess) == left]
        assert all(len({guess[place] for guess in fits}) > 1 for place in range(len(hidden)))


@given(CELLS)
def test_shares_tell_no_more_than_rounded_numbers(cells: dict[str, int]) -> None:
    for share in shares(cells).values():
        assert share.people is None or share.people % FEWEST == 0
        assert (share.percent is None) or 0 <= share.percent <= 100
    assert [rounded_people(people) for people in (0, 5, 7, 8, 12, 13)] == [0, 5, 5, 10, 10, 15]


@given(READINGS, st.integers(1, 2), st.integers(1, 2))
def test_a_longer_period_never_adds_a_few_people(readings: list[Reading], start: int, months: int) -> None:
    end = start + months - 1

    # Of people who stayed away in between only the rounding is left: docs/trends.md.
    def told(first: int, last: int) -> set[str]:
        return people_of(safe_period([one for one in readings if first <= one.day.month <= last]))

    shorter = told(start, end)
    for longer in (told(start, 4), told(1, end)):
        if shorter <= longer:
            added = len(longer - shorter)
            assert added == 0 or added >= FEWEST


def test_the_months_at_the_ends_wait_until_enough_people_are_in_them() -> None:
    readings = [person(n, 5) for n in range(9)] + [person(n, 6) for n in range(9, 12)]
    assert safe_period(readings) == readings[:9]
    assert len(safe_period([*readings, person(12, 7), person(13, 7)])) == 9
    more = [*readings, *(person(n, 7) for n in range(12, 17))]
    assert safe_period(more) == more
    # Whoever came before adds nobody.
    assert safe_period([*readings[:9], *(person(n, 6) for n in range(9))]) != []
    assert safe_period([person(n, n + 1) for n in range(9)]) == []


@given(READINGS)
def test_men_women_and_the_others_are_never_told_so_that_a_few_are_left_over(readings: list[Reading]) -> None:
    counts = Counter(sex for sex, _ in {(one.sex, one.person) for one in readings})
    told = {sex for sex in counts if tellable(readings, sex, None)}
    left = sum(people for sex, people in counts.items() if sex not in told)
    assert left == 0 or left >= FEWEST or sum(counts.values()) < FEWEST
    assert all(counts[sex] >= FEWEST for sex in told)


def test_a_cohort_by_sex_and_age_is_told_only_beside_enough_others_of_both() -> None:
    readings = [
        person(n, 5, sex, band) for sex, band in product(("male", "female"), ("40-49", "50-59")) for n in range(8)
    ]
    assert tellable(readings, "male", "40-49")
    fewer = [one for one in readings if (one.sex, one.age_band) != ("female", "40-49") or one.person[-1] in "01"]
    assert not tellable(fewer, "male", "40-49"), "the women of that age would be what is left over"
    assert not tellable(fewer, "female", "50-59")
    assert tellable(fewer, None, None)


def test_a_quantile_has_enough_people_on_both_sides() -> None:
    values = [Decimal(value) for value in range(1, 10)]
    assert quantiles(values, 0) == {"p5": None, "p25": None, "p50": Decimal(5), "p75": None, "p95": None}
    assert quantiles(values[:8], 0)["p50"] is None


def test_bins_are_fixed_by_the_analyte_and_rounded() -> None:
    bins = histogram([Decimal(91)] * 12 + [Decimal(125)] * 6, GLUCOSE)
    assert bins is not None
    assert [(one.low, one.people) for one in bins] == [(80, 10), (100, 0), (120, 5)]


def test_of_each_person_the_newest_value_counts() -> None:
    first, later = person(1, 5), person(1, 6)._replace(value=Decimal(120))
    assert newest_of_each([first, person(2, 5), later]) == [Decimal(120), Decimal(90)]
    assert among([first, person(1, 5, "female")], "female", None) == [person(1, 5, "female")]
