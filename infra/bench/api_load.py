"""Asks for one path over several connections kept open, as fast as it is answered. Run as a process of its own.

Arguments: port, path, authorization, connections, seconds. Prints answers per second.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from typing import cast

import uvloop

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


class Asker(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the last one is complete."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._received = b""
        self.answers = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class is no subclass of it
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator:
            return
        length = _LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 200") or length is None:
            raise SystemExit(f"Unexpected answer: {self._received[:300]!r}")
        if len(body) >= int(length[1]):
            self._received = b""
            self.answers += 1
            self._ask()

    def _ask(self) -> None:
        self._transport.write(self._request)


async def ask(port: int, path: str, authorization: str, connections: int, seconds: float) -> float:
    """Answers per second over ``seconds``, after a short start."""
    request = f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: {authorization}\r\nAccept: */*\r\n\r\n".encode()
    loop = asyncio.get_running_loop()
    askers: list[Asker] = []
    for _ in range(connections):
        _, asker = await loop.create_connection(lambda: Asker(request), "127.0.0.1", port)
        askers.append(asker)
    await asyncio.sleep(0.3)
    before, began = sum(asker.answers for asker in askers), time.perf_counter()
    await asyncio.sleep(seconds)
    return (sum(asker.answers for asker in askers) - before) / (time.perf_counter() - began)


if __name__ == "__main__":
    port, path, authorization, connections, seconds = sys.argv[1:]
    print(uvloop.run(ask(int(port), path, authorization, int(connections), float(seconds))))
