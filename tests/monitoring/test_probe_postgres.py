"""The PostgreSQL probe against a real server: through its socket, and over TCP through a forwarder."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from domain.monitoring.targets import split_credentials
from tests.monitoring.servers import never_answering, serving
from tests.monitoring.watching import closed_port, look, open_descriptors, until


async def probe(url: str, *, timeout_s: float = 20.0):
    clean, secrets = split_credentials(url)
    return await look("postgres", clean, timeout_s=timeout_s, secrets=secrets)


def socket_dir(url: str) -> str:
    return parse_qs(urlsplit(url).query)["host"][0]


@asynccontextmanager
async def over_tcp(url: str) -> AsyncGenerator[str]:
    """The server's address on a TCP port that forwards to its socket."""
    path = f"{socket_dir(url)}/.s.PGSQL.5432"

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(path)

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            with suppress(ConnectionError):
                while data := await source.read(65_536):
                    sink.write(data)
            sink.close()

        try:
            await asyncio.gather(pump(reader, there_writer), pump(there_reader, writer))
        finally:
            there_writer.close()

    parts = urlsplit(url)
    async with serving(forward) as port:
        yield f"postgresql://{parts.username}:{parts.password}@localhost:{port}{parts.path}"


async def test_a_living_server_passes_through_its_socket(postgres_url):
    seen = await probe(postgres_url)
    assert seen.finding == "pass", seen
    assert seen.total_ms is not None
    assert seen.phases is not None
    assert seen.phases.connect_ms is not None
    assert seen.phases.first_byte_ms is not None


async def test_a_living_server_passes_over_tcp(postgres_url):
    async with over_tcp(postgres_url) as url:
        seen = await probe(url)
    assert seen.finding == "pass", seen
    assert seen.phases is not None
    assert seen.phases.dns_ms is not None


async def test_a_wrong_password_is_refused_and_never_repeated(postgres_url):
    url = f"postgresql://postgres:hunter2@/postgres?host={quote(socket_dir(postgres_url))}"
    seen = await probe(url)
    assert (seen.finding, seen.reason) == ("fail", "authentication_failed")
    assert "hunter2" not in (seen.detail or "")


async def test_no_password_is_refused(postgres_url, monkeypatch, tmp_path):
    parts = urlsplit(postgres_url)
    # What the account that runs the prober knows must not help.
    pgpass = tmp_path / "pgpass"
    pgpass.write_text(f"*:*:*:*:{parts.password}")
    pgpass.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(pgpass))
    seen = await probe(f"postgresql://{parts.username}@/postgres?host={quote(socket_dir(postgres_url))}")
    assert (seen.finding, seen.reason) == ("fail", "authentication_failed")


async def test_a_missing_database_is_told(postgres_url):
    parts = urlsplit(postgres_url)
    seen = await probe(postgres_url.replace(parts.path + "?", "/nothing_here?"))
    assert (seen.finding, seen.reason) == ("fail", "database_missing")


@pytest.mark.parametrize("target", ["postgresql://u:p@127.0.0.1:{port}/d", "postgresql://u:p@/d?host={missing}"])
async def test_nobody_listening_is_a_refused_connection(target, tmp_path):
    seen = await probe(target.format(port=closed_port(), missing=quote(str(tmp_path))))
    assert (seen.finding, seen.reason) == ("fail", "connection_refused")


async def test_a_server_that_never_answers_times_out_and_leaves_nothing_open():
    before = open_descriptors()
    async with serving(never_answering) as port:
        seen = await probe(f"postgresql://u:p@127.0.0.1:{port}/d", timeout_s=0.3)
    assert (seen.finding, seen.reason) == ("fail", "timeout")
    await until(lambda: open_descriptors() <= before, "everything is closed again")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
async def test_something_else_on_the_port_fails(answer):
    async def handle(reader, writer):
        await reader.read(1000)
        writer.write(answer)

    async with serving(handle) as port:
        seen = await probe(f"postgresql://u:p@127.0.0.1:{port}/d?sslmode=disable")
    assert seen.finding == "fail"
    assert seen.reason in {"connection_closed", "connection_failed"}


async def test_tls_that_the_server_does_not_offer_fails(postgres_url):
    async with over_tcp(postgres_url) as url:
        seen = await probe(f"{url}?sslmode=require")
    assert (seen.finding, seen.reason) == ("fail", "tls_failed")


async def test_a_name_that_cannot_be_resolved_is_told():
    seen = await probe("postgresql://u:p@no.such.name.invalid/d")
    assert (seen.finding, seen.reason) in {("fail", "dns_failed"), ("error", "resolver_unreachable")}


def message(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("!I", len(content) + 4) + content


@pytest.mark.parametrize(
    ("stage", "endless"),
    [
        ("connecting", message(b"S", b"name\0" + b"x" * 20_000 + b"\0")),
        ("asked", message(b"D", struct.pack("!HI", 1, 20_000) + b"x" * 20_000)),
        ("asked", message(b"N", b"SNOTICE\0M" + b"x" * 20_000 + b"\0\0")),
        ("one huge row", b"x" * 20_000),
    ],
    ids=["parameters", "rows", "notices", "one huge row"],
)
async def test_a_server_that_sends_without_end_fails_before_it_fills_the_memory(stage: str, endless: bytes):
    sent = 0

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.read(10_000)
        writer.write(message(b"R", struct.pack("!I", 0)))
        if stage != "connecting":
            writer.write(message(b"K", struct.pack("!II", 1, 1)) + message(b"Z", b"I"))
            await reader.read(10_000)
            writer.write(message(b"T", struct.pack("!H", 1) + b"a\0" + struct.pack("!IHIhih", 0, 0, 25, -1, -1, 0)))
        if stage == "one huge row":
            writer.write(b"D" + struct.pack("!IHI", 1_000_000_000, 1, 999_999_990))
        try:
            while sent < 1 << 30:
                writer.write(endless)
                await writer.drain()
                sent += len(endless)
        finally:
            writer.transport.abort()

    async with serving(flood) as port:
        seen = await probe(f"postgresql://u@127.0.0.1:{port}/d?sslmode=disable", timeout_s=60.0)
    assert (seen.finding, seen.reason) == ("fail", "protocol_error")
    assert sent < 1 << 30


async def test_a_server_that_stops_answering_costs_no_more_than_the_timeout():
    async def silent_once_asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10_000)
        writer.write(message(b"R", struct.pack("!I", 0)) + message(b"K", struct.pack("!II", 1, 1)))
        writer.write(message(b"Z", b"I"))
        while await reader.read(10_000):
            pass
        ended.set()

    ended = asyncio.Event()
    async with serving(silent_once_asked) as port:
        seen = await probe(f"postgresql://u@127.0.0.1:{port}/d?sslmode=disable", timeout_s=0.3)
        assert (seen.finding, seen.reason) == ("fail", "timeout")
        await asyncio.wait_for(ended.wait(), 60)
