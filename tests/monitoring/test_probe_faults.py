"""Our own faults are errors, never failures of the target."""

from __future__ import annotations

import asyncio
import errno
import json
import socket
import subprocess
import sys
import threading
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.probes import resolver as resolvers
from adapters.probes.faults import from_errno, sanitize
from adapters.probes.http import HttpProbe
from adapters.probes.line import Line
from adapters.probes.resolver import Resolver
from adapters.probes.tcp import TcpProbe
from tests.monitoring.servers import OK, answering, never_answering, serving
from tests.monitoring.watching import a_monitor, closed_port, look, open_descriptors, until

OUT_OF_DESCRIPTORS = """
import asyncio, json, os, resource, sys
from tests.monitoring.watching import look
async def main():
    await look("http", sys.argv[1])  # everything is imported and the loop is up
    await look("tcp", "localhost:1")
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 2,) * 2)
    taken = []
    try:
        while True:
            taken.append(os.dup(1))
    except OSError:
        pass
    seen = [await look(kind, target) for kind, target in (
        ("http", sys.argv[1]), ("tcp", sys.argv[1][7:]), ("http", "http://localhost:1/"), ("http", "http://no.such.invalid/"),
        ("postgres", "postgresql://x:y@127.0.0.1:1/z"))]
    for descriptor in taken:
        os.close(descriptor)
    seen.append(await look("http", sys.argv[1]))
    print(json.dumps([[s.finding, s.reason] for s in seen]))
asyncio.run(main())
"""


async def test_out_of_file_descriptors_is_an_error_of_ours_and_passes_over():
    async with serving(answering(OK)) as port:
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-c", OUT_OF_DESCRIPTORS, f"http://127.0.0.1:{port}",
            stdout=subprocess.PIPE, cwd=Path.cwd(),
        )  # fmt: skip
        output, _ = await program.communicate()
    *starved, recovered = json.loads(output)
    assert starved == [["error", "prober_overloaded"]] * len(starved)
    assert recovered == ["pass", None]


@pytest.mark.parametrize(
    ("number", "finding", "reason"),
    [
        (errno.EMFILE, "error", "prober_overloaded"),
        (errno.ENFILE, "error", "prober_overloaded"),
        (errno.ENOBUFS, "error", "prober_overloaded"),
        (errno.ENOMEM, "error", "prober_overloaded"),
        (errno.EADDRNOTAVAIL, "error", "prober_overloaded"),
        (errno.ENETDOWN, "error", "network_unreachable"),
        (errno.EPERM, "error", "prober_fault"),
        (errno.EHOSTUNREACH, "fail", "host_unreachable"),
        (errno.ECONNRESET, "fail", "connection_reset"),
        (errno.ECONNREFUSED, "fail", "connection_refused"),
        (errno.ETIMEDOUT, "fail", "timeout"),
        (12345, "error", "prober_fault"),
        (None, "error", "prober_fault"),
    ],
)
def test_only_evidence_against_the_target_counts_against_it(number, finding, reason):
    verdict = from_errno(number)
    assert (verdict.finding, verdict.reason) == (finding, reason)


async def test_no_route_from_this_machine_is_an_error_of_ours():
    # 240.0.0.0/4 is reserved: Linux refuses to route to it before a packet leaves.
    with socket.socket() as sock:
        sock.setblocking(False)
        if sock.connect_ex(("255.255.255.255", 80)) != errno.ENETUNREACH:
            pytest.skip("this machine routes even the broadcast address")
    seen = await look("tcp", "255.255.255.255:80")
    assert (seen.finding, seen.reason) == ("error", "network_unreachable")


async def test_one_dead_address_does_not_hide_a_living_one():
    async with serving(never_answering) as port:
        addresses = [
            (socket.AF_INET, ("127.0.0.1", closed_port())),
            (socket.AF_INET, ("127.0.0.1", port)),
        ]
        line = await Line.open(addresses)
        line.close()


async def test_a_silent_address_does_not_hold_up_a_living_one():
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        crowd = []
        for _ in range(3):  # fill the backlog: later connections hang
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
            crowd.append(sock)
        async with serving(never_answering) as port:
            line = await Line.open([(socket.AF_INET, full.getsockname()), (socket.AF_INET, ("127.0.0.1", port))])
            line.close()
        for sock in crowd:
            sock.close()


async def test_an_unknown_name_is_the_targets_fault():
    seen = await look("http", "http://no.such.name.invalid/")
    assert (seen.finding, seen.reason) in {("fail", "dns_failed"), ("error", "resolver_unreachable")}


class _Nameserver(asyncio.DatagramProtocol):
    def __init__(self, rcode: int) -> None:
        self.rcode = rcode

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.transport.sendto(data[:2] + bytes([0x81, 0x80 | self.rcode]) + data[4:], addr)


