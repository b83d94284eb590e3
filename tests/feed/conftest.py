"""A ledger with a history, a relay that publishes it, and a projector that reads the feed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest

from adapters.nats.feed import Feed
from adapters.nats.relay import Relay
from adapters.postgres.ledger import PostgresLedger
from adapters.postgres.projector import Projector


@pytest.fixture
def ledger(database) -> Iterator[PostgresLedger]:
    ledger = PostgresLedger(database.url, application_name="test")
    yield ledger
    ledger.close()


@pytest.fixture
async def relay(database, own_nats) -> AsyncIterator[Relay]:
    """Publishing until the test ends."""
    relay = Relay(database.url, own_nats.url)
    running = asyncio.create_task(relay.run())
    yield relay
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@pytest.fixture
async def feed(own_nats) -> AsyncIterator[Feed]:
    feed = Feed(own_nats.url, "read-models")
    yield feed
    await feed.close()


@pytest.fixture
def projector(database) -> Iterator[Projector]:
    projector = Projector(database.url)
    projector.start()
    yield projector
    projector.close()
