"""The steady clock: the time of day without its steps.

Policy. Time advances with the monotonic clock and is steered towards the system clock:

- a system clock that is more than ``LEAP_US`` ahead is followed at once. That is what a resumed laptop or a corrected
  clock looks like; grid points in between are skipped, so they are no data;
- a system clock that is behind, by any amount, never turns time back: this clock runs a tenth slower until they agree
  (a minute set back takes ten to absorb). So nothing is reordered, scheduled twice or skipped;
- smaller differences are steered away at the same gentle rate, both ways.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

from domain.times import moment

LEAP_US = 500_000
STEER = 10
"""One part in ``STEER`` of the elapsed time may be added or taken away."""


class SteadyClock:
    """Implements ``application.ports.clock.Clock``; safe to share between threads."""

    def __init__(
        self,
        *,
        system_ns: Callable[[], int] = time.time_ns,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._system_ns = system_ns
        self._monotonic_ns = monotonic_ns
        self._lock = threading.Lock()
        self._seen_us = monotonic_ns() // 1000
        self._now_us = system_ns() // 1000

    def now(self) -> datetime:
        return moment(self.now_us())

    def now_us(self) -> int:
        with self._lock:
            seen = self._monotonic_ns() // 1000
            elapsed = max(0, seen - self._seen_us)
            now = self._now_us + elapsed
            ahead = self._system_ns() // 1000 - now
            if ahead > LEAP_US:
                now += ahead
            elif ahead:
                # Sub-microsecond shares would round to nothing: keep the elapsed time until it is worth a correction.
                most = elapsed // STEER
                if most == 0:
                    return now
                now += max(-most, min(most, ahead))
            self._seen_us = seen
            self._now_us = now
            return now

    def monotonic(self) -> float:
        return self._monotonic_ns() / 1e9
