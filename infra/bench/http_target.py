"""What both sides probe: a small HTTP server that counts. ``python -m infra.bench.http_target`` prints its port."""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import uvloop

RESPONSE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 14\r\nConnection: close\r\n\r\nhello vitalog\n"
)
counted = 0


class _Connection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        self.transport = cast("asyncio.Transport", transport)
        self.head = b""

    def data_received(self, data: bytes) -> None:
        global counted  # noqa: PLW0603 - one number is all this process keeps
        self.head += data
        if self.head.endswith(b"\r\n\r\n"):
            counted += 1
            self.transport.write(RESPONSE)
            self.transport.close()


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Connection, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Each line on stdin is answered with the count so far; the end of it ends the server.
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(counted, flush=True)


if __name__ == "__main__":
    uvloop.run(_serve())
