"""What ``vitalog doctor`` sees of PostgreSQL and NATS, asked directly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from infra.cli.findings import Finding, fine, problem, skipped, warning
from infra.cli.output import plain
from infra.settings import Settings
from infra.words import t

_CLOCK_WARNING_S = 2.0


def database_url(settings: Settings) -> str | None:
    """The database the processes use: the one set, else the data directory's embedded one, if there is one."""
    return settings.database_url or _embedded(settings.data_dir, "vitalog", "postgres-app")


def _owner_url(settings: Settings) -> str | None:
    if settings.database_url:
        return settings.migration_database_url
    return _embedded(settings.data_dir, "postgres", "postgres-superuser")


def _embedded(directory: Path, role: str, secret: str) -> str | None:
    try:
        password = (directory / "secrets" / secret).read_text().strip()
        elsewhere = directory / "socket-dir"
        socket_dir = Path(elsewhere.read_text().strip()) if elsewhere.exists() else directory / "run"
    except OSError:
        return None
    return f"postgresql://{role}:{quote(password, safe='')}@/vitalog?host={quote(str(socket_dir), safe='')}"


def nats_url(settings: Settings) -> str | None:
    """As ``database_url``, of NATS."""
    if settings.nats_url:
        return settings.nats_url
    try:
        token = (settings.data_dir / "secrets" / "nats-token").read_text().strip()
        port = json.loads((settings.data_dir / "nats-ports.json").read_text())["client"]
    except (OSError, ValueError, KeyError):
        return None
    return f"nats://{token}@127.0.0.1:{port}"


def check_postgres(settings: Settings) -> Iterator[Finding]:
    """Reachable, migrated, and of one mind with us about the time."""
    import psycopg

    url = database_url(settings)
    if url is None:
        yield skipped("postgres", t("There is no embedded database yet, and VITALOG_DATABASE_URL is not set."))
        return
    try:
        with psycopg.connect(url, connect_timeout=5, autocommit=True) as connection:
            yield fine("postgres", t("PostgreSQL {version} answers.", version=_version(connection.info.server_version)))
            row = connection.execute("SELECT clock_timestamp()").fetchone()
    except psycopg.OperationalError as error:
        yield problem(
            "postgres",
            t("PostgreSQL cannot be reached: {why}", why=plain(str(error).strip().splitlines()[-1])),
            t("Start it, and check VITALOG_DATABASE_URL.")
            if settings.database_url
            else t("Start Vitalog with `vitalog up`."),
        )
        return
    if row:
        yield from _clock(row[0])
    yield from _migrations(_owner_url(settings) or url)


def _migrations(url: str) -> Iterator[Finding]:
    import psycopg

    from adapters.postgres import migrator

    try:
        pending = migrator.pending(url)
    except psycopg.Error:
        yield skipped(
            "migrations",
            t("Waiting migrations cannot be seen as this user; set VITALOG_MIGRATION_DATABASE_URL to see them."),
        )
        return
    if pending:
        yield problem(
            "migrations",
            t("Migrations are waiting: {names}.", names=", ".join(pending)),
            t("Run `vitalog migrate` (`vitalog up` does it by itself)."),
        )
    else:
        yield fine("migrations", t("The database has every migration."))


def check_nats(settings: Settings) -> Iterator[Finding]:
    """Reachable, with JetStream. Nothing is lost without it; the feed stands still."""
    url = nats_url(settings)
    if url is None:
        yield skipped("nats", t("There is no embedded NATS yet, and VITALOG_NATS_URL is not set."))
        return
    why = asyncio.run(_ask_nats(url))
    if why is None:
        yield fine("nats", t("NATS answers, with JetStream."))
        return
    remedy = t("Start it with JetStream (`nats-server -js`), and check VITALOG_NATS_URL.")
    yield problem(
        "nats",
        t("NATS cannot be used: {why}. Nothing is lost, but subscribers hear nothing.", why=why),
        remedy if settings.nats_url else t("Start Vitalog with `vitalog up`."),
    )


async def _ask_nats(url: str) -> str | None:
    import nats
    import nats.errors

    async def quiet(_: Exception) -> None:
        """The failure is reported once, by the exception."""

    try:
        client = await asyncio.wait_for(
            nats.connect(url, allow_reconnect=False, connect_timeout=3, error_cb=quiet), timeout=6
        )
        try:
            await client.jetstream(timeout=3).account_info()
        finally:
            await client.close()
    except (nats.errors.Error, OSError, TimeoutError) as error:
        return plain(str(error).splitlines()[0] if str(error) else type(error).__name__)
    return None


def _clock(theirs: datetime) -> Iterator[Finding]:
    offset = abs((datetime.now(UTC) - theirs).total_seconds())
    if offset > _CLOCK_WARNING_S:
        yield warning(
            "clock",
            t("This machine's clock and the database's differ by {n} s.", n=f"{offset:.1f}"),
            t("Let both keep time with NTP."),
        )
    else:
        yield fine("clock", t("This machine and the database agree about the time."))


def _version(number: int) -> str:
    return f"{number // 10_000}.{number % 10_000}"
