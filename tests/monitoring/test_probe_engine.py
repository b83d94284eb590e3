"""The prober's engine, making real probes of real servers."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Self

import msgspec
import pytest

from adapters.clock import SteadyClock
from adapters.probes import every_probe
from application.monitoring.judging import Origin, Run, judge
from application.monitoring.probing import Limits, Prober
from application.monitoring.schedule import grid_of, next_after
from application.monitoring.stalls import Stalls
from application.ports.probe import Observation, Prepared
from domain.monitoring.monitor import Monitor
from domain.monitoring.outcome import Outcome
from domain.times import micros
from tests.monitoring.servers import OK, answering, never_answering, serving
from tests.monitoring.watching import a_monitor, closed_port, until


class Watch:
    """A running prober and what it has recorded."""

    def __init__(
        self,
        *,
        clock: SteadyClock | None = None,
        limits: Limits | None = None,
        undecided: Callable[[Outcome], bool] = lambda _: False,
    ) -> None:
        self.outcomes: list[Outcome] = []
        self.causes: list[str | None] = []
        self.undecided = undecided
        self.clock = clock or SteadyClock()
        self.prober = Prober(
            probes=every_probe(), clock=self.clock, record=self._record, origin=Origin("p-1", "here"), limits=limits
        )

    def _record(self, monitor: Monitor, outcome: Outcome, cause: str | None) -> bool:
        assert outcome.monitor_id == monitor.id
        self.outcomes.append(outcome)
        self.causes.append(cause)
        return self.undecided(outcome)

    def of(self, monitor_id: str) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.monitor_id == monitor_id]

    async def __aenter__(self) -> Self:
        self.prober.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.prober.stop(0)


def every_second(target: str, monitor_id: str = "m", **settings) -> Monitor:
    fast = {"interval_s": 1.0, "timeout_s": 1.0, "retry_interval_s": 1.0}
    return a_monitor("http", target, monitor_id=monitor_id, **(fast | settings))


def assert_never_blamed(watch: Watch) -> None:
    """A machine that is too busy to probe within a second says so of itself; the target passed or was not seen."""
    assert {"pass"} <= {outcome.verdict for outcome in watch.outcomes} <= {"pass", "error"}


async def test_probes_stay_on_the_grid_and_miss_no_point_of_it():
    async with serving(answering(OK)) as port, Watch() as watch:
        names = [f"m{n}" for n in range(20)]
        for name in names:
            watch.prober.set(every_second(f"http://127.0.0.1:{port}/", name))
        await until(lambda: all(len(watch.of(name)) >= 3 for name in names), "three rounds")
    for name in names:
        scheduled = [micros(outcome.scheduled_at) for outcome in watch.of(name)]
        assert all(at % 1_000_000 == grid_of(name, 1.0).phase_us for at in scheduled)
        assert all(later - earlier == 1_000_000 for earlier, later in pairwise(scheduled))
        assert all(outcome.started_at >= outcome.scheduled_at for outcome in watch.of(name))
    assert_never_blamed(watch)
    assert {(outcome.prober, outcome.region) for outcome in watch.outcomes} == {("p-1", "here")}


async def test_slow_targets_never_delay_another():
    async with serving(never_answering) as silent, serving(answering(OK)) as port, Watch() as watch:
        for n in range(100):
            watch.prober.set(every_second(f"http://127.0.0.1:{silent}/", f"slow{n}", interval_s=60.0, timeout_s=60.0))
            watch.prober.probe_now(f"slow{n}")
        watch.prober.set(every_second(f"http://127.0.0.1:{port}/", "quick"))
        await until(lambda: len(watch.of("quick")) >= 2, "two quick probes")
        assert watch.prober.running >= 100
        assert {outcome.monitor_id for outcome in watch.outcomes} == {"quick"}
        assert_never_blamed(watch)


TEN = Limits(probes=10)


async def test_one_dead_host_never_uses_up_every_slot():
    async with serving(never_answering) as silent, serving(answering(OK)) as port, Watch(limits=TEN) as watch:
        for n in range(20):
            target = f"http://127.0.0.1:{silent}/"
            watch.prober.set(every_second(target, f"slow{n}", interval_s=60.0, timeout_s=60.0))
            watch.prober.probe_now(f"slow{n}")
        assert Counter((o.verdict, o.reason) for o in watch.outcomes) == {("error", "prober_overloaded"): 15}
        assert watch.prober.running == 5
        watch.prober.set(every_second(f"http://localhost:{port}/", "quick"))
        watch.prober.probe_now("quick")
        await until(lambda: bool(watch.of("quick")), "the quick probe")
        assert watch.of("quick")[0].verdict == "pass"
        assert watch.prober.stats.refused == 15


async def test_an_unconfirmed_failure_is_retried_off_the_grid_and_counted():
    failures = iter([True, True, False])
    monitor = a_monitor("http", f"http://127.0.0.1:{closed_port()}/", interval_s=3600.0, retry_interval_s=0.5)
    async with Watch(undecided=lambda _: next(failures, False)) as watch:
        watch.prober.set(monitor, at_once=True)
        await until(lambda: len(watch.outcomes) == 3, "the first look and two retries")
    assert [outcome.attempt for outcome in watch.outcomes] == [0, 1, 2]
    assert {outcome.reason for outcome in watch.outcomes} == {"connection_refused"}
    gaps = [micros(b.scheduled_at) - micros(a.started_at) for a, b in pairwise(watch.outcomes)]
    assert all(gap >= 500_000 for gap in gaps)


async def test_the_grid_comes_before_a_retry():
    monitor = every_second(f"http://127.0.0.1:{closed_port()}/")
    async with Watch(undecided=lambda _: True) as watch:
        watch.prober.set(monitor)
        await until(lambda: len(watch.outcomes) == 3, "three probes")
    assert [outcome.attempt for outcome in watch.outcomes] == [0, 0, 0]


async def test_a_grid_point_reached_while_a_probe_runs_follows_it_and_keeps_its_time():
    release = asyncio.Event()

    async def slow_then_quick(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        await release.wait()
        writer.write(OK)

    async with serving(slow_then_quick) as port, Watch() as watch:
        monitor = every_second(f"http://127.0.0.1:{port}/", timeout_s=60.0)
        watch.prober.set(monitor)
        asked = watch.clock.now_us()
        watch.prober.probe_now("m")
        due = next_after(grid_of("m", 1.0), asked)
        await until(lambda: watch.clock.now_us() > due + 100_000, "the grid point has passed")
        assert watch.outcomes == []
        release.set()
        await until(lambda: len(watch.outcomes) >= 2, "both probes")
    assert micros(watch.outcomes[1].scheduled_at) == due
    assert watch.outcomes[1].started_at >= watch.outcomes[0].started_at


async def test_a_probe_on_request_names_its_cause_and_does_not_double_one_under_way():
    async with serving(answering(OK)) as port, Watch() as watch:
        assert not watch.prober.probe_now("m")
        watch.prober.set(a_monitor("http", f"http://127.0.0.1:{port}/", interval_s=3600.0))
        assert watch.prober.probe_now("m", "event-1")
        assert watch.prober.probe_now("m", "event-2")
        await until(lambda: bool(watch.outcomes), "the probe")
        await until(lambda: watch.prober.running == 0, "nothing runs")
    assert watch.causes == ["event-1"]


@pytest.mark.parametrize("change", [{"paused": True}, {"retired": True}, {"target": "http://127.0.0.1:1/"}])
async def test_a_probe_under_way_is_forgotten_when_its_monitor_changes(change):
    async with serving(never_answering) as port, Watch() as watch:
        monitor = a_monitor("http", f"http://127.0.0.1:{port}/", interval_s=3600.0)
        watch.prober.set(monitor, at_once=True)
        assert watch.prober.running == 1
        watch.prober.set(msgspec.structs.replace(monitor, **change))
        await until(lambda: watch.prober.running == 0, "the probe has ended")
        assert watch.outcomes == []
        assert watch.prober.watched == (1 if "target" in change else 0)


async def test_a_renamed_monitor_keeps_its_probe_under_way():
    release = asyncio.Event()

    async def slow(reader, writer):
        await release.wait()
        writer.write(OK)

    async with serving(slow) as port, Watch() as watch:
        monitor = a_monitor("http", f"http://127.0.0.1:{port}/", interval_s=3600.0)
        watch.prober.set(monitor, at_once=True)
        watch.prober.set(msgspec.structs.replace(monitor, name="new"))
        release.set()
        await until(lambda: bool(watch.outcomes), "the outcome")
    assert watch.outcomes[0].verdict == "pass"


class Instant:
    """A probe kind that passes at once."""

    def prepare(self, monitor: Monitor, secrets: Mapping[str, str]) -> Prepared:
        del monitor, secrets

        async def look() -> Observation:
            return Observation(finding="pass")

        return Prepared(look, "")


async def test_an_answer_that_arrives_together_with_the_removal_is_forgotten():
    outcomes: list[Outcome] = []
    prober = Prober(
        probes={"http": Instant()},
        clock=SteadyClock(),
        record=lambda _, outcome, __: bool(outcomes.append(outcome)),
        origin=Origin("p"),
    )
    prober.set(a_monitor("http", "http://x/"), at_once=True)
    await asyncio.sleep(0)  # the probe has ended, but the engine has not been told yet
    prober.remove("m")
    await until(lambda: prober.running == 0, "the engine has been told")
    assert outcomes == []


async def test_stopping_records_what_could_not_end_as_our_fault():
    async with serving(never_answering) as port:
        async with Watch() as watch:
            watch.prober.set(a_monitor("http", f"http://127.0.0.1:{port}/"), at_once=True)
            await asyncio.sleep(0)
        assert [(o.verdict, o.reason) for o in watch.outcomes] == [("error", "prober_stopped")]
        assert watch.prober.running == 0


async def test_stopping_waits_for_probes_that_are_about_to_end():
    async with serving(answering(OK)) as port:
        watch = Watch()
        watch.prober.start()
        watch.prober.set(a_monitor("http", f"http://127.0.0.1:{port}/"), at_once=True)
        await watch.prober.stop(60)
    assert [outcome.verdict for outcome in watch.outcomes] == ["pass"]


async def test_a_missing_secret_is_our_fault():
    async with Watch() as watch:
        watch.prober.set(a_monitor("http", "http://***@127.0.0.1:1/"), at_once=True)
        await until(lambda: bool(watch.outcomes), "the outcome")
    assert (watch.outcomes[0].verdict, watch.outcomes[0].reason) == ("error", "prober_fault")
    assert watch.outcomes[0].detail == "the vault does not hold the secret userinfo"


async def test_a_recorder_that_breaks_stops_the_prober_loudly():
    def broken(*_: object) -> bool:
        raise RuntimeError("no room")

    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    prober = Prober(probes=every_probe(), clock=SteadyClock(), record=broken, origin=Origin("p"))
    prober.start()
    prober.set(a_monitor("http", f"http://127.0.0.1:{closed_port()}/"), at_once=True)
    with pytest.raises(RuntimeError, match="no room"):
        await prober.broken
    await prober.stop(0)


async def test_a_clock_set_back_while_probing_reorders_doubles_and_skips_nothing():
    offset_ns = 0
    clock = SteadyClock(system_ns=lambda: time.time_ns() + offset_ns)
    async with serving(answering(OK)) as port, Watch(clock=clock) as watch:
        watch.prober.set(every_second(f"http://127.0.0.1:{port}/"))
        await until(lambda: len(watch.outcomes) >= 2, "two probes before")
        offset_ns = -7_200_000_000_000
        await until(lambda: len(watch.outcomes) >= 5, "three probes after")
    scheduled = [micros(outcome.scheduled_at) for outcome in watch.outcomes]
    assert [later - earlier for earlier, later in pairwise(scheduled)] == [1_000_000] * (len(scheduled) - 1)
    started = [outcome.started_at for outcome in watch.outcomes]
    assert started == sorted(started)


async def test_time_in_which_this_process_was_suspended_is_no_data():
    offset_ns = 0
    clock = SteadyClock(system_ns=lambda: time.time_ns() + offset_ns)
    async with serving(answering(OK)) as port, Watch(clock=clock) as watch:
        watch.prober.set(every_second(f"http://127.0.0.1:{port}/"))
        await until(lambda: len(watch.outcomes) >= 2, "two probes before")
        offset_ns = 3_600_000_000_000
        await until(lambda: len(watch.outcomes) >= 4, "two probes after")
    assert_never_blamed(watch)
    assert watch.prober.stats.missed >= 3_598
    scheduled = [micros(outcome.scheduled_at) for outcome in watch.outcomes]
    gaps = [later - earlier for earlier, later in pairwise(scheduled)]
    assert len([gap for gap in gaps if gap > 1_000_000]) == 1


async def test_a_prober_that_stood_still_blames_itself_for_a_timeout():
    connected: list[bytes] = []

    async def note_and_say_nothing(reader, writer):
        connected.append(await reader.read(1000))
        await reader.read()

    async with serving(note_and_say_nothing) as port, Watch() as watch:
        watch.prober.set(a_monitor("http", f"http://127.0.0.1:{port}/", timeout_s=0.5), at_once=True)
        await until(lambda: bool(connected), "the probe is waiting for an answer")
        time.sleep(0.6)  # noqa: ASYNC251  the event loop stands still
        await until(lambda: bool(watch.outcomes), "the outcome")
    assert (watch.outcomes[0].verdict, watch.outcomes[0].reason) == ("error", "prober_overloaded")


RUN = Run(a_monitor("http", "http://x/", degraded_over_ms=100.0, timeout_s=10.0), 2, 3, 1)


@pytest.mark.parametrize(
    ("seen", "stalled_s", "verdict", "reason"),
    [
        (Observation(finding="pass", total_ms=100.0), 0.0, "pass", None),
        (Observation(finding="pass", total_ms=100.1), 0.0, "slow", "too_slow"),
        (Observation(finding="pass", total_ms=400.0), 0.35, "error", "prober_overloaded"),
        (Observation(finding="pass", total_ms=900.0), 0.35, "slow", "too_slow"),
        (Observation(finding="pass", total_ms=90.0), 5.0, "pass", None),
        (Observation(finding="fail", reason="timeout"), 0.9, "fail", "timeout"),
        (Observation(finding="fail", reason="timeout"), 1.0, "error", "prober_overloaded"),
        (Observation(finding="fail", reason="connection_refused"), 5.0, "fail", "connection_refused"),
        (Observation(finding="fail", reason="status_unexpected", total_ms=900.0), 0, "fail", "status_unexpected"),
    ],
)
def test_a_measurement_that_our_own_stall_could_have_spoiled_is_an_error(seen, stalled_s, verdict, reason):
    outcome = judge(RUN, seen, stalled_s, Origin("p"))
    assert (outcome.verdict, outcome.reason) == (verdict, reason)
    assert (outcome.attempt, outcome.vouches_ms) == (1, RUN.monitor.vouches_ms)


def test_stalls_count_only_within_the_probe_and_never_longer_than_it():
    stalls = Stalls()
    stalls.expect(10.0)
    stalls.woke(10.4)
    stalls.expect(11.0)
    stalls.woke(11.01)
    stalls.expect(12.0)
    stalls.woke(12.3)
    stalls.expect(13.0)
    assert stalls.since(9.0, 12.5) == pytest.approx(0.7)
    assert stalls.since(11.5, 12.5) == pytest.approx(0.3)
    assert stalls.since(12.25, 12.35) == pytest.approx(0.1)
    assert stalls.since(12.5, 13.6) == pytest.approx(0.6)
    assert stalls.worst_s == pytest.approx(0.4)
