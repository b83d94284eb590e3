"""Uptime is exact in any zone: days of 23, 24 and 25 hours, and those where clocks move by 30 minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.monitoring.timeline import Interval, State, partition
from domain.monitoring.uptime import BadWindow, Bucket, boundaries, measure
from domain.times import micros

HOUR = 3600.0
ZONES = ("UTC", "America/New_York", "Asia/Seoul", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def up(start: datetime, end: datetime) -> list[Interval]:
    return [Interval(micros(start), micros(end), "up")]


def hours_per_bucket(start: str, end: str, zone: str, bucket: Bucket) -> list[float]:
    first, last = utc(start), utc(end)
    report = measure(up(first, last), first, last, zone=zone, bucket=bucket)
    assert report.buckets is not None
    return [b.seconds.up / HOUR for b in report.buckets]


@pytest.mark.parametrize(
    ("zone", "start", "end", "lengths"),
    [
        ("America/New_York", "2026-03-07T00:00-05:00", "2026-03-10T00:00-04:00", [24, 23, 24]),
        ("America/New_York", "2026-10-31T00:00-04:00", "2026-11-03T00:00-05:00", [24, 25, 24]),
        ("Asia/Seoul", "2026-03-07T00:00+09:00", "2026-03-10T00:00+09:00", [24, 24, 24]),
        ("Australia/Lord_Howe", "2026-04-04T00:00+11:00", "2026-04-07T00:00+10:30", [24, 24.5, 24]),
        ("Australia/Lord_Howe", "2026-10-03T00:00+10:30", "2026-10-06T00:00+11:00", [24, 23.5, 24]),
        ("Pacific/Apia", "2011-12-29T00:00-10:00", "2012-01-01T00:00+14:00", [24, 24]),
    ],
)
def test_a_day_lasts_from_local_midnight_to_local_midnight(
    zone: str, start: str, end: str, lengths: list[float]
) -> None:
    assert hours_per_bucket(start, end, zone, "day") == lengths


def test_the_repeated_hour_of_autumn_is_an_hour_of_its_own() -> None:
    assert hours_per_bucket("2026-11-01T00:00-04:00", "2026-11-02T00:00-05:00", "America/New_York", "hour") == [1] * 25


def test_the_missing_hour_of_spring_is_no_hour() -> None:
    assert hours_per_bucket("2026-03-08T00:00-05:00", "2026-03-09T00:00-04:00", "America/New_York", "hour") == [1] * 23


def test_where_clocks_move_by_half_an_hour_one_hour_has_30_or_90_minutes() -> None:
    spring = hours_per_bucket("2026-10-04T00:00+10:30", "2026-10-05T00:00+11:00", "Australia/Lord_Howe", "hour")
    assert spring == [1, 1, 0.5] + [1] * 21
    autumn = hours_per_bucket("2026-04-05T00:00+11:00", "2026-04-06T00:00+10:30", "Australia/Lord_Howe", "hour")
    assert autumn == [1, 1.5] + [1] * 22


def test_hours_of_a_zone_off_by_45_minutes_begin_at_its_full_hours() -> None:
    edges = boundaries(utc("2026-01-01T00:00Z"), utc("2026-01-01T03:00Z"), "Asia/Kathmandu", "hour")
    assert [edge // 60_000_000 % 60 for edge in edges] == [0, 15, 15, 15, 0]


states = st.sampled_from(["up", "degraded", "down", "unknown", "paused"])
moments = st.integers(micros(utc("2026-03-01T00:00Z")), micros(utc("2026-11-30T00:00Z")))


@given(
    st.lists(st.tuples(moments, states), min_size=1, max_size=20, unique_by=lambda pair: pair[0]),
    moments,
    st.integers(1, 40 * 86_400_000_000),
    st.sampled_from(ZONES),
    st.sampled_from(["day", "hour"]),
)
def test_the_buckets_add_up_to_the_whole_exactly(
    changes: list[tuple[int, State]], start: int, length: int, zone: str, bucket: Bucket
) -> None:
    changes.sort()
    spans: list[tuple[int, int, State]] = [(a[0], b[0], a[1]) for a, b in pairwise(changes)]
    window = [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=t) for t in (start, start + length)]
    intervals = list(
        partition(spans, registered=changes[0][0], retired=changes[-1][0], start=start, end=start + length)
    )
    report = measure(intervals, *window, zone=zone, bucket=bucket)
    assert report.buckets is not None
    assert report.buckets[0].from_at == window[0]
    assert report.buckets[-1].to_at == window[1]
    for state in ("up", "degraded", "down", "unknown", "paused", "maintenance"):
        exact = sum(i.end - i.start for i in intervals if i.state == state)
        assert round(getattr(report.seconds, state) * 1_000_000) == exact
        assert sum(round(getattr(b.seconds, state) * 1_000_000) for b in report.buckets) == exact


def test_one_lost_second_in_a_year_never_shows_as_100() -> None:
    start = utc("2026-01-01T00:00Z")
    end, lost = start + timedelta(days=365), start + timedelta(seconds=1)
    intervals = [Interval(micros(start), micros(lost), "down"), Interval(micros(lost), micros(end), "up")]
    assert measure(intervals, start, end).uptime_percent == 99.9999


@given(st.integers(0, 10**15), st.integers(1, 10**15))
def test_uptime_is_the_fraction_rounded_down_to_four_decimals(good: int, bad: int) -> None:
    start = 1_767_225_600_000_000
    intervals = [Interval(start, start + good, "degraded"), Interval(start + good, start + good + bad, "down")]
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    window = [epoch + timedelta(microseconds=t) for t in (start, start + good + bad)]
    found = measure([i for i in intervals if i.start < i.end], *window).uptime_percent
    assert found is not None
    exact = Fraction(good * 100, good + bad)
    assert found == float(exact * 10_000 // 1) / 10_000
    assert Fraction(round(found * 10_000), 10_000) <= exact


def test_nothing_observed_is_neither_0_nor_100() -> None:
    start = utc("2026-01-01T00:00Z")
    intervals = [
        Interval(micros(start), micros(start) + 10**6, "unknown"),
        Interval(micros(start) + 10**6, micros(start) + 10**7, "paused"),
    ]
    report = measure(intervals, start, start + timedelta(days=1), bucket="hour")
    assert report.uptime_percent is None
    assert report.coverage_percent == 0.0
    assert report.seconds.unknown == 1.0


def test_paused_time_lowers_neither_uptime_nor_coverage() -> None:
    start = utc("2026-01-01T00:00Z")
    at = micros(start)
    intervals = [
        Interval(at, at + 60, "up"),
        Interval(at + 60, at + 1000, "paused"),
        Interval(at + 1000, at + 1020, "unknown"),
    ]
    report = measure(intervals, start, start + timedelta(days=1))
    assert report.uptime_percent == 100.0
    assert report.coverage_percent == 75.0


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc/passwd", "/etc/localtime", "Asia", "Asia/Seoul\x00"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(BadWindow, match="unknown"):
        measure([], utc("2026-01-01T00:00Z"), utc("2026-01-02T00:00Z"), zone=zone)


def test_an_empty_window_and_one_of_too_many_buckets_are_refused() -> None:
    with pytest.raises(BadWindow, match="empty"):
        measure([], utc("2026-01-02T00:00Z"), utc("2026-01-02T00:00Z"))
    with pytest.raises(BadWindow, match="more than 10000"):
        measure([], utc("2000-01-02T00:00Z"), utc("2026-01-02T00:00Z"), bucket="hour")
