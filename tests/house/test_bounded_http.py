"""A stranger can neither fill the server's memory with headers nor hold its connections open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from infra.bounded_http import MAX_HEAD, BoundedHttp
from tests.support.serving import serving

App = Callable[[Any, Any, Any], Awaitable[None]]
HEAD = b"HTTP/1.1\r\nHost: x\r\n"


async def echo(_: Any, receive: Any, send: Any) -> None:
    """Answers with the number of bytes in the body."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message["body"]), message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(str(size)))]})
    await send({"type": "http.response.body", "body": b"%d" % size})


async def hurried(_: Any, __: Any, send: Any) -> None:
    """Answers without looking at the body."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def generous(_: Any, __: Any, send: Any) -> None:
    """Sends more than any buffer between it and the client takes."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(100):
        await send({"type": "http.response.body", "body": bytes(1 << 20), "more_body": True})


class Impatient(BoundedHttp):
    head_within_s = 0.3
    stalled_s = 0.3


async def exchange(port: int, *parts: bytes, patience_s: float = 30.0) -> bytes:
    """Sends the parts and reads until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        with suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
        async with asyncio.timeout(patience_s):
            with suppress(ConnectionError):
                return await reader.read()
            return b""
    finally:
        writer.close()


async def sent_until_refused(port: int, first: bytes, piece: bytes) -> int:
    """How many bytes the server takes before it hangs up; ends at 64 MiB."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sent = 0
    with suppress(ConnectionError):
        writer.write(first)
        while sent < 64 << 20 and not reader.at_eof():
            writer.write(piece)
            await writer.drain()
            sent += len(piece)
    writer.close()
    return sent


@pytest.mark.parametrize(
    ("first", "piece"),
    [
        (b"GET / " + HEAD + b"X: ", b"a" * 4096),
        (b"GET / " + HEAD, b"x: y\r\n" * 700),
        (b"GET /?", b"a" * 4096),
        (b"POST / " + HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;", b"a" * 4096),
        (b"POST / " + HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"x: y\r\n" * 700),
    ],
    ids=["one header", "many headers", "address", "chunk extension", "trailers"],
)
async def test_what_never_ends_is_hung_up_on(first: bytes, piece: bytes) -> None:
    async with serving(echo) as port:
        assert await sent_until_refused(port, first, piece) < 64 << 20
        assert b"200 OK" in await exchange(port, b"GET / " + HEAD + b"Connection: close\r\n\r\n")


async def test_headers_over_the_limit_are_told_so_as_a_problem() -> None:
    async with serving(echo) as port:
        answer = await exchange(port, b"GET / " + HEAD + b"X: " + b"a" * MAX_HEAD)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 431 ")
    assert b"application/problem+json" in head
    assert json.loads(body)["type"] == "/problems/head-too-large"


async def test_bodies_of_any_size_and_tiny_chunks_are_none_of_its_business() -> None:
    size = 200_000
    chunks = b"1\r\na\r\n" * size + b"0\r\n\r\n"
    chunked = b"POST / " + HEAD + b"Transfer-Encoding: chunked\r\n"
    async with serving(echo) as port:
        whole = b"POST / " + HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % (5 * size) + b"a" * 5 * size
        assert (await exchange(port, whole)).endswith(b"\r\n\r\n1000000")
        twice = await exchange(port, chunked + b"\r\n", chunks, chunked + b"Connection: close\r\n\r\n", chunks)
        assert twice.count(b"\r\n\r\n200000") == 2


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / " + HEAD + b"X: y\r\n"])
async def test_a_request_that_does_not_begin_is_not_waited_for(begun: bytes) -> None:
    async with serving(echo, Impatient) as port:
        assert await exchange(port, begun) == b""


async def test_dripping_after_the_answer_does_not_hold_the_connection() -> None:
    async with serving(hurried, Impatient) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST / " + HEAD + b"Content-Length: 1000000\r\n\r\n")
        async with asyncio.timeout(30):
            with suppress(ConnectionError):
                while not reader.at_eof():
                    writer.write(b"a")
                    await writer.drain()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(reader.read(1000), 0.02)
        writer.close()


async def test_a_slow_answer_is_not_cut_off() -> None:
    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(3 * Impatient.head_within_s)
        await hurried(scope, receive, send)

    async with serving(slow, Impatient) as port:
        assert (await exchange(port, b"GET / " + HEAD + b"Connection: close\r\n\r\n")).endswith(b"ok")


async def test_a_client_that_takes_nothing_is_dropped() -> None:
    async with serving(generous, Impatient) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(b"GET / " + HEAD + b"\r\n")
        async with asyncio.timeout(30):
            with suppress(ConnectionError):
                while True:
                    writer.write(b"a")
                    await writer.drain()
                    await asyncio.sleep(0.02)
        writer.close()
