"""uvicorn's HTTP with an end to what a stranger can make it hold.

uvicorn bounds bodies by asking the application to read them, and nothing else: a request whose headers never end grows
without bound in memory (twenty times what is sent, measured), and one that is never finished is waited for for ever.
Both need no token. The limits are far above what clients send.
"""

from __future__ import annotations

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.problems import Problem, render

MAX_HEAD = 64 * 1024
"""Bytes of request line and headers; also of trailers and of what chunked encoding adds to a body."""
HEAD_WITHIN_S = 20.0
"""From connecting, or from the end of the answer before, to the end of the headers."""
STALLED_S = 60.0
"""How long a client may take nothing of an answer that waits for it."""
_FRAMING = 8
"""Bytes of chunked framing allowed for each byte of body: one-byte chunks take five."""


class BoundedHttp(HttpToolsProtocol):
    """One connection."""

    head_within_s = HEAD_WITHIN_S
    stalled_s = STALLED_S
    _beside_body = 0
    _upgraded = False
    _beginning: TimerHandle | None = None
    _stalling: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:
        super().connection_made(transport)
        self._must_begin()

    def data_received(self, data: bytes) -> None:
        self._beside_body += len(data)
        super().data_received(data)
        if self.transport.is_closing() or self._upgraded:
            return
        if self._beside_body > MAX_HEAD:
            self._refuse()
        elif self._is_idle():
            self._must_begin()

    def on_headers_complete(self) -> None:
        self._beside_body = 0
        self._beginning = _cancelled(self._beginning)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._beside_body -= len(body) * (1 + _FRAMING)
        super().on_body(body)

    def on_message_complete(self) -> None:
        # What a body was allowed is not for the headers after it.
        self._beside_body = 0
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        # From here on the connection is another protocol's: `BoundedSocket`.
        self._upgraded = True
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalling = self.loop.call_later(self.stalled_s, self.transport.abort)

    def resume_writing(self) -> None:
        self._stalling = _cancelled(self._stalling)
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._beginning, self._stalling = _cancelled(self._beginning), _cancelled(self._stalling)
        super().connection_lost(exc)

    def _is_idle(self) -> bool:
        # There is none before the first request, whatever its type says.
        return not self.cycle or self.cycle.response_complete

    def _must_begin(self) -> None:
        # Not anew for every byte: whoever sends one every few seconds has begun nothing either.
        if self._beginning is None:
            self._beginning = self.loop.call_later(self.head_within_s, self.transport.close)

    def _refuse(self) -> None:
        if self._is_idle():
            answer = render(Problem("head-too-large", limit=MAX_HEAD), "en", correlation_id="")
            lines = [
                b"HTTP/1.1 431 Request Header Fields Too Large",
                *(b": ".join(pair) for pair in answer.raw_headers),
            ]
            self.transport.write(b"\r\n".join([*lines, b"connection: close", b"", bytes(answer.body)]))
        # In the middle of a request there is nobody to answer: its own answer may be on the way.
        self.transport.close()


def _cancelled(timer: TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
