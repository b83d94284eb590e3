"""Trends: worked examples by hand and from the literature, and what must hold for every series."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.checkups import trends
from domain.checkups.reasons import REASONS
from domain.checkups.trends import change, days_since, moving_median, slope, smoothed

START = date(2020, 1, 1)
YEAR = Decimal("365.25")
VALUES = st.decimals(min_value=-1000, max_value=1000, places=2)
Points = list[tuple[date, Decimal]]


def points(days: Sequence[int], values: Sequence[str | int | Decimal]) -> Points:
    return [(START + timedelta(days=day), Decimal(value)) for day, value in zip(days, values, strict=True)]


SERIES = st.lists(st.tuples(st.integers(0, 4000), VALUES), min_size=3, max_size=12).map(
    lambda pairs: points([day for day, _ in pairs], [value for _, value in pairs])
)


def test_the_slope_is_the_median_of_all_slopes_as_in_sens_example() -> None:
    # The example of Sen 1968. The slope is 4; with N = 21 slopes and V = 133/3 the 95 % interval runs
    # from the 3rd to the 19th of the ordered slopes: 3.6667 and 5 (at 93 % from the 4th, 3.7143, to the 18th, 4.375).
    found = slope(points([1, 2, 3, 4, 10, 12, 18], [9, 15, 19, 20, 45, 55, 78]))
    assert (found.n, found.per_day, found.per_year, found.reason) == (7, Decimal(4), 4 * YEAR, None)
    assert (found.low_per_year, found.high_per_year) == (Decimal("1339.25"), 5 * YEAR)


def test_the_slope_is_that_of_hollander_and_wolfes_cloud_seeding() -> None:
    # Nonparametric Statistical Methods, example 9.1: -0.05625, the mean of the two middle ones of ten slopes.
    found = slope(points([1, 2, 3, 4, 5], ["1.26", "1.27", "1.12", "1.16", "1.03"]))
    assert (found.per_day, found.reason) == (Decimal("-0.05625"), "interval-impossible")
    assert found.low_per_year is None
    assert found.high_per_year is None


def test_the_interval_is_between_two_of_the_ordered_slopes() -> None:
    # n = 8: V = 8·7·21/18 = 65.33, C = 1.96·8.083 = 15.84, N = 28: from the 6th to the 23rd.
    found = slope(points(range(8), [1, 3, 2, 5, 4, 7, 6, 9]))
    assert (found.per_day, found.low_per_year, found.high_per_year) == (
        Decimal(1),
        YEAR / 2,
        (YEAR * 5 / 3).quantize(Decimal("0.000001")).normalize(),
    )


def test_below_three_values_there_is_no_slope_and_below_six_no_interval() -> None:
    for n, reason in ((0, "fewer-than-3"), (1, "fewer-than-3"), (2, "fewer-than-3"), (3, "interval-impossible")):
        found = slope(points(range(n), range(n)))
        assert (found.n, found.reason) == (n, reason)
        assert (found.per_year is None) == (n < 3)
    assert slope(points(range(5), range(5))).reason == "interval-impossible"
    assert slope(points(range(6), range(6))).reason is None


def test_of_very_many_values_the_newest_count() -> None:
    flat = [(date(2000, 1, 1) + timedelta(days=day), Decimal(5)) for day in range(3_000)]
    rising = [(date(2020, 1, 1) + timedelta(days=day), Decimal(day)) for day in range(trends.MOST)]
    found = trends.slope(flat + rising)
    assert (found.n, found.per_day) == (trends.MOST, Decimal(1))


def test_values_of_one_day_have_no_slope() -> None:
    found = slope(points([7, 7, 7], [1, 2, 3]))
    assert (found.per_year, found.reason) == (None, "same-day")
    assert slope(points([7, 7, 8], [1, 3, 4])).per_day == Decimal(2)


def test_values_that_never_change_have_a_slope_of_zero_and_no_interval() -> None:
    found = slope(points(range(10), [5] * 10))
    assert (found.per_day, found.low_per_year, found.reason) == (Decimal(0), None, "interval-impossible")


def test_every_reason_is_explained() -> None:
    assert {"fewer-than-3", "same-day", "interval-impossible"} <= REASONS.keys()


@pytest.mark.parametrize(
    ("days", "values"),
    [
        ([0, 1, 2, 3], [1, 2, 3, 4]),
        ([0, 0, 1, 2], [1, 2, 3, 3]),
        ([0, 0, 1, 1], [1, 1, 2, 2]),
        ([0, 0, 0, 1], [1, 2, 2, 2]),
    ],
)
def test_the_variance_of_kendalls_s_is_that_of_all_its_permutations(days: list[int], values: list[int]) -> None:
    # By its definition: S over every order in which the values could have come.
    def sign(number: int) -> int:
        return (number > 0) - (number < 0)

    every = [
        sum(sign(b[0] - a[0]) * sign(b[1] - a[1]) for k, b in enumerate(pairs) for a in pairs[:k])
        for order in permutations(values)
        for pairs in [list(zip(days, order, strict=True))]
    ]
    assert sum(every) == 0
    exact = Fraction(sum(s * s for s in every), len(every))
    assert trends._variance_of_s([(day, Fraction(value)) for day, value in zip(days, values, strict=True)]) == exact


@given(series=SERIES)
def test_the_slope_lies_in_its_interval_and_among_the_slopes(series: Points) -> None:
    found = slope(series)
    assert found.n == len(series)
    if found.low_per_year is not None:
        assert found.per_year is not None
        assert found.high_per_year is not None
        assert found.low_per_year <= found.per_year <= found.high_per_year
    else:
        assert found.reason in REASONS


@given(series=SERIES, shift=VALUES, days=st.integers(-300, 300))
def test_moving_everything_in_time_or_value_leaves_the_slope(series: Points, shift: Decimal, days: int) -> None:
    moved = [(day + timedelta(days=days), value + shift) for day, value in series]
    assert slope(moved) == slope(series)


@given(series=SERIES, factor=st.integers(-20, 20).filter(bool))
def test_the_slope_scales_with_the_values(series: Points, factor: int) -> None:
    one, scaled = slope(series), slope([(day, value * factor) for day, value in series])
    for mine, theirs in (
        (one.per_year, scaled.per_year),
        (one.low_per_year, scaled.low_per_year if factor > 0 else scaled.high_per_year),
        (one.high_per_year, scaled.high_per_year if factor > 0 else scaled.low_per_year),
    ):
        assert (mine is None) == (theirs is None)
        if mine is not None and theirs is not None:
            assert abs(mine * factor - theirs) <= Decimal("0.000011"), "rounded once each"


@given(n=st.integers(5, 14), step=VALUES, at=st.integers(0, 13), wrong=st.decimals(-(10**9), 10**9, places=3))
def test_one_wild_value_does_not_move_the_slope(n: int, step: Decimal, at: int, wrong: Decimal) -> None:
    series = points(range(n), [step * k for k in range(n)])
    series[at % n] = (series[at % n][0], wrong)
    assert slope(series).per_day == step.normalize() + 0


@given(series=SERIES, data=st.data())
def test_the_order_in_which_values_arrive_makes_no_difference(series: Points, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(series))
    assert slope(list(shuffled)) == slope(series)
    assert str(slope(list(shuffled))) == str(slope(series)), "to the byte"


@settings(max_examples=50)
@given(series=SERIES)
def test_the_slope_is_the_median_by_another_way(series: Points) -> None:
    slopes = [
        Fraction(b[1] - a[1]) / (b[0] - a[0]).days for k, b in enumerate(series) for a in series[:k] if a[0] != b[0]
    ]
    found = slope(series)
    if slopes:
        assert found.per_day is not None
        assert abs(Fraction(found.per_day) - median(slopes)) <= Fraction(1, 2 * 10**9)
    else:
        assert found.reason == "same-day"


# ── moving median ────────────────────────────────────────────────────────────────────────────────


def test_a_moving_median_looks_back_three_and_five_values() -> None:
    series = points([0, 10, 20, 30, 40, 50], [90, 200, 95, 97, 96, 300])
    assert moving_median(series, 3) == (None, None, *(Decimal(value) for value in (95, 97, 96, 97)))
    assert moving_median(series, 5) == (None, None, None, None, Decimal(96), Decimal(97))
    assert moving_median(series, 1) == tuple(value for _, value in series)
    assert [(one.value, one.median_3, one.median_5) for one in smoothed(series)][4:] == [
        (Decimal(96), Decimal(96), Decimal(96)),
        (Decimal(300), Decimal(97), Decimal(97)),
    ]


@pytest.mark.parametrize("window", [0, -1, 2, 4])
def test_a_moving_median_takes_an_odd_number_of_values(window: int) -> None:
    with pytest.raises(ValueError, match="odd"):
        moving_median([], window)


@given(series=SERIES, later=VALUES)
def test_a_later_value_changes_no_earlier_point(series: Points, later: Decimal) -> None:
    last = max(day for day, _ in series) + timedelta(days=1)
    for window in (3, 5):
        assert moving_median([*series, (last, later)], window)[:-1] == moving_median(series, window)


# ── change since last ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("before", "now", "absolute", "percent"),
    [
        ("98", "104", "6", "6.1"),
        ("104", "98", "-6", "-5.8"),
        ("100", "100", "0", "0"),
        ("0", "5", "5", None),
        ("-2", "-1", "1", "50"),
        ("68.038856", "70", "1.961144", "2.9"),
        ("200", "200.1", "0.1", "0"),  # 0.05 %: the tie goes to the even digit
        ("200", "200.3", "0.3", "0.2"),  # 0.15 %: likewise
    ],
)
def test_a_change_is_told_in_the_unit_and_in_percent(before: str, now: str, absolute: str, percent: str | None) -> None:
    found = change(points([0, 365], [before, now]))
    assert found is not None
    told = None if found.percent is None else str(found.percent)
    assert (str(found.absolute), told, found.days) == (absolute, percent, 365)


def test_the_change_is_against_the_value_just_before() -> None:
    found = change(points([700, 0, 365], [7, 1, 3]))
    assert found is not None
    assert (found.absolute, found.days) == (Decimal(4), 335)
    same_day = change(points([0, 5, 5], [1, 2, 9]))
    assert same_day is not None
    assert (same_day.absolute, same_day.days) == (Decimal(7), 0)


def test_one_value_has_no_change() -> None:
    assert change([]) is None
    assert change(points([0], [1])) is None


def test_days_since_the_latest_value() -> None:
    assert days_since(points([3, 9, 1], [1, 2, 3]), START + timedelta(days=40)) == 31
    assert days_since(points([3], [1]), START) == -3
    assert days_since([], START) is None
