"""An application behind the product's own uvicorn protocols, on a port of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from infra.bounded_http import BoundedHttp
from infra.bounded_socket import BoundedSocket
from tests.support.waiting import eventually_async


@asynccontextmanager
async def serving(
    app: Any, http: type[BoundedHttp] = BoundedHttp, ws: type[BoundedSocket] = BoundedSocket
) -> AsyncGenerator[int]:
    """The port, while it is served; its lifespan is the caller's affair."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, http=http, ws=ws, lifespan="off", log_config=None))
    task = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    await eventually_async(started)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task
