"""Due times in a heap, served by one timer, which also notices how long the event loop stood still."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from itertools import count
from typing import Generic, TypeVar

from application.monitoring.stalls import Stalls
from application.ports.clock import Clock

HEARTBEAT_S = 0.2
"""The timer fires at least this often, so that stalls and steps of the system clock are noticed soon."""
_MS_US = 1_000
_MS_S = 0.001
ItemT = TypeVar("ItemT")


class Agenda(Generic[ItemT]):
    """Calls ``serve(item, due_us, now_us)`` for everything due, in order of due times; nothing is ever taken off.

    Times are microseconds since the Unix epoch by the steady clock. Belongs to the event loop running when it is made.
    """

    def __init__(self, clock: Clock, serve: Callable[[ItemT, int, int], None]) -> None:
        self._clock = clock
        self._serve = serve
        self._loop = asyncio.get_running_loop()
        self._due: list[tuple[int, int, ItemT]] = []
        self._order = count()
        self._timer: asyncio.TimerHandle | None = None
        self._set_for = 0.0
        self._open = False
        self.stalls = Stalls()

    def start(self) -> None:
        """Serve from now on."""
        self._open = True
        self._set_timer()

    def stop(self) -> None:
        """Serve nothing more."""
        self._open = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def put(self, due_us: int, item: ItemT) -> None:
        """Serve the item at ``due_us``, or as soon as possible after."""
        heapq.heappush(self._due, (due_us, next(self._order), item))
        if self._timer is not None and self._due[0][0] == due_us:
            self._set_timer()

    def _set_timer(self) -> None:
        wait = HEARTBEAT_S
        if self._due:
            # Whole milliseconds, rounded up: a timer that fires early would only have to be set again.
            wait = min(wait, max(0, -((self._clock.now_us() - self._due[0][0]) // _MS_US)) * _MS_S)
        at = self._loop.time() + wait
        if self._timer is not None:
            if at >= self._set_for:
                return
            self._timer.cancel()
        self._set_for = at
        self.stalls.expect(at)
        self._timer = self._loop.call_at(at, self._wake)

    def _wake(self) -> None:
        self.stalls.woke(self._loop.time())
        self._timer = None
        now_us = self._clock.now_us()
        try:
            while self._open and self._due and self._due[0][0] <= now_us:
                due_us, _, item = heapq.heappop(self._due)
                self._serve(item, due_us, now_us)
        finally:
            if self._open:
                self._set_timer()
