"""Live events as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.live import STALLED_S, LiveTail, Walk
from application.ports.event_log import StoredEvent


class EventStream(Response):
    """One reader's stream."""

    media_type = "text/event-stream"

    def __init__(self, tail: LiveTail, walk: Walk) -> None:
        self._tail = tail
        self._walk = walk
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        self._tail.enter()
        gone = asyncio.create_task(_disconnected(receive))
        gone.add_done_callback(lambda _: self._tail.wake())
        try:
            start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
            # An id without data is where a reader begins that is cut off before its first event.
            await _send(send, start, b": connected\nretry: 2000\nid: %d\n\n" % self._walk.position)
            await self._walk.run(_Lines(send), gone)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except (TimeoutError, OSError):
            pass  # it takes nothing, or it left while being sent to; its Last-Event-ID brings it back
        finally:
            gone.cancel()
            self._tail.leave()


class _Lines:
    def __init__(self, send: Send) -> None:
        self._send = send

    async def events(self, events: Sequence[StoredEvent]) -> None:
        await _send(self._send, None, b"".join(map(_frame, events)))

    async def still_here(self, position: int) -> None:
        # An id without data moves the reader's Last-Event-ID past what its filter left out.
        await _send(self._send, None, b": still here\nid: %d\n\n" % position)


async def _send(send: Send, start: Mapping[str, Any] | None, body: bytes) -> None:
    # The server's send() waits while the client's buffer is full.
    async with asyncio.timeout(STALLED_S):
        if start is not None:
            await send(dict(start))
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _frame(event: StoredEvent) -> bytes:
    """One event as the stream carries it; the data has the form of an item of ``GET /api/v1/events``."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.position, event.type.encode(), msgspec.json.encode(event))
