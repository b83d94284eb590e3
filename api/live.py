"""The ledger's tail, followed by any number of readers: by server-sent events, or by WebSocket.

No reader has a buffer of its own. The newest events stand in one ring per process; each reader walks it at its own
pace, and one that has fallen out of the ring reads from the ledger. A reader that takes nothing for ``STALLED_S`` is
disconnected; with the last position it was told it comes back without having lost anything.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from api.event_views import shown
from application.ports.event_log import EventFilter, EventLog, StoredEvent
from application.ports.ledger import LedgerUnavailable
from application.ports.signals import Signals, wait

RING = 5_000
PAGE = 500
POLL_S = 1.0
"""How late an event can be when its notification was lost, seconds."""
HEARTBEAT_S = 15.0
RECHECK_S = 5.0
"""How long a stream goes on after its reader was logged out, seconds."""
STALLED_S = 30.0
MAX_STREAMS = 500


class LiveTail:
    """The ring and the one task that fills it while anybody reads."""

    def __init__(self, events: EventLog, signals: Signals) -> None:
        self._events = events
        self._signals = signals
        self._ring: deque[StoredEvent] = deque(maxlen=RING)
        self._readers = 0
        self._moved = asyncio.Event()
        self._follower: asyncio.Task[None] | None = None
        self.closed = asyncio.Event()

    @property
    def readers(self) -> int:
        """Streams open now."""
        return self._readers

    def close(self) -> None:
        """End every stream: the process is stopping."""
        self.closed.set()
        self.wake()

    async def head(self) -> int:
        """Where a reader that names no position begins."""
        return await self._events.head()

    def enter(self) -> None:
        """One more reader."""
        self._readers += 1
        if self._follower is None:
            self._follower = asyncio.create_task(self._follow())

    def leave(self) -> None:
        """One reader less; the last one stops the following."""
        self._readers -= 1
        if self._readers == 0 and self._follower is not None:
            self._follower.cancel()
            self._follower = None
            self._ring.clear()

    async def after(self, position: int, wanted: EventFilter) -> tuple[list[StoredEvent], int]:
        """At most a page of wanted events above ``position``, and the position they were looked for up to."""
        ring = self._ring
        if not ring or position + 1 < ring[0].position:
            return await self._from_ledger(position, wanted)
        newest = ring[-1].position
        # Positions have no gaps, so the place in the ring follows from the position.
        first = position + 1 - ring[0].position
        until = min(len(ring), first + PAGE)
        found = [ring[index] for index in range(first, until) if wanted.admits(ring[index])]
        return found, max(position, min(newest, position + PAGE))

    async def _from_ledger(self, position: int, wanted: EventFilter) -> tuple[list[StoredEvent], int]:
        head = await self._events.head()
        found = [shown(event) for event in await self._events.read(position, PAGE, wanted)]
        return found, found[-1].position if len(found) == PAGE else max(position, head, *(e.position for e in found))

    @property
    def moved(self) -> asyncio.Event:
        """Set when the ring has grown since this was read; to be read before ``after``, or growth is missed between."""
        return self._moved

    async def _follow(self) -> None:
        # Python 3.11 can lose a cancellation (asyncio.wait_for); two followers would fill the ring twice.
        me = asyncio.current_task()
        position: int | None = None
        while self._follower is me and not self.closed.is_set():
            appended = self._signals.next_append()
            try:
                if position is None:
                    position = await self._events.head()
                    self.wake()
                page = await self._events.read(position, PAGE, EventFilter())
            except LedgerUnavailable:
                await asyncio.sleep(POLL_S)
                continue
            if self._follower is not me:
                return
            if page:
                self._ring.extend(map(shown, page))
                position = page[-1].position
                self.wake()
            if len(page) < PAGE:
                await wait(appended, POLL_S)

    def wake(self) -> None:
        """Let every reader look again."""
        self._moved.set()
        self._moved = asyncio.Event()


class Sink(Protocol):
    """How one reader takes what it is sent. Both methods raise ``TimeoutError`` when it takes nothing for
    ``STALLED_S``, and ``OSError`` when it left while being sent to.
    """

    async def events(self, events: Sequence[StoredEvent]) -> None:
        """At least one, in position order."""
        ...

    async def still_here(self, position: int) -> None:
        """Nothing wanted has come for ``HEARTBEAT_S``; a reader that comes back goes on after ``position``."""
        ...


class Walk:
    """One reader's way along the tail, from the event after ``position`` on."""

    def __init__(
        self, tail: LiveTail, position: int, wanted: EventFilter, allowed: Callable[[], Awaitable[bool]]
    ) -> None:
        """``allowed``: whether the reader may still see what it asked for; it is asked every ``RECHECK_S``."""
        self._tail = tail
        self.position = position
        self._wanted = wanted
        self._allowed = allowed

    async def run(self, sink: Sink, gone: asyncio.Task[None]) -> bool:
        """Until ``gone`` is done, the process stops, or the reader may go on no longer: then it returns False."""
        loop = asyncio.get_running_loop()
        quiet_since = checked = loop.time()
        while not (self._tail.closed.is_set() or gone.done()):
            growth = self._tail.moved
            try:
                if loop.time() - checked >= RECHECK_S:
                    checked = loop.time()
                    if not await self._allowed():
                        return False
                events, until = await self._tail.after(self.position, self._wanted)
            except LedgerUnavailable:
                await asyncio.sleep(POLL_S)
                events, until = [], self.position
            moved, self.position = until > self.position, until
            if events:
                await sink.events(events)
                quiet_since = loop.time()
            elif loop.time() - quiet_since >= HEARTBEAT_S:
                await sink.still_here(self.position)
                quiet_since = loop.time()
            if not moved:
                await wait(growth, min(RECHECK_S, max(0.05, HEARTBEAT_S - (loop.time() - quiet_since))))
        return True
