"""What the API needs of the world: ``infra`` makes one ``Services`` per process and hands it to ``create_app``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import msgspec
from psycopg import AsyncConnection

from api.access_log import WriteLine, write_line
from application.commands import Services as Commands
from application.identity.services import Identity
from application.ports.event_log import EventLog
from application.ports.idempotency import Idempotency
from application.ports.signals import Signals


class Database(Protocol):
    """Connections to the read models."""

    def connection(self) -> AbstractAsyncContextManager[AsyncConnection[Any]]:
        """A connection for the length of the block, autocommit.

        Raises:
            LedgerUnavailable: none within two seconds, or it broke within the block.
        """
        ...

    async def reached(self, projections: Sequence[str], position: int) -> bool:
        """Whether all these read models have folded in everything up to ``position``. Raises ``LedgerUnavailable``."""
        ...


class Check(msgspec.Struct, frozen=True):
    """One component as readiness sees it."""

    state: Literal["ok", "degraded", "down"]
    detail: str = ""
    """For the administrator only."""


CheckNow = Callable[[], Awaitable[Check]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything ``create_app`` needs; no globals beside it."""

    commands: Commands
    identity: Identity
    database: Database
    events: EventLog
    signals: Signals
    idempotency: Idempotency
    new_id: Callable[[], str]
    """A random UUID as text, another one each time."""
    admin_token: str
    """At least 8 characters; grants everything."""
    time_zone: str = "UTC"
    """IANA zone in which the page shows times to visitors who did not choose one."""
    public_url: str | None = None
    """How the outside reaches this API, without a final slash; None: as the request came."""
    trusted_proxies: Sequence[str] = ()
    """CIDR networks of proxies whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed."""
    max_body_bytes: int = 262_144
    write_line: WriteLine = write_line
    """Where the access log goes."""
    checks: Mapping[str, CheckNow] = field(default_factory=dict[str, CheckNow])
    """Further components that readiness reports, by name; they never make the API unready."""
    lifespan: Callable[[], AbstractAsyncContextManager[None]] | None = None
    """Opened when the application starts, closed when it stops: pools, listeners."""
