"""The coalescing writer: many appends, few transactions, each caller its own answer."""

from __future__ import annotations

import asyncio
import threading

import pytest

from adapters.postgres.ledger import PostgresLedger
from application.ports.ledger import VersionConflict
from application.writer import LedgerWriter


class CountingLedger(PostgresLedger):
    """The real ledger, which also counts its transactions and can be held back."""

    def __init__(self, url: str) -> None:
        super().__init__(url, application_name="test")
        self.transactions = 0
        self.gate = threading.Event()
        self.gate.set()

    def append(self, events):
        self.gate.wait()
        self.transactions += 1
        return super().append(events)


@pytest.fixture
def counting(database):
    ledger = CountingLedger(database.url)
    yield ledger
    ledger.close()


async def test_appends_that_wait_together_share_a_transaction_and_get_their_own_positions(counting, ledger, new_events):
    writer = LedgerWriter(counting)
    counting.gate.clear()
    appends = [asyncio.ensure_future(writer.append(new_events(f"s:{n}", 1, 2))) for n in range(50)]
    await asyncio.sleep(0)
    counting.gate.set()

    positions = await asyncio.gather(*appends)

    assert counting.transactions <= 2
    for n, position in enumerate(positions):
        assert ledger.read_stream(f"s:{n}")[-1].position == position
    writer.close()


async def test_only_the_append_that_came_too_late_is_refused(counting, ledger, new_events):
    ledger.append(new_events("taken"))
    writer = LedgerWriter(counting)
    counting.gate.clear()
    first = asyncio.ensure_future(writer.append(new_events("opens the gate")))
    good, bad, also_good = (asyncio.ensure_future(writer.append(new_events(s))) for s in ("a", "taken", "b"))
    await asyncio.sleep(0)
    counting.gate.set()

    assert await first
    assert await good
    assert await also_good
    with pytest.raises(VersionConflict):
        await bad
    writer.close()


async def test_closing_finishes_what_was_asked_for(ledger, new_events):
    writer = LedgerWriter(ledger)
    appends = [asyncio.ensure_future(writer.append(new_events(f"s:{n}"))) for n in range(20)]
    await asyncio.sleep(0)
    await asyncio.to_thread(writer.close)
    assert sorted(await asyncio.gather(*appends)) == list(range(1, 21))
