"""A reader of a WebSocket cannot make the server hold more than a buffer, nor hold it for ever."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from infra.bounded_socket import BoundedSocket
from tests.support.serving import serving

_OPENING = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


class Impatient(BoundedSocket):
    stalled_s = 0.2


async def test_a_reader_that_takes_nothing_is_hung_up_on() -> None:
    sent: list[int] = []
    ended = asyncio.Event()

    async def generous(_: Any, __: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        try:
            while len(sent) < 1000:
                await send({"type": "websocket.send", "bytes": bytes(1 << 20)})
                sent.append(1)
        except OSError:
            ended.set()

    async with serving(generous, ws=Impatient) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(_OPENING)
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.pause_reading()  # type: ignore[attr-defined]  one transport reads and writes
        async with asyncio.timeout(60):
            await ended.wait()
        writer.close()
    assert len(sent) < 100, "what it held was a buffer, not everything"


async def test_a_refusal_with_an_answer_is_no_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def refusing(_: Any, __: Any, send: Any) -> None:
        await send({"type": "websocket.http.response.start", "status": 401, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"no"})

    with caplog.at_level(logging.WARNING, "uvicorn.error"):
        async with serving(refusing, ws=Impatient) as port:
            with pytest.raises(InvalidStatus) as refusal:
                async with connect(f"ws://127.0.0.1:{port}/", proxy=None):
                    pass
    assert (refusal.value.response.status_code, refusal.value.response.body) == (401, b"no")
    assert caplog.records == []
