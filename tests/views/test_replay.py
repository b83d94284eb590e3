"""The same events give the same bytes, however they came."""

from __future__ import annotations

import random

import pytest

from tests.support.read_models import dump, replayed
from tests.views.histories import eventful


@pytest.mark.parametrize("seed", range(6))
def test_every_split_into_batches_gives_the_same_bytes_as_one_replay(seed, database, ledger, projector) -> None:
    ledger.append(eventful(seed))
    dice = random.Random(seed)
    events = ledger.read(0, 10_000)
    while events:
        size = dice.choice((1, 2, 7, 30))
        projector.apply(events[:size])
        if dice.random() < 0.1:
            projector.start()
        events = events[size:]
    projector.close()
    found = dump(database.url)
    expected = replayed(database.url)
    assert sum(map(len, found.values())) > 100
    for table, rows in expected.items():
        assert found[table] == rows, table
