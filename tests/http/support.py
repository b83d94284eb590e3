"""The API's services on a test's database, and what a prober would have appended."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from adapters.clock import SteadyClock
from adapters.identity.passwords import ArgonPasswords
from adapters.identity.wiring import identity_services
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.event_log import PostgresEventLog
from adapters.postgres.idempotency import PostgresIdempotency
from adapters.postgres.ledger import PostgresLedger
from adapters.postgres.signals import PostgresSignals
from adapters.vault import PostgresVault
from api.services import Services
from application.commands import Services as Commands
from application.ports.ledger import NewEvent
from application.writer import LedgerWriter
from domain.kernel import Event
from domain.monitoring.events import IncidentOpened, IncidentResolved, ProbeRecorded, probe_log_stream
from domain.monitoring.health import Health, Thresholds, decide
from domain.monitoring.outcome import Outcome
from tests.support.people import MASTER_KEY, PEOPLE

TOKEN = "a-token-for-tests-0123456789"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


def make_services(url: str, providers: str = "[]") -> Services:
    database = PostgresDatabase(url, application_name="api")
    signals = PostgresSignals(url, application_name="api signals")
    ledger = PostgresLedger(url, application_name="api ledger", wrapping=PEOPLE.wrapping)
    assert ledger.keys is not None
    writer = LedgerWriter(ledger)

    @asynccontextmanager
    async def lifespan() -> AsyncGenerator[None]:
        await database.open()
        async with signals:
            yield
        await identity.close()
        await database.close()
        writer.close()
        ledger.close()

    commands = Commands(ledger, writer, PostgresVault(url, MASTER_KEY), SteadyClock(), ledger.keys, PEOPLE.blind)
    # Weak hashes: what is tested is who gets in, not how long it takes.
    hashing = ArgonPasswords(memory_kib=64, passes=1)
    identity = identity_services(commands, database, MASTER_KEY, providers=providers, passwords=hashing)

    return Services(
        commands=commands,
        identity=identity,
        database=database,
        events=PostgresEventLog(database),
        signals=signals,
        idempotency=PostgresIdempotency(database),
        new_id=lambda: str(uuid4()),
        admin_token=TOKEN,
        lifespan=lifespan,
    )


class Observed:
    """Appends what a prober would have appended."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._health: dict[str, Health] = {}
        self._versions: dict[str, int] = {}

    async def __call__(
        self, monitor_id: str, *verdicts: str, until: datetime | None = None, every_s: float = 60.0, **fields: Any
    ) -> int:
        """Outcomes in a row, the last one at ``until`` (now). Returns the position reached."""
        until = until or self._services.commands.clock.now()
        position = 0
        for n, verdict in enumerate(verdicts):
            at = until - timedelta(seconds=every_s * (len(verdicts) - 1 - n))
            outcome = Outcome(
                monitor_id=monitor_id,
                verdict=verdict,
                scheduled_at=at,
                started_at=at,
                vouches_ms=round(every_s * 1000) + 15_000,
                prober="test",
                **({"total_ms": 12.5} | ({"reason": "timeout"} if verdict == "fail" else {}) | fields),
            )
            events, health = decide(self._health.get(monitor_id, Health()), Thresholds(), outcome)
            self._health[monitor_id] = health
            new = [self._new(event, monitor_id, at) for event in events]
            position = await self._services.commands.writer.append(new)
        return position

    def _new(self, event: Event, monitor_id: str, at: datetime) -> NewEvent:
        stream = probe_log_stream(monitor_id, at)
        if isinstance(event, IncidentOpened | IncidentResolved):
            stream = f"incident:{event.incident_id}"
        elif not isinstance(event, ProbeRecorded):
            stream = f"health:{monitor_id}"
        version = self._versions[stream] = self._versions.get(stream, 0) + 1
        return NewEvent(stream, version, event, "prober:local", str(uuid4()))


@dataclass
class Product:
    services: Services
    app: Any
    http: httpx.AsyncClient
    observe: Observed
    url: str
    monitor_id: str = ""

    async def register(self, name: str = "Example", **fields: Any) -> dict[str, Any]:
        body = {"name": name, "kind": "http", "target": "https://example.org/health"} | fields
        answer = await self.http.post("/api/v1/monitors", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def read(self, path: str, position: int) -> Any:
        joint = "&" if "?" in path else "?"
        answer = await self.http.get(f"/api/v1{path}{joint}min_position={position}")
        assert answer.status_code == 200, answer.text
        return answer.json()
