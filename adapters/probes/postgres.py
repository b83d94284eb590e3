"""The ``postgres`` kind: connect for real (authentication included) and run ``SELECT 1``."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping

import psycopg
from psycopg.conninfo import make_conninfo

from adapters.probes.faults import KNOWN_ERRNOS, NotPassedError, fail, from_errno, shortage
from adapters.probes.postgres_session import Session
from adapters.probes.resolver import Resolver
from adapters.probes.watch import Stopwatch, observed
from application.ports.probe import Observation, Prepared
from domain.monitoring.monitor import Monitor
from domain.monitoring.targets import restore
from domain.monitoring.targets.postgres import PostgresTarget, parse_url

_NOWHERE = "/nonexistent"
_BY_SQLSTATE = {
    "28000": ("authentication_failed", "the server refuses this user"),
    "28P01": ("authentication_failed", "the server refuses this password"),
    "3D000": ("database_missing", "the database does not exist"),
    "53300": ("too_many_connections", "the server has no connection left"),
    "57P03": ("not_ready", "the server is starting up or shutting down"),
}
# libpq does not pass on the SQLSTATE of a refused connection, only its text, in the server's language.
_BY_TEXT = (
    ("expected authentication request", ("connection_failed", "the server does not speak PostgreSQL")),
    ("no password supplied", ("authentication_failed", "the server asks for a password")),
    ("authentication failed", _BY_SQLSTATE["28P01"]),
    ("pg_hba.conf", _BY_SQLSTATE["28000"]),
    ("role ", _BY_SQLSTATE["28000"]),
    ("database ", _BY_SQLSTATE["3D000"]),
    ("too many clients", _BY_SQLSTATE["53300"]),
    ("too many connections", _BY_SQLSTATE["53300"]),
    ("connection slots", _BY_SQLSTATE["53300"]),
    ("starting up", _BY_SQLSTATE["57P03"]),
    ("shutting down", _BY_SQLSTATE["57P03"]),
    ("recovery mode", _BY_SQLSTATE["57P03"]),
    ("certificate", ("tls_invalid", "the server's certificate is not trusted")),
    ("ssl", ("tls_failed", "TLS could not be agreed on")),
    ("closed the connection", ("connection_closed", "the server closed the connection")),
)
_ERRNOS_BY_TEXT = {os.strerror(number).lower(): number for number in KNOWN_ERRNOS}


class PostgresProbe:
    """Implements ``application.ports.probe.Probe``."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def prepare(self, monitor: Monitor, secrets: Mapping[str, str]) -> Prepared:
        url, _ = restore(monitor.target, monitor.expect, secrets)
        target = parse_url(url)

        async def look() -> Observation:
            return await observed(monitor.timeout_s, lambda watch: self._attempt(target, watch))

        return Prepared(look, target.host)

    async def _attempt(self, target: PostgresTarget, watch: Stopwatch) -> None:
        addresses = [""]
        if not target.host.startswith("/"):
            found = await self.resolver.resolve(target.host, target.port, watch)
            addresses = [address[0] for _, address in found]
        watch.begin("connect")
        try:
            session = await Session.open(_conninfo(target, addresses))
        except psycopg.Error as error:
            raise _verdict(error) from None
        try:
            watch.end()
            watch.begin("first_byte")
            await session.ask(b"SELECT 1")
            watch.end()
            watch.complete()
        except psycopg.Error as error:
            raise _verdict(error, querying=True) from None
        finally:
            session.close()


def _conninfo(target: PostgresTarget, addresses: list[str]) -> str:
    # libpq tries the addresses in turn when they come as a list; the host beside each is for TLS.
    return make_conninfo(
        host=",".join([target.host] * len(addresses)),
        hostaddr=",".join(addresses) or None,
        port=target.port,
        dbname=target.dbname,
        user=target.user,
        password=target.password,
        sslmode=target.sslmode,
        sslrootcert="system" if target.sslmode == "verify-full" else None,
        # Nothing but the target decides: no password file, client certificate or ticket of the prober's account.
        passfile=_NOWHERE,
        sslcert=_NOWHERE,
        sslkey=_NOWHERE,
        gssencmode="disable",
        application_name="vitalog-probe",
        client_encoding="UTF8",
    )


def _verdict(error: psycopg.Error, *, querying: bool = False) -> NotPassedError:
    """From what the server said (SQLSTATE), or what libpq says about the connection. The text itself is never shown."""
    state = error.sqlstate
    if state is not None:
        reason, detail = _BY_SQLSTATE.get(state, ("query_failed", "the server refuses"))
        return fail(reason, f"{detail} (SQLSTATE {state})")
    ours = shortage()
    if ours is not None:
        return ours
    text = str(error).lower()
    for sentence, number in _ERRNOS_BY_TEXT.items():
        if sentence in text:
            # libpq does not tell whether the kernel or a router said it, so it is not held against the target.
            return from_errno(errno.ENETDOWN if number == errno.ENETUNREACH else number)
    # In front of it libpq repeats what it was told, such as the host.
    said = text.split(" failed: ")[-1]
    for fragment, (reason, detail) in _BY_TEXT:
        if fragment in said:
            return fail(reason, detail)
    return fail("connection_closed" if querying else "connection_failed", "the server refuses the connection")
