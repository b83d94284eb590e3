"""Live events over a WebSocket: one text message each, in the form of an item of ``GET /api/v1/events``.

``{"position": N}`` alone is no event: it says where the reader stands, first of all, and whenever nothing wanted has
come for a while. Whoever comes back with ``after=N`` has lost nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.live import STALLED_S, LiveTail, Walk
from application.ports.event_log import StoredEvent

GOING_AWAY, UNSUPPORTED, POLICY = 1001, 1003, 1008
"""Close codes (RFC 6455, 7.4.1): the server stops; the client has sent something; the session has ended."""


async def follow(socket: WebSocket, tail: LiveTail, walk: Walk) -> None:
    """Accept the socket and send it events until the client leaves or sends something, the session ends, or the
    process stops.
    """
    await socket.accept()
    tail.enter()
    spoke = asyncio.Event()
    gone = asyncio.create_task(_until_heard_of(socket, spoke))
    gone.add_done_callback(lambda _: tail.wake())
    try:
        sink = _Messages(socket)
        await sink.still_here(walk.position)
        allowed = await walk.run(sink, gone)
        if spoke.is_set():
            await _close(socket, UNSUPPORTED, "Nothing can be sent here.")
        elif not gone.done():
            await _close(
                socket, *((GOING_AWAY, "The server stops.") if allowed else (POLICY, "The session has ended."))
            )
    except (TimeoutError, OSError, WebSocketDisconnect):
        pass  # it takes nothing, or it left while being sent to
    finally:
        gone.cancel()
        tail.leave()


class _Messages:
    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    async def events(self, events: Sequence[StoredEvent]) -> None:
        # The server's send() waits while the client's buffer is full: what is held for a reader is one page at most.
        async with asyncio.timeout(STALLED_S):
            for event in events:
                await self._socket.send_text(msgspec.json.encode(event).decode())

    async def still_here(self, position: int) -> None:
        async with asyncio.timeout(STALLED_S):
            await self._socket.send_text(f'{{"position":{position}}}')


async def _until_heard_of(socket: WebSocket, spoke: asyncio.Event) -> None:
    """Until the client leaves, or says anything: there is nothing it could say, and nobody would read it."""
    if (await socket.receive())["type"] == "websocket.receive":
        spoke.set()


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    async with asyncio.timeout(STALLED_S):
        await socket.close(code, reason)