@asynccontextmanager
async def nameserver(rcode: int):
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Nameserver(rcode), local_addr=("127.0.0.1", 0))
    try:
        yield f"127.0.0.1#{transport.get_extra_info('sockname')[1]}"
    finally:
        transport.close()


@pytest.fixture
def lookups(monkeypatch):
    """DNS as this machine would see it when ``answer`` is an error or a wait; names are looked up in real threads."""
    behaviour: dict[str, object] = {}
    release = threading.Event()
    asked: list[bytes] = []

    def getaddrinfo(host, port, **_):
        asked.append(host)
        what = behaviour.get(host.decode())
        if isinstance(what, Exception):
            raise what
        if what == "hang":
            release.wait()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(resolvers.socket, "getaddrinfo", getaddrinfo)
    yield behaviour, asked
    release.set()


@pytest.mark.parametrize(
    ("rcode", "finding", "reason"),
    [(0, "fail", "dns_failed"), (5, "fail", "dns_failed"), (2, "error", "resolver_unreachable")],
    ids=["resolver works", "resolver refuses the root, but lives", "resolver reaches nobody"],
)
async def test_a_temporary_dns_failure_is_blamed_on_whoever_caused_it(lookups, rcode, finding, reason):
    behaviour, _ = lookups
    behaviour["x.example"] = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    async with nameserver(rcode) as server:
        probe = HttpProbe(Resolver(nameservers=[server]))
        seen = await probe.prepare(a_monitor("http", "http://x.example/"), {}).look()
    assert (seen.finding, seen.reason) == (finding, reason)


async def test_without_any_nameserver_a_dns_failure_is_ours(lookups):
    behaviour, _ = lookups
    behaviour["x.example"] = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    probe = HttpProbe(Resolver(nameservers=[]))
    seen = await probe.prepare(a_monitor("http", "http://x.example/"), {}).look()
    assert (seen.finding, seen.reason) == ("error", "resolver_unreachable")


@pytest.mark.parametrize(("rcode", "finding"), [(0, "fail"), (2, "error")])
async def test_a_name_that_hangs_is_blamed_only_when_our_resolver_works(lookups, rcode, finding):
    behaviour, _ = lookups
    behaviour["x.example"] = "hang"
    async with nameserver(rcode) as server:
        probe = TcpProbe(Resolver(nameservers=[server]))
        seen = await probe.prepare(a_monitor("tcp", "x.example:80", timeout_s=1.0), {}).look()
    assert seen.finding == finding


async def test_a_slow_name_holds_one_thread_and_delays_no_other_name(lookups):
    behaviour, asked = lookups
    behaviour["slow.example"] = "hang"
    async with serving(answering(OK)) as port:
        probe = HttpProbe(Resolver(max_threads=2, nameservers=[]))
        slow = probe.prepare(a_monitor("http", "http://slow.example/"), {})
        hanging = [asyncio.create_task(slow.look()) for _ in range(20)]
        await asyncio.sleep(0)
        quick = await probe.prepare(a_monitor("http", f"http://quick.example:{port}/"), {}).look()
        assert quick.finding == "pass"
        assert asked.count(b"slow.example") == 1
        assert not any(task.done() for task in hanging)
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)


async def test_too_many_slow_names_are_an_error_rather_than_a_queue(lookups):
    behaviour, _ = lookups
    behaviour |= {"a.example": "hang", "b.example": "hang"}
    probe = TcpProbe(Resolver(max_threads=2, nameservers=[]))
    hanging = [
        asyncio.create_task(probe.prepare(a_monitor("tcp", f"{name}.example:80"), {}).look()) for name in ("a", "b")
    ]
    await asyncio.sleep(0)
    seen = await probe.prepare(a_monitor("tcp", "c.example:80"), {}).look()
    assert (seen.finding, seen.reason) == ("error", "prober_overloaded")
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)


async def test_a_probe_leaves_nothing_open_however_it_ends():
    before = open_descriptors()
    connected: list[bytes] = []

    async def note_and_say_nothing(reader, writer):
        connected.append(await reader.read(1000))
        await reader.read()

    async with serving(note_and_say_nothing) as port:
        task = asyncio.create_task(look("http", f"http://127.0.0.1:{port}/"))
        await until(lambda: bool(connected), "the probe is waiting for an answer")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await look("http", f"http://127.0.0.1:{port}/", timeout_s=0.1)
        await look("http", f"http://127.0.0.1:{closed_port()}/")
    await until(lambda: open_descriptors() <= before, "everything is closed again")


def test_details_are_short_and_printable():
    assert sanitize("a\r\nb\x1b[31m\0" + "x" * 900) == "a  b [31m " + "x" * 190
