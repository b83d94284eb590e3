"""When a ping is due, and what its arrival or absence says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.monitoring import push
from domain.monitoring.events import PingReceived
from domain.monitoring.push import Push, Schedule
from domain.refusal import Refused

T0 = datetime(2026, 1, 1, tzinfo=UTC)
HOURLY = Schedule(timedelta(hours=1), timedelta(minutes=5), None, "UTC")


def minutes(n: float) -> datetime:
    return T0 + timedelta(minutes=n)


def ping(minute: float, signal="success", exit_status=None) -> PingReceived:
    return PingReceived(monitor_id="m", at=minutes(minute), signal=signal, exit_status=exit_status)


def test_a_ping_sets_the_next_due_time_and_vouches_until_its_deadline():
    state, seen = push.on_ping(push.begin(HOURLY, T0), HOURLY, ping(58))
    assert state == Push(due=minutes(118))
    assert push.deadline(state, HOURLY) == minutes(123)
    assert seen is not None
    assert (seen.at, seen.verdict, seen.reason) == (minutes(58), "pass", None)
    assert timedelta(milliseconds=seen.vouches_ms) >= minutes(123) - minutes(58)


def test_silence_fails_at_the_deadline_again_and_again_on_the_grid_of_the_last_ping():
    state = push.begin(HOURLY, T0)
    missed = []
    for _ in range(3):
        state, seen = push.on_deadline(state, HOURLY, [])
        missed.append((seen.at, seen.verdict, seen.reason))
    assert missed == [(minutes(m), "fail", "ping_missed") for m in (65, 125, 185)]


@pytest.mark.parametrize(
    ("gap", "verdict"),
    [
        ((0, 50), "fail"),
        ((0, 56), "error"),
        ((61, 61.5), "error"),
        ((64.9, 90), "error"),
        ((66, 90), "fail"),
    ],
)
def test_a_deadline_that_passed_while_nobody_listened_is_no_data(gap, verdict):
    gaps = [(minutes(gap[0]), minutes(gap[1]))]
    _, seen = push.on_deadline(push.begin(HOURLY, T0), HOURLY, gaps)
    assert seen.verdict == verdict
    assert seen.reason == ("ping_missed" if verdict == "fail" else "not_listening")


@pytest.mark.parametrize(
    ("signal", "status", "verdict"), [("success", 0, "pass"), ("fail", None, "fail"), ("success", 3, "fail")]
)
def test_a_job_says_itself_whether_it_succeeded(signal, status, verdict):
    _, seen = push.on_ping(push.begin(HOURLY, T0), HOURLY, ping(10, signal, status))
    assert seen is not None
    assert seen.verdict == verdict
    if status == 3:
        assert seen.detail == "exit status 3"


def test_a_start_measures_the_job_and_a_log_changes_nothing():
    state = push.begin(HOURLY, T0)
    assert push.on_ping(state, HOURLY, ping(1, "log")) == (state, None)
    state, seen = push.on_ping(state, HOURLY, ping(10, "start"))
    assert seen is None
    state, seen = push.on_ping(state, HOURLY, ping(12))
    assert seen is not None
    assert seen.total_ms == 120_000


def test_a_job_that_does_not_end_in_time_is_noticed_before_it_is_due_again():
    state, _ = push.on_ping(push.begin(HOURLY, T0), HOURLY, ping(10, "start"))
    assert push.deadline(state, HOURLY) == minutes(15)
    state, seen = push.on_deadline(state, HOURLY, [])
    assert (seen.at, seen.reason) == (minutes(15), "job_overran")
    assert push.deadline(state, HOURLY) == minutes(65), "the next due time stays"


@pytest.mark.parametrize(
    ("tz", "day", "expected"),
    [
        ("Asia/Seoul", datetime(2026, 3, 8, 12), "2026-03-08T17:30:00+00:00"),
        ("America/New_York", datetime(2026, 3, 7, 12), "2026-03-08T07:00:00+00:00"),  # no 02:30: at once, 03:00
        ("America/New_York", datetime(2026, 10, 31, 12), "2026-11-01T07:30:00+00:00"),  # clocks go back at 02:00
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 12), "2026-04-04T16:00:00+00:00"),  # half an hour back at 02:00
    ],
)
def test_cron_follows_the_zone_s_wall_clock(tz, day, expected):
    schedule = Schedule(timedelta(hours=1), timedelta(minutes=5), "30 2 * * *", tz)
    due = schedule.due_after(day.replace(tzinfo=ZoneInfo(tz)).astimezone(UTC))
    assert due.isoformat() == expected


@pytest.mark.parametrize(
    "expect",
    [
        {"cron": "61 * * * *"},
        {"cron": "0 0 31 2 *"},
        {"cron": "daily please"},
        {"tz": "Asia/Soul"},
        {"tz": "../../etc/passwd"},
        {"grace_s": 0},
        {"grace_s": 1e12},
        {"period": 3},
    ],
)
def test_an_impossible_schedule_is_refused_with_a_sentence(expect):
    with pytest.raises(Refused) as refused:
        push.check(expect)
    assert refused.value.field == "expect"
    assert len(str(refused.value)) > 20


@given(
    pings=st.lists(st.floats(0, 600, allow_nan=False), max_size=20).map(sorted),
    period=st.integers(1, 120),
    grace=st.integers(1, 60),
)
def test_no_deadline_is_lost_or_moved_whenever_one_looks(pings, period, grace):
    """Looking at every minute, or only once at the end, gives the same outcomes."""
    schedule = Schedule(timedelta(minutes=period), timedelta(minutes=grace), None, "UTC")

    def watch(looks: list[float]) -> list[tuple[datetime, str]]:
        state, seen, waiting = push.begin(schedule, T0), [], list(pings)
        for look in looks:
            while waiting and waiting[0] <= look:
                minute = waiting.pop(0)
                while push.deadline(state, schedule) < minutes(minute):
                    state, missed = push.on_deadline(state, schedule, [])
                    seen.append((missed.at, missed.verdict))
                state, heard = push.on_ping(state, schedule, ping(minute))
                assert heard is not None
                seen.append((heard.at, heard.verdict))
            while push.deadline(state, schedule) < minutes(look):
                state, missed = push.on_deadline(state, schedule, [])
                seen.append((missed.at, missed.verdict))
        return seen

    often = watch([float(m) for m in range(700)])
    assert often == watch([699.0])
    assert often == sorted(often, key=lambda entry: entry[0])
