"""Asks a blackbox exporter for probes at a steady rate over kept connections, as Prometheus does.

``python -m infra.bench.http_driver PORT TARGET_URL RATE``; runs until its stdin ends.
"""

from __future__ import annotations

import asyncio
import sys
from typing import cast
from urllib.parse import quote

import uvloop
from httptools import HttpResponseParser


class _Connection(asyncio.Protocol):
    """One kept connection: a request at a time."""

    def __init__(self) -> None:
        self.answered: asyncio.Future[None] | None = None
        self.parser = HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        self.transport = cast("asyncio.Transport", transport)

    def ask(self, request: bytes) -> asyncio.Future[None]:
        self.answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self.answered

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        self.parser = HttpResponseParser(self)
        if self.answered is not None and not self.answered.done():
            self.answered.set_result(None)


async def _drive(port: int, url: str, rate: int) -> None:
    loop = asyncio.get_running_loop()
    request = (
        f"GET /probe?module=http_2xx&target={quote(url, safe='')} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
    ).encode()
    workers = max(1, rate // 10)  # each asks ten times a second

    async def work(number: int) -> None:
        _, connection = await loop.create_connection(_Connection, "127.0.0.1", port)
        due = loop.time() + number / rate
        while True:
            await asyncio.sleep(due - loop.time())
            await connection.ask(request)
            due = max(due + workers / rate, loop.time() - 1)

    tasks = [asyncio.create_task(work(number)) for number in range(workers)]
    await loop.run_in_executor(None, sys.stdin.read)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    uvloop.run(_drive(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
