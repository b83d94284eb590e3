"""Server-sent events: the ledger's tail, followed by any number of readers.

No reader has a buffer of its own. The newest events stand in one ring per process; each reader walks it at its own
pace, and one that has fallen out of the ring reads from the ledger. A reader that takes nothing for ``STALLED_S`` is
disconnected; with its ``Last-Event-ID`` it comes back without having lost anything.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

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
        found = await self._events.read(position, PAGE, wanted)
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
                self._ring.extend(page)
                position = page[-1].position
                self.wake()
            if len(page) < PAGE:
                await wait(appended, POLL_S)

    def wake(self) -> None:
        """Let every reader look again."""
        self._moved.set()
        self._moved = asyncio.Event()


class EventStream(Response):
    """One reader's stream, from the event after ``position`` on."""

    media_type = "text/event-stream"

    def __init__(
        self, tail: LiveTail, position: int, wanted: EventFilter, allowed: Callable[[], Awaitable[bool]]
    ) -> None:
        """``allowed``: whether the reader may still see what it asked for; it is asked every ``RECHECK_S``."""
        self._tail = tail
        self._position = position
        self._wanted = wanted
        self._allowed = allowed
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        self._tail.enter()
        gone = asyncio.create_task(_disconnected(receive))
        gone.add_done_callback(lambda _: self._tail.wake())
        try:
            await self._walk(send, gone)
        except (TimeoutError, OSError):
            pass  # it takes nothing, or it left while being sent to; its Last-Event-ID brings it back
        finally:
            gone.cancel()
            self._tail.leave()

    async def _walk(self, send: Send, gone: asyncio.Task[None]) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await _send(send, start, b": connected\nretry: 2000\n\n")
        loop = asyncio.get_running_loop()
        quiet_since = checked = loop.time()
        while not (self._tail.closed.is_set() or gone.done()):
            growth = self._tail.moved
            try:
                if loop.time() - checked >= RECHECK_S:
                    checked = loop.time()
                    if not await self._allowed():
                        break
                events, until = await self._tail.after(self._position, self._wanted)
            except LedgerUnavailable:
                await asyncio.sleep(POLL_S)
                events, until = [], self._position
            moved, self._position = until > self._position, until
            if events:
                await _send(send, None, b"".join(map(frame, events)))
                quiet_since = loop.time()
            elif loop.time() - quiet_since >= HEARTBEAT_S:
                # An id without data moves the reader's Last-Event-ID past what its filter left out.
                await _send(send, None, b": still here\nid: %d\n\n" % self._position)
                quiet_since = loop.time()
            if not moved:
                await wait(growth, min(RECHECK_S, max(0.05, HEARTBEAT_S - (loop.time() - quiet_since))))
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send(send: Send, start: Mapping[str, Any] | None, body: bytes) -> None:
    # The server's send() waits while the client's buffer is full.
    async with asyncio.timeout(STALLED_S):
        if start is not None:
            await send(dict(start))
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def frame(event: StoredEvent) -> bytes:
    """One event as the stream carries it; the data has the form of an item of ``GET /api/v1/events``."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.position, event.type.encode(), msgspec.json.encode(event))
