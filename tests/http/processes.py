"""Further API processes on a test's database."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx

from api.app import create_app
from tests.http.support import AUTHORIZED, Observed, Product, make_services


@asynccontextmanager
async def process(url: str, providers: str = "[]", **changes: Any) -> AsyncGenerator[Product]:
    """One, until the block ends. ``changes``: of its ``Services``."""
    services = replace(make_services(url, providers), **changes)
    app = create_app(services)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test", headers=AUTHORIZED, timeout=30) as http,
    ):
        yield Product(services, app, http, Observed(services), url)
