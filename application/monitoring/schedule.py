"""When a monitor is due: a fixed grid in time, spread by jitter. Pure; times are microseconds since the Unix epoch.

Grid points are ``k * interval + phase``. The phase is a hash of the monitor's id, so a monitor keeps its grid over
restarts and over probers, starts are spread evenly over the interval, and a 30 s monitor has exactly 2,880 points in
any UTC day.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

_MS = 1000


class Grid(NamedTuple):
    """All points of one monitor."""

    interval_us: int
    """> 0."""
    phase_us: int
    """0 <= phase < interval; whole milliseconds, so that due times read well."""


def grid_of(monitor_id: str, interval_s: float) -> Grid:
    """The grid of a monitor; depends on nothing but its id and interval."""
    interval_us = max(_MS, round(interval_s * 1_000) * _MS)
    number = int.from_bytes(blake2b(monitor_id.encode(), digest_size=8).digest(), "big")
    return Grid(interval_us, number % (interval_us // _MS) * _MS)


def next_after(grid: Grid, at_us: int) -> int:
    """The first grid point strictly after ``at_us``."""
    return ((at_us - grid.phase_us) // grid.interval_us + 1) * grid.interval_us + grid.phase_us


def points_between(grid: Grid, from_us: int, to_us: int) -> int:
    """How many grid points lie in ``[from_us, to_us)``."""
    return max(0, (next_after(grid, to_us - 1) - next_after(grid, from_us - 1)) // grid.interval_us)
