"""The composition root: which adapter stands behind which port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import nats.errors
import structlog
from nats.aio.client import Client

from adapters.clock import SteadyClock
from adapters.identity.providers import BadProviders
from adapters.identity.wiring import identity_services
from adapters.ids import new_id
from adapters.keys.blind_index import HmacBlindIndex
from adapters.keys.people import People
from adapters.nats.connection import connect
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.event_log import PostgresEventLog
from adapters.postgres.heartbeats import PostgresHeartbeats
from adapters.postgres.idempotency import PostgresIdempotency
from adapters.postgres.ledger import PostgresLedger
from adapters.postgres.signals import PostgresSignals
from adapters.tasks import end
from adapters.vault import PostgresVault, load_master_key
from api.services import Check, Services
from application import commands
from application.checkups.confirm_erasure import finish_erasures
from application.identity.erase_user import erase_accounts_of, finish_user_erasures
from application.identity.services import Identity
from application.monitoring import listening
from application.ports.ledger import LedgerUnavailable
from application.writer import LedgerWriter
from infra.access_log import access_log
from infra.clinical_tables import use_tables
from infra.errors import UserError
from infra.settings import USAGE, Settings
from infra.words import t

_log = structlog.get_logger(__name__)
_AGAIN_S = 5.0


def command_services(settings: Settings, *, application_name: str) -> commands.Services:
    """What use cases need, for a process that takes commands. Results are judged by the operator's tables from here on.

    Raises:
        UserError: a setting is missing or cannot be used.
    """
    use_tables(settings)
    url = settings.require_database_url()
    master_key = load_master_key(settings.require_master_key_file())
    ledger = PostgresLedger(url, application_name=application_name, wrapping=settings.require_kek())
    assert ledger.keys is not None
    return commands.Services(
        ledger=ledger,
        writer=LedgerWriter(ledger),
        vault=PostgresVault(url, master_key),
        clock=SteadyClock(),
        keys=ledger.keys,
        blind=HmacBlindIndex(master_key),
    )


def people(settings: Settings) -> People:
    """What a process needs to fold personal data."""
    return People(settings.require_kek(), HmacBlindIndex(load_master_key(settings.require_master_key_file())))


def api_services(settings: Settings) -> Services:
    """What the API needs. Call it on the event loop that will serve."""
    url = settings.require_database_url()
    database = PostgresDatabase(url, application_name="api")
    signals = PostgresSignals(url, application_name="api signals")
    services = command_services(settings, application_name="api commands")
    identity = _identity(settings, services, database)
    feed = FeedCheck(settings.require_nats_url())

    @asynccontextmanager
    async def lifespan() -> AsyncGenerator[None]:
        await database.open()
        beating = asyncio.create_task(_beat(settings, services))
        finishing = asyncio.create_task(_finish_erasures(services, identity))
        try:
            async with signals:
                yield
        finally:
            await end(beating)
            await end(finishing)
            await feed.close()
            await identity.close()
            await database.close()
            await asyncio.to_thread(services.writer.close)

    return Services(
        commands=services,
        identity=identity,
        database=database,
        events=PostgresEventLog(database),
        signals=signals,
        idempotency=PostgresIdempotency(database),
        new_id=new_id,
        admin_token=settings.require_admin_token(),
        trusted_proxies=settings.trusted_proxies,
        time_zone=settings.time_zone,
        public_url=settings.public_url,
        checks={"nats": feed.check},
        write_line=access_log(settings.log_format, process="api"),
        lifespan=lifespan,
    )


def _identity(settings: Settings, services: commands.Services, database: PostgresDatabase) -> Identity:
    master_key = load_master_key(settings.require_master_key_file())
    try:
        return identity_services(services, database, master_key, providers=settings.oidc or "[]")
    except BadProviders as error:
        raise UserError(t("VITALOG_OIDC cannot be used. {why}", why=error), exit_code=USAGE) from None


class FeedCheck:
    """Whether NATS JetStream answers. Its absence makes nothing unready: the ledger carries on without it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: Client | None = None

    async def check(self) -> Check:
        """One look, within a second."""
        try:
            async with asyncio.timeout(1.0):
                if self._client is None:
                    self._client = await connect(self._url, name="api check")
                await self._client.jetstream(timeout=0.9).account_info()
        except (nats.errors.Error, OSError, TimeoutError) as error:
            return Check("down", str(error)[:200] or type(error).__name__)
        return Check("ok")

    async def close(self) -> None:
        """Leave."""
        if self._client is not None:
            with suppress(nats.errors.Error, OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await self._client.close()


async def _finish_erasures(services: commands.Services, identity: Identity) -> None:
    """Destroy what a crash has left of people who were erased."""
    while True:
        try:
            erased = await finish_erasures(services)
            await erase_accounts_of(identity, erased, commands.Context("api", new_id()))
            await finish_user_erasures(identity)
        except LedgerUnavailable as error:
            _log.warning("erasures_not_finished", why=str(error))
            await asyncio.sleep(_AGAIN_S)
        else:
            return


async def _beat(settings: Settings, services: commands.Services) -> None:
    heartbeats = PostgresHeartbeats(settings.require_database_url())
    context = commands.Context(actor=f"api:{settings.region}", correlation_id=new_id())
    while True:
        try:
            if await listening.beat(services, heartbeats, settings.region, context):
                _log.warning("listening_gap_recorded", region=settings.region)
        except LedgerUnavailable as error:
            _log.warning("no_heartbeat", why=str(error))
        context = commands.Context(actor=context.actor, correlation_id=new_id())
        await asyncio.sleep(listening.BEAT_S)
