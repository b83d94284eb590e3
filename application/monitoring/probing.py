"""The prober's engine: makes every monitor's probes on its grid, each in a task of its own, none waiting for another.

- One heap of due times and one timer; a task exists only while its probe runs.
- A grid point that this process could not serve in time (it was suspended, or overwhelmed) is skipped: no data.
- A monitor's probes never overlap. One due while another runs follows it at once and keeps its grid point.
- Out of slots, a due probe is recorded as ``error`` at once rather than made late: its figures would be ours, not the
  target's. Probes of one host may take half of all slots, so one dead host never uses them up.
- After an unconfirmed failure a retry comes ``retry_interval_s`` after the end of the last attempt, unless the grid is
  sooner.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import msgspec

from application.monitoring.agenda import Agenda
from application.monitoring.judging import Origin, Run, judge, our_fault
from application.monitoring.schedule import Grid, grid_of, next_after, points_between
from application.ports.clock import Clock
from application.ports.probe import Observation, Prepared, Probes
from domain.monitoring.monitor import Monitor
from domain.monitoring.outcome import Outcome
from domain.refusal import Refused

MAX_LATE_US = 5_000_000
_SECOND_US = 1_000_000

Record = Callable[[Monitor, Outcome, str | None], bool]
"""Take an outcome, and the id of the event that asked for it (None on the grid). Says whether its monitor is still
undecided, so that a retry would help. Must not block or raise: storing goes on behind it."""


class Limits(NamedTuple):
    """What the engine may use."""

    probes: int = 500
    """At most so many at a time; each takes a file descriptor or two."""
    share: float = 0.5
    """The part of them that the probes of one host may take."""


class Stats(msgspec.Struct):
    """Counters since the start."""

    made: int = 0
    refused: int = 0
    """Recorded as ``error`` for want of a slot."""
    missed: int = 0
    """Grid points skipped because nobody was there in time."""


class _Entry:
    __slots__ = ("grid", "monitor", "next_us", "prepared", "retry", "running", "secrets", "waiting_us")

    def __init__(self, monitor: Monitor, secrets: Mapping[str, str], prepared: Prepared) -> None:
        self.monitor = monitor
        self.secrets = secrets
        self.prepared = prepared
        self.grid = grid_of(monitor.id, monitor.interval_s)
        self.next_us = 0
        self.retry: tuple[int, int] = (0, 0)
        """Due time and attempt of the planned retry."""
        self.running: asyncio.Task[Observation] | None = None
        self.waiting_us = 0
        """Grid point to be served as soon as the running probe ends."""

    def looks_like(self, monitor: Monitor, secrets: Mapping[str, str]) -> bool:
        """Whether a probe under way would be made the same way for ``monitor``."""
        mine = self.monitor
        return (mine.kind, mine.target, mine.expect, mine.timeout_s, self.secrets) == (
            monitor.kind,
            monitor.target,
            monitor.expect,
            monitor.timeout_s,
            secrets,
        )


class Prober:
    """Lives on the event loop that is running when it is made; every method is to be called there."""

    def __init__(
        self, *, probes: Probes, clock: Clock, record: Record, origin: Origin, limits: Limits | None = None
    ) -> None:
        self._probes = probes
        self._clock = clock
        self._record = record
        self._origin = origin
        self._limits = limits or Limits()
        self._entries: dict[str, _Entry] = {}
        self._agenda: Agenda[_Entry] = Agenda(clock, self._on_due)
        self._hosts: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[Observation]] = set()
        self._ended_by_us: dict[asyncio.Task[Observation], Observation] = {}
        self._loop = asyncio.get_running_loop()
        self._stopping = False
        self.stats = Stats()
        self.broken: asyncio.Future[None] = self._loop.create_future()
        """Raises what a recorder raised: the prober must not go on as if outcomes were kept."""

    def start(self) -> None:
        """Begin to serve the grid; monitors may be set before or after."""
        self._agenda.start()

    def set(self, monitor: Monitor, secrets: Mapping[str, str] | None = None, *, at_once: bool = False) -> None:
        """Watch a monitor, or watch it differently; one that is paused, retired or not probed is left alone.

        ``at_once`` asks for a first look off the grid: for a monitor somebody has just registered, changed or resumed.
        A probe under way goes on if it would be made the same way, and is abandoned without a record otherwise.
        """
        secrets = secrets or {}
        if monitor.paused or monitor.retired or monitor.kind not in self._probes:
            self.remove(monitor.id)
            return
        old = self._entries.get(monitor.id)
        if old is not None and old.looks_like(monitor, secrets):
            entry = old
            entry.monitor, entry.grid = monitor, grid_of(monitor.id, monitor.interval_s)
        else:
            self.remove(monitor.id)
            entry = self._entries[monitor.id] = _Entry(monitor, secrets, self._prepare(monitor, secrets))
        self._plan_next(entry, self._clock.now_us())
        if at_once:
            self.probe_now(monitor.id)

    def remove(self, monitor_id: str) -> None:
        """Stop watching; a probe under way is abandoned without a record."""
        entry = self._entries.pop(monitor_id, None)
        if entry is not None:
            entry.next_us, entry.retry, entry.waiting_us = 0, (0, 0), 0
            self._end(entry, None)

    def probe_now(self, monitor_id: str, cause: str | None = None) -> bool:
        """Probe at once, because of the event ``cause``; a probe under way already counts as the answer.

        False when the monitor is not watched.
        """
        entry = self._entries.get(monitor_id)
        if entry is None or self._stopping:
            return False
        if entry.running is None:
            self._begin(entry, self._clock.now_us(), 0, cause)
        return True

    @property
    def running(self) -> int:
        """How many probes are under way."""
        return len(self._tasks)

    @property
    def watched(self) -> int:
        """How many monitors are probed."""
        return len(self._entries)

    async def stop(self, grace_s: float = 5.0) -> None:
        """Start nothing more, let the probes under way end, and record as ``error`` those that are not done in time."""
        self._stopping = True
        self._agenda.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_s)
        for entry in list(self._entries.values()):
            self._end(entry, our_fault("prober_stopped", "the prober was stopped while it was looking"))
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _prepare(self, monitor: Monitor, secrets: Mapping[str, str]) -> Prepared:
        try:
            return self._probes[monitor.kind].prepare(monitor, secrets)
        except KeyError as missing:
            problem = our_fault("prober_fault", f"the vault does not hold the secret {missing.args[0]}")
        except (Refused, OSError, ValueError) as error:
            problem = our_fault("prober_fault", f"the monitor's settings cannot be used: {type(error).__name__}")

        async def look() -> Observation:
            return problem

        return Prepared(look, "")

    def _plan_next(self, entry: _Entry, after_us: int) -> None:
        entry.next_us = next_after(entry.grid, after_us)
        self._agenda.put(entry.next_us, entry)

    def _on_due(self, entry: _Entry, due_us: int, now_us: int) -> None:
        # An entry that has been removed or planned anew is still on the agenda under its old due time.
        if due_us == entry.next_us:
            self._serve(entry, due_us, now_us)
        elif due_us == entry.retry[0]:
            attempt, entry.retry = entry.retry[1], (0, 0)
            if entry.running is None:
                self._begin(entry, due_us, attempt)

    def _serve(self, entry: _Entry, due_us: int, now_us: int) -> None:
        grid: Grid = entry.grid
        if now_us - due_us > min(MAX_LATE_US, grid.interval_us // 2):
            self.stats.missed += points_between(grid, due_us, now_us + 1)
            self._plan_next(entry, now_us)
            return
        self._plan_next(entry, due_us)
        if entry.running is None:
            self._begin(entry, due_us, 0)
            return
        if entry.waiting_us:
            self._end(entry, our_fault("prober_fault", "the probe did not end by itself"))
        entry.waiting_us = due_us

    def _begin(self, entry: _Entry, due_us: int, attempt: int, cause: str | None = None) -> None:
        entry.retry = (0, 0)
        run = Run(entry.monitor, due_us, self._clock.now_us(), attempt, cause)
        host = entry.prepared.shared
        if len(self._tasks) >= self._limits.probes or self._hosts[host] >= self._limits.probes * self._limits.share:
            self.stats.refused += 1
            self._tell(run, our_fault("prober_overloaded", "too many probes at a time"), 0.0)
            return
        task = entry.running = self._loop.create_task(entry.prepared.look())
        self._tasks.add(task)
        self._hosts[host] += 1
        task.add_done_callback(partial(self._ended, entry, run, self._loop.time()))

    def _ended(self, entry: _Entry, run: Run, began: float, task: asyncio.Task[Observation]) -> None:
        self._tasks.discard(task)
        self._release(entry.prepared.shared)
        if entry.running is task:
            entry.running = None
        seen = self._ended_by_us.pop(task, None)
        if not task.cancelled():
            error = task.exception()
            if error is not None:
                seen = our_fault("prober_fault", f"{type(error).__name__} inside the prober")
            else:
                seen = task.result()
        watched = self._entries.get(run.monitor.id) is entry
        if seen is None or not watched:
            return
        self.stats.made += 1
        undecided = self._tell(run, seen, self._agenda.stalls.since(began, self._loop.time()))
        if not self._stopping:
            self._follow_up(entry, run, undecided=undecided)

    def _follow_up(self, entry: _Entry, run: Run, *, undecided: bool) -> None:
        if entry.waiting_us:
            due_us, entry.waiting_us = entry.waiting_us, 0
            self._begin(entry, due_us, 0)
        elif undecided:
            retry_us = self._clock.now_us() + round(entry.monitor.retry_interval_s * _SECOND_US)
            if retry_us < entry.next_us:
                entry.retry = (retry_us, run.attempt + 1)
                self._agenda.put(retry_us, entry)

    def _tell(self, run: Run, seen: Observation, stalled_s: float) -> bool:
        outcome = judge(run, seen, stalled_s, self._origin)
        try:
            return self._record(run.monitor, outcome, run.cause) and outcome.verdict != "error"
        except Exception as error:
            if not self.broken.done():
                self.broken.set_exception(error)
            raise

    def _release(self, host: str) -> None:
        self._hosts[host] -= 1
        if not self._hosts[host]:
            del self._hosts[host]

    def _end(self, entry: _Entry, seen: Observation | None) -> None:
        """Stop the probe under way; ``seen`` is recorded in its place, or nothing."""
        if entry.running is not None:
            if seen is not None:
                self._ended_by_us[entry.running] = seen
            entry.running.cancel()
