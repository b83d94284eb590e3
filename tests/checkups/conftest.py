"""Use cases of the checkups context on a test's own database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.clock import SteadyClock
from adapters.postgres.ledger import PostgresLedger
from adapters.vault import PostgresVault
from application.commands import Services
from application.writer import LedgerWriter
from tests.support.people import MASTER_KEY, PEOPLE


@pytest.fixture
def commands(database: Any) -> Iterator[Services]:
    """What use cases need."""
    ledger = PostgresLedger(database.url, application_name="commands", wrapping=PEOPLE.wrapping)
    assert ledger.keys is not None
    writer = LedgerWriter(ledger)
    yield Services(ledger, writer, PostgresVault(database.url, MASTER_KEY), SteadyClock(), ledger.keys, PEOPLE.blind)
    writer.close()
    ledger.close()
