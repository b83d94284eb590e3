"""uvicorn's WebSocket with an end to what a reader can make it hold.

uvicorn waits for a reader that takes nothing before it sends more, and pings it; but it closes only once everything is
sent, so that a reader that has gone silent keeps its connection and its buffer for as long as it likes.
"""

from __future__ import annotations

from asyncio import TimerHandle

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

MAX_MESSAGE = 1024
"""Bytes a client may send at once; nothing is expected of it."""
PING_S = 20.0
"""How often a client is pinged, and how long it has to answer."""
STALLED_S = 60.0
"""How long a client may take nothing of what waits for it."""


class BoundedSocket(WebSocketsSansIOProtocol):
    """One connection."""

    stalled_s = STALLED_S
    _stalling: TimerHandle | None = None

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            # Refused with a whole answer, which uvicorn would call an error of the application's in the log.
            self.handshake_complete = True

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalling = self.loop.call_later(self.stalled_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._end_stalling()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._end_stalling()

    def _end_stalling(self) -> None:
        if self._stalling is not None:
            self._stalling.cancel()
            self._stalling = None
