"""The ``tcp`` kind: connect, optionally over TLS, optionally send something and wait for an answer."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.probes.faults import fail
from adapters.probes.line import Line
from adapters.probes.resolver import Resolver
from adapters.probes.tls import client_context
from adapters.probes.watch import Stopwatch, observed
from application.ports.probe import Observation, Prepared
from domain.monitoring.monitor import Monitor
from domain.monitoring.targets import restore
from domain.monitoring.targets.tcp import TcpExpect, parse_expect, parse_target

MAX_RECEIVED = 1 << 20


class TcpProbe:
    """Implements ``application.ports.probe.Probe``."""

    def __init__(self, resolver: Resolver, *, ca_file: str | None = None) -> None:
        self.resolver = resolver
        self.ca_file = ca_file
        """Trust these certificates (PEM) instead of the system's."""

    def prepare(self, monitor: Monitor, secrets: Mapping[str, str]) -> Prepared:
        target, settings = restore(monitor.target, monitor.expect, secrets)
        host, port = parse_target(target)
        expect = parse_expect(settings)

        async def look() -> Observation:
            return await observed(monitor.timeout_s, lambda watch: self._attempt(host, port, expect, watch))

        return Prepared(look, host)

    async def _attempt(self, host: str, port: int, expect: TcpExpect, watch: Stopwatch) -> None:
        addresses = await self.resolver.resolve(host, port, watch)
        watch.begin("connect")
        line = await Line.open(addresses)
        try:
            watch.end()
            if expect.tls:
                watch.begin("tls")
                await line.start_tls(client_context(verify=expect.verify_tls, ca_file=self.ca_file), host)
                watch.end()
            if expect.send is not None:
                watch.begin("first_byte")
                await line.send(expect.send.encode())
            if expect.receive is not None:
                await _receive(line, expect.receive.encode(), watch, sent=expect.send is not None)
            watch.complete()
        finally:
            line.close()


async def _receive(line: Line, wanted: bytes, watch: Stopwatch, *, sent: bool) -> None:
    if not sent:
        watch.begin("first_byte")
    received = bytearray()
    searched = 0
    while received.find(wanted, max(0, searched - len(wanted))) < 0:
        # What was searched is not searched again, or an answer in small pieces would take quadratic time.
        searched = len(received)
        data = await line.receive()
        if not received:
            watch.end()
            watch.stage = "body"
        if not data:
            raise fail("keyword_missing", "the connection was closed without the expected answer")
        received += data
        if len(received) > MAX_RECEIVED:
            raise fail("body_too_large", f"the expected answer is not in the first {MAX_RECEIVED} bytes")
