"""The grid: exact counts, spread starts, nothing else than id and interval."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from application.monitoring.schedule import grid_of, next_after, points_between

DAY_US = 86_400_000_000
times = st.integers(min_value=0, max_value=4_000_000_000_000_000)
intervals = st.floats(min_value=1, max_value=90_000).map(lambda s: round(s, 3))


@given(st.text(min_size=1), st.integers(0, 40_000))
def test_a_monitor_of_30_seconds_has_exactly_2880_points_in_every_utc_day(monitor_id, day):
    grid = grid_of(monitor_id, 30)
    assert points_between(grid, day * DAY_US, (day + 1) * DAY_US) == 2_880


@given(st.text(), intervals, times)
def test_the_next_point_is_the_first_one_after(monitor_id, interval_s, at):
    grid = grid_of(monitor_id, interval_s)
    following = next_after(grid, at)
    assert following > at
    assert following - grid.interval_us <= at
    assert (following - grid.phase_us) % grid.interval_us == 0
    assert next_after(grid, following) == following + grid.interval_us


@given(st.text(), intervals, times, st.integers(0, DAY_US))
def test_counting_agrees_with_stepping(monitor_id, interval_s, start, length):
    grid = grid_of(monitor_id, max(interval_s, 600))
    end = start + length
    steps = itertools.takewhile(
        lambda at: at < end,
        itertools.accumulate(itertools.repeat(grid.interval_us), initial=next_after(grid, start - 1)),
    )
    assert points_between(grid, start, end) == len(list(steps))


def test_the_grid_depends_on_nothing_but_id_and_interval():
    assert grid_of("5f1c0c0a-7d3e-4a53-9a1e-6c6f0d1f2b3c", 30) == (30_000_000, 26_575_000)


def test_starts_are_spread_over_the_interval():
    tenths = [grid_of(f"monitor-{n}", 60).phase_us // 6_000_000 for n in range(1000)]
    assert all(60 <= tenths.count(tenth) <= 140 for tenth in range(10))
