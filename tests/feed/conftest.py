"""A relay that publishes the ledger, and the reading end of the feed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.nats.feed import Feed
from adapters.nats.relay import Relay
from adapters.tasks import end


@pytest.fixture
async def relay(database, own_nats) -> AsyncIterator[Relay]:
    """Publishing until the test ends."""
    relay = Relay(database.url, own_nats.url)
    running = asyncio.create_task(relay.run())
    yield relay
    await end(running)


@pytest.fixture
async def feed(own_nats) -> AsyncIterator[Feed]:
    feed = Feed(own_nats.url, "read-models")
    yield feed
    await feed.close()
