"""The whole API on a real PostgreSQL: in process for most tests, behind a real uvicorn where sockets matter."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from adapters.postgres.projector import Projector
from api.app import create_app
from tests.http.support import AUTHORIZED, Observed, Product, make_services
from tests.support.people import PEOPLE


@pytest.fixture
def projector(database: Any) -> Iterator[None]:
    """Read models that follow the ledger."""
    projector, stop = Projector(database.url, people=PEOPLE), threading.Event()
    projector.start()

    def follow() -> None:
        while not stop.wait(0.02):
            projector.catch_up()

    thread = threading.Thread(target=follow)
    thread.start()
    yield
    stop.set()
    thread.join()
    projector.close()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is refused hears of it at once: that it is told evenly has a test of its own."""
    monkeypatch.setattr("api.identity_answers.REFUSED_AFTER_S", 0.0)


@pytest_asyncio.fixture
async def product(database: Any, projector: None) -> AsyncGenerator[Product]:
    services = make_services(database.url)
    app = create_app(services)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test", headers=AUTHORIZED, timeout=30) as http,
    ):
        yield Product(services, app, http, Observed(services), database.url)
