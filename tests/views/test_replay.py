"""The same events give the same bytes, however they came."""

from __future__ import annotations

import random
import time

import psycopg
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


def test_a_replay_in_another_time_zone_gives_the_same_bytes(database, ledger, monkeypatch) -> None:
    ledger.append(eventful(7))
    here = replayed(database.url)
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(f"ALTER DATABASE {database.name} SET timezone = 'Australia/Lord_Howe'".encode())
    try:
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("TZ", "Australia/Lord_Howe")
            time.tzset()
            there = replayed(database.url)
    finally:
        time.tzset()
    assert sum(map(len, here.values())) > 100
    assert there == here
