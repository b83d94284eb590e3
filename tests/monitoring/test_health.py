"""Given outcomes and a policy, when another one comes, then this is confirmed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel import Event
from domain.monitoring import health as healths
from domain.monitoring.events import (
    STATUS_AFTER,
    IncidentOpened,
    IncidentResolved,
    MonitorDegraded,
    MonitorWentDown,
    MonitorWentUp,
    ProbeRecorded,
)
from domain.monitoring.health import SEVERITY_OF_STATUS, SEVERITY_OF_VERDICT, Health, Thresholds
from domain.monitoring.outcome import Outcome, Verdict

T0 = datetime(2026, 1, 1, tzinfo=UTC)
LETTERS: dict[str, Verdict] = {"p": "pass", "s": "slow", "f": "fail", "e": "error"}
UP, DEGRADED, DOWN = MonitorWentUp.__name__, MonitorDegraded.__name__, MonitorWentDown.__name__


def at(second: float) -> datetime:
    return T0 + timedelta(seconds=second)


def outcome(second: float, letter: str) -> Outcome:
    return Outcome(
        monitor_id="m",
        verdict=LETTERS[letter],
        scheduled_at=at(second),
        started_at=at(second),
        reason=None if letter == "p" else f"reason {letter}{second}",
        vouches_ms=1000,
        prober="test",
    )


def play(letters: str, thresholds: Thresholds, health: Health | None = None) -> tuple[list[Event], Health]:
    """Everything but the observations, with one outcome a second."""
    health = health or Health()
    caused: list[Event] = []
    for second, letter in enumerate(letters):
        events, health = healths.decide(health, thresholds, outcome(second, letter))
        assert isinstance(events[0], ProbeRecorded)
        caused += events[1:]
    return caused, health


def transitions(letters: str, failures: int = 2, passes: int = 1) -> list[tuple[str, int]]:
    caused, _ = play(letters, Thresholds(failures, passes))
    return [
        (type(e).__name__, round((e.since - T0).total_seconds()))
        for e in caused
        if isinstance(e, MonitorWentUp | MonitorDegraded | MonitorWentDown)
    ]


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("p", [(UP, 0)]),
        ("pf", [(UP, 0)]),
        ("pff", [(UP, 0), (DOWN, 1)]),
        ("pffff", [(UP, 0), (DOWN, 1)]),
        ("pfpfpf", [(UP, 0)]),
        ("pffp", [(UP, 0), (DOWN, 1), (UP, 3)]),
        ("ff", [(DOWN, 0)]),
        ("f", []),
        ("ps", [(UP, 0)]),
        ("pss", [(UP, 0), (DEGRADED, 1)]),
        ("psf", [(UP, 0), (DEGRADED, 1)]),
        ("psff", [(UP, 0), (DEGRADED, 1), (DOWN, 2)]),
        ("pfs", [(UP, 0), (DEGRADED, 1)]),
        ("pfsf", [(UP, 0), (DEGRADED, 1)]),
        ("pfsff", [(UP, 0), (DEGRADED, 1), (DOWN, 3)]),
        ("ffs", [(DOWN, 0), (DEGRADED, 2)]),
        ("ffsp", [(DOWN, 0), (DEGRADED, 2), (UP, 3)]),
    ],
)
def test_two_failures_in_a_row_confirm_and_one_pass_recovers(letters, expected):
    assert transitions(letters) == expected


@pytest.mark.parametrize("letters", ["pefef", "pffe", "epeffe"])
def test_the_prober_s_own_faults_neither_extend_nor_break_a_run(letters):
    assert [name for name, _ in transitions(letters)] == [UP, DOWN]
    assert [name for name, _ in transitions("peeeeeee")] == [UP]


def test_recovery_can_ask_for_more_than_one_pass():
    assert transitions("ffppfpp", passes=2) == [(DOWN, 0), (UP, 2)]
    assert transitions("ffpfpp", passes=2) == [(DOWN, 0), (UP, 4)]
    assert transitions("ffsp", passes=2) == [(DOWN, 0), (DEGRADED, 2)]


def test_a_transition_says_why_and_since_when_and_who_confirmed_it():
    caused, _ = play("pff", Thresholds(2, 1))
    down = caused[1]
    assert isinstance(down, MonitorWentDown)
    assert (down.since, down.confirmed_at) == (at(1), at(2))
    assert (down.previous, down.reason) == ("up", "reason f1")


def test_an_incident_opens_with_down_and_ends_with_recovery():
    caused, health = play("pffsp", Thresholds(2, 1))
    names = [type(e).__name__ for e in caused]
    assert names == [UP, DOWN, "IncidentOpened", DEGRADED, "IncidentResolved", UP]
    opened, resolved = caused[2], caused[4]
    assert isinstance(opened, IncidentOpened)
    assert isinstance(resolved, IncidentResolved)
    assert (opened.started_at, opened.confirmed_at, opened.cause) == (at(1), at(2), "reason f1")
    assert (resolved.incident_id, resolved.at, resolved.resolution) == (opened.incident_id, at(3), "recovered")
    assert health.incident_id is None


def test_an_incident_that_is_open_over_a_pause_is_neither_doubled_nor_lost():
    _, down = play("ff", Thresholds(2, 1))
    resumed = healths.forget_status(down)
    again, still_down = play("ff", Thresholds(2, 1), resumed)
    assert [type(e).__name__ for e in again] == [DOWN], "the incident is open already"
    assert still_down.incident_id == down.incident_id
    recovered, _ = play("p", Thresholds(2, 1), resumed)
    assert [type(e).__name__ for e in recovered] == [UP, "IncidentResolved"]


def test_a_clock_that_was_set_back_does_not_date_a_transition_before_what_was_known():
    thresholds = Thresholds(2, 1)
    _, health = healths.decide(Health(), thresholds, outcome(100, "p"))
    _, health = healths.decide(health, thresholds, outcome(40, "f"))
    events, _ = healths.decide(health, thresholds, outcome(70, "f"))
    down = events[1]
    assert isinstance(down, MonitorWentDown)
    assert (down.since, down.confirmed_at) == (at(100), at(100))


def test_incident_ids_are_the_same_on_every_replay_and_differ_between_incidents():
    first, _ = play("ffpff", Thresholds(2, 1))
    second, _ = play("ffpff", Thresholds(2, 1))
    assert first == second
    ids = [e.incident_id for e in first if isinstance(e, IncidentOpened)]
    assert len(set(ids)) == 2


@given(
    letters=st.text("psfe", max_size=60),
    failures=st.integers(1, 5),
    passes=st.integers(1, 5),
)
def test_whatever_comes_statuses_alternate_and_time_runs_forward(letters, failures, passes):
    caused, health = play(letters, Thresholds(failures, passes))
    status, since, open_incident = "unknown", T0, None
    for event in caused:
        if isinstance(event, MonitorWentUp | MonitorDegraded | MonitorWentDown):
            assert event.previous == status
            assert STATUS_AFTER[type(event)] != status
            assert since <= event.since <= event.confirmed_at
            status, since = STATUS_AFTER[type(event)], event.since
        elif isinstance(event, IncidentOpened):
            assert open_incident is None
            open_incident = event.incident_id
        elif isinstance(event, IncidentResolved):
            assert event.incident_id == open_incident
            open_incident = None
    assert health.status == status
    assert health.incident_id == open_incident
    assert (open_incident is not None) == (status == "down")


@given(letters=st.text("psfe", max_size=40), failures=st.integers(1, 5), passes=st.integers(1, 5))
def test_a_long_agreement_always_confirms(letters, failures, passes):
    for letter, status in (("p", "up"), ("s", "degraded"), ("f", "down")):
        _, health = play(letters + letter * 5, Thresholds(failures, passes))
        assert health.status == status
        assert not health.run


@given(letters=st.text("psfe", max_size=40), failures=st.integers(1, 4), passes=st.integers(1, 4))
def test_the_run_is_always_what_came_since_the_status_last_agreed(letters, failures, passes):
    """So a process that starts anew can find it from the newest outcomes alone."""
    _, health = play(letters, Thresholds(failures, passes))
    if health.status == "unknown":
        return
    expected: list[int] = []
    for letter in letters:
        if letter == "e":
            continue
        severity = SEVERITY_OF_VERDICT[LETTERS[letter]]
        expected = [] if severity == SEVERITY_OF_STATUS[health.status] else [*expected, severity]
    assert [mark.severity for mark in health.run] == expected[-healths.LONGEST_RUN :]
