"""The timeline, held against a model that keeps every microsecond of a short life by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.monitoring.timeline import FOREVER, Interval, Span, Timeline, partition
from domain.times import micros, moment

HORIZON = 120
Step = tuple[str, int, int]
STATUSES = ("up", "degraded", "down")


def fold(steps: Sequence[Step], *, registered: int = 10, settle: Callable[[int], bool] = lambda _: False) -> Timeline:
    timeline = Timeline(registered)
    for n, (what, at, extra) in enumerate(steps):
        apply(timeline, what, at, extra)
        if settle(n):
            timeline.settle()
    return timeline


def apply(timeline: Timeline, what: str, at: int, extra: int) -> None:
    match what:
        case "observe":
            timeline.observe(at, extra)
        case "confirm":
            timeline.confirm(at, STATUSES[extra % 3])
        case "pause":
            timeline.pause(at)
        case "resume":
            timeline.resume(at)
        case _:
            timeline.retire(at)


class Model:
    """Every microsecond by itself: slow, obvious, and written without looking at the timeline."""

    def __init__(self, registered: int) -> None:
        self.registered = self.effective = registered
        self.retired: int | None = None
        self.state: dict[int, str] = {}
        self.status = "unknown"
        self.paused_from: int | None = None
        self.last_pause_end = 0

    def apply(self, what: str, at: int, extra: int) -> None:  # noqa: C901 (an index of what can happen)
        match what:
            case "observe":
                self.effective = max(self.effective, at)
                for t in range(self.effective, self.effective + extra):
                    if self.state.get(t) == "paused" or (self.paused_from is not None and t >= self.paused_from):
                        break
                    if self.retired is None or t < self.retired:
                        self.state.setdefault(t, self.status)
            case "confirm":
                self.status = STATUSES[extra % 3]
                for t, state in self.state.items():
                    if t >= at and state != "paused":
                        self.state[t] = self.status
            case "pause" if self.retired is None and self.paused_from is None:
                self.status = "unknown"
                self.paused_from = max(at, self.registered, self.last_pause_end)
                self.forget_from(self.paused_from)
            case "resume" if self.retired is None and self.paused_from is not None:
                self.status = "unknown"
                self.end_pause(max(at, self.paused_from))
            case "retire" if self.retired is None:
                self.retired = max(at, self.registered)
                if self.paused_from is not None:
                    self.end_pause(max(self.retired, self.paused_from))
                self.forget_from(self.retired)
            case _:
                pass

    def forget_from(self, at: int) -> None:
        self.state = {t: state for t, state in self.state.items() if t < at}

    def end_pause(self, at: int) -> None:
        assert self.paused_from is not None
        self.state |= dict.fromkeys(range(self.paused_from, at), "paused")
        if at > self.paused_from:
            self.last_pause_end = at
        self.paused_from = None

    def at(self, t: int) -> str | None:
        if t < self.registered or (self.retired is not None and t >= self.retired):
            return None
        if self.paused_from is not None and t >= self.paused_from:
            return "paused"
        return self.state.get(t, "unknown")


def life(timeline: Timeline, start: int = 0, end: int = HORIZON) -> list[Interval]:
    spans = [span.as_tuple() for span in timeline.spans]
    return list(partition(spans, registered=timeline.registered, retired=timeline.retired, start=start, end=end))


times = st.integers(0, 90)
steps = st.one_of(
    st.tuples(st.just("observe"), times, st.integers(0, 25)),
    st.tuples(st.just("observe"), times, st.integers(0, 25)),
    st.tuples(st.just("confirm"), times, st.integers(0, 2)),
    st.tuples(st.just("pause"), times, st.just(0)),
    st.tuples(st.just("resume"), times, st.just(0)),
    st.tuples(st.just("retire"), st.integers(60, 90), st.just(0)),
)
histories = st.lists(steps, max_size=40)


@settings(max_examples=600)
@given(histories, st.integers(0, 30))
def test_any_history_gives_the_state_of_every_microsecond(history: list[Step], registered: int) -> None:
    timeline, model = fold(history, registered=registered), Model(registered)
    for step in history:
        model.apply(*step)
    intervals = life(timeline)
    found = {t: interval.state for interval in intervals for t in range(interval.start, interval.end)}
    assert found == {t: state for t in range(HORIZON) if (state := model.at(t)) is not None}


@given(histories)
def test_intervals_partition_the_life_and_alternate(history: list[Step]) -> None:
    timeline = fold(history)
    intervals = life(timeline)
    end = HORIZON if timeline.retired is None else timeline.retired
    assert sum(interval.end - interval.start for interval in intervals) == max(end - 10, 0)
    for before, after in pairwise(intervals):
        assert before.end == after.start
        assert before.state != after.state
    assert all(interval.start < interval.end for interval in intervals)
    assert not intervals or intervals[0].start == 10


@settings(max_examples=600)
@given(histories, st.sets(st.integers(0, 39)))
def test_what_is_stored_batch_by_batch_is_what_one_fold_gives(history: list[Step], cuts: set[int]) -> None:
    with patch.multiple("domain.monitoring.timeline", _KEPT=1, _TRIM_ABOVE=1):
        stored = stored_in_batches(history, cuts)
    assert stored == {span.start: (span.end, span.state, span.seen) for span in fold(history).spans}


def stored_in_batches(history: list[Step], cuts: set[int]) -> dict[int, tuple[int, str, int]]:
    stored: dict[int, tuple[int, str, int]] = {}
    timeline = Timeline(10)
    for n, (what, at, extra) in enumerate(history):
        if what != "observe" and at <= timeline.floor:
            # What a projection does: an event that looks further back than the tail in memory needs the stored spans.
            restore(timeline, stored)
        apply(timeline, what, at, extra)
        if n in cuts:
            store(timeline, stored)
    store(timeline, stored)
    return stored


def store(timeline: Timeline, stored: dict[int, tuple[int, str, int]]) -> None:
    for start in timeline.removed:
        stored.pop(start, None)
    stored |= {span.start: (span.end, span.state, span.seen) for span in timeline.changed()}
    timeline.settle()


def restore(timeline: Timeline, stored: dict[int, tuple[int, str, int]]) -> None:
    store(timeline, stored)
    timeline.spans = [Span(start, end, state, seen) for start, (end, state, seen) in sorted(stored.items())]
    timeline.floor = -1


@given(st.integers(1, 3000), st.integers(1, 20))
def test_a_steady_state_changes_one_span_per_batch(outcomes: int, batch: int) -> None:
    timeline = fold([("observe", 20, 30), ("confirm", 20, 0)])
    timeline.settle()
    for n in range(outcomes):
        timeline.observe(20 + n * 10, 30)
        if n % batch == 0:
            assert len(timeline.changed()) == 1
            assert not timeline.removed
            assert not timeline.turned
            timeline.settle()
    assert [span.as_tuple() for span in timeline.spans] == [(20, 20 + (outcomes - 1) * 10 + 30, "up")]


def test_a_long_life_keeps_only_its_tail_in_memory() -> None:
    timeline = Timeline(0)
    for n in range(200):
        timeline.observe(n * 100, 30)
        timeline.settle()
    assert len(timeline.spans) <= 17
    assert timeline.floor > 0


def test_a_transition_is_back_dated_across_a_gap_and_the_gap_stays_unknown() -> None:
    timeline = fold([
        ("observe", 10, 10), ("confirm", 10, 0), ("observe", 20, 10), ("observe", 50, 10), ("confirm", 20, 2)
    ])  # fmt: skip
    assert life(timeline, end=70) == [
        (10, 20, "up"), (20, 30, "down"), (30, 50, "unknown"), (50, 60, "down"), (60, 70, "unknown")
    ]  # fmt: skip


def test_an_outcome_in_flight_at_a_pause_vouches_neither_into_it_nor_beyond_it() -> None:
    before = [("observe", 10, 5), ("confirm", 10, 0), ("pause", 30, 0), ("observe", 25, 50)]
    after = [("resume", 40, 0), ("observe", 26, 60), ("confirm", 20, 2)]
    assert life(fold([*before, *after])) == [
        (10, 15, "up"), (15, 25, "unknown"), (25, 30, "down"), (30, 40, "paused"), (40, HORIZON, "unknown")
    ]  # fmt: skip


def test_a_pause_never_begins_within_the_pause_before_it() -> None:
    timeline = fold([("pause", 30, 0), ("resume", 50, 0), ("pause", 40, 0), ("resume", 60, 0)])
    assert life(timeline) == [(10, 30, "unknown"), (30, 60, "paused"), (60, HORIZON, "unknown")]


def test_a_clock_set_back_counts_no_time_twice() -> None:
    timeline = fold([("observe", 50, 10), ("confirm", 50, 0), ("observe", 20, 10), ("observe", 22, 15)])
    assert [span.as_tuple() for span in timeline.spans] == [(50, 65, "up")]


def test_an_open_pause_has_no_end() -> None:
    timeline = fold([("pause", 30, 0)])
    assert timeline.spans[-1].end == FOREVER
    assert life(timeline) == [(10, 30, "unknown"), (30, HORIZON, "paused")]


@given(st.datetimes(min_value=datetime(1960, 1, 1), max_value=datetime(2300, 1, 1), timezones=st.just(UTC)))
def test_microseconds_are_exact_both_ways(at: datetime) -> None:
    assert moment(micros(at)) == at
    assert moment(micros(at)).tzinfo is UTC
