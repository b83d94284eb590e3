"""The steady clock: never back, near the system clock."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.clock import STEER, SteadyClock

START_NS = 1_800_000_000_000_000_000
SECOND = 1_000_000_000


class Machine:
    """A machine whose system clock can be set; time passes only when told."""

    def __init__(self) -> None:
        self.system_ns = START_NS
        self.monotonic_ns = 12_345
        self.clock = SteadyClock(system_ns=lambda: self.system_ns, monotonic_ns=lambda: self.monotonic_ns)

    def let(self, seconds: float) -> float:
        """Time passes; returns how much of it the steady clock shows, seconds."""
        before = self.clock.now_us()
        self.system_ns += round(seconds * SECOND)
        self.monotonic_ns += round(seconds * SECOND)
        return (self.clock.now_us() - before) / 1e6

    def step(self, seconds: float) -> None:
        self.system_ns += round(seconds * SECOND)

    @property
    def ahead_s(self) -> float:
        return self.clock.now_us() / 1e6 - self.system_ns / 1e9


steps = st.lists(
    st.one_of(
        st.tuples(st.just("step"), st.floats(-90_000, 90_000)),
        st.tuples(st.just("let"), st.floats(0, 5_000)),
    )
)


@given(steps)
def test_it_never_goes_back_whatever_the_system_clock_does(history):
    machine = Machine()
    seen = machine.clock.now_us()
    for what, seconds in history:
        getattr(machine, what)(seconds)
        now = machine.clock.now_us()
        assert now >= seen
        seen = now


def test_without_steps_it_is_the_system_clock():
    machine = Machine()
    for _ in range(1000):
        machine.let(0.0123)
    assert abs(machine.ahead_s) < 1e-4


def test_a_clock_set_forward_is_followed_at_once():
    machine = Machine()
    before = machine.clock.now_us()
    machine.step(3_600)
    assert machine.clock.now_us() - before == 3_600_000_000
    assert machine.let(1) == 1


def test_a_clock_set_back_slows_it_by_a_tenth_until_they_agree():
    machine = Machine()
    machine.step(-60)
    assert machine.let(100) == 100 - 100 / STEER
    for _ in range(60):
        machine.let(10)
    assert abs(machine.ahead_s) < 1e-3


def test_asking_often_steers_as_fast_as_asking_rarely():
    machine = Machine()
    machine.step(-1)
    for _ in range(2_000_000 // 100):
        machine.let(0.0001)
    assert 0.79 < machine.ahead_s < 0.81
