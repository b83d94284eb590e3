"""The ``http`` kind: a new connection, a request, redirects, and what is expected of the final response."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import msgspec

from adapters.probes.faults import fail
from adapters.probes.http_request import Request, first_request, redirected
from adapters.probes.http_response import Response
from adapters.probes.line import Address, Line
from adapters.probes.resolver import Resolver, literal_address
from adapters.probes.tls import client_context
from adapters.probes.watch import Stopwatch, observed
from application.ports.probe import Observation, Prepared
from domain.monitoring.monitor import Monitor
from domain.monitoring.targets import restore
from domain.monitoring.targets.http import HttpExpect, parse_expect, parse_status, parse_url
from domain.monitoring.targets.jsonpaths import compile_path, mismatch

MAX_REDIRECTS = 10
INLINE_JSON = 32_768
"""Bytes of JSON that are searched on the event loop; more goes to a thread, so that other probes are not held up."""


class HttpProbe:
    """Implements ``application.ports.probe.Probe``."""

    def __init__(self, resolver: Resolver, *, user_agent: str = "Vitalog", ca_file: str | None = None) -> None:
        self.resolver = resolver
        self.user_agent = user_agent
        self.ca_file = ca_file
        """Trust these certificates (PEM) instead of the system's."""

    def prepare(self, monitor: Monitor, secrets: Mapping[str, str]) -> Prepared:
        url, settings = restore(monitor.target, monitor.expect, secrets)
        target, expect = parse_url(url), parse_expect(settings)
        request = first_request(target, expect.method, expect.headers, expect.body)
        return Prepared(_Plan(self, request, expect, monitor.timeout_s).look, target.host)


class _Plan:
    """One monitor's probe with everything done that need not be done again."""

    def __init__(self, probe: HttpProbe, request: Request, expect: HttpExpect, timeout_s: float) -> None:
        self._probe = probe
        self._request = request
        self._wire = request.encode(probe.user_agent)
        self._address = literal_address(request.target.host, request.target.port)
        self._expect = expect
        self._ranges = parse_status(expect.status)
        self._path = None if expect.json is None else compile_path(expect.json.path)
        self._timeout_s = timeout_s

    async def look(self) -> Observation:
        return await observed(self._timeout_s, self._attempt)

    async def _attempt(self, watch: Stopwatch) -> None:
        request, wire, address = self._request, self._wire, self._address
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._exchange(request, wire, address, watch)
            following = redirected(request, response) if self._expect.follow_redirects else None
            if following is None:
                break
            request, wire, address = following, following.encode(self._probe.user_agent), None
        else:
            raise fail("too_many_redirects", f"more than {MAX_REDIRECTS} redirects")
        watch.complete()
        self._check_status(response.status)
        if self._expect.needs_body:
            await self._check_body(response)

    async def _exchange(self, request: Request, wire: bytes, address: Address | None, watch: Stopwatch) -> Response:
        target = request.target
        addresses = [address] if address else await self._probe.resolver.resolve(target.host, target.port, watch)
        response = Response(head_only=request.method == "HEAD", max_body=self._expect.max_body_bytes)
        watch.begin("connect")
        line = await Line.open(addresses)
        try:
            watch.end()
            if target.scheme == "https":
                watch.begin("tls")
                context = client_context(verify=self._expect.verify_tls, ca_file=self._probe.ca_file, alpn="http/1.1")
                await line.start_tls(context, target.host)
                watch.end()
            watch.begin("first_byte")
            await line.send(wire)
            data = await line.receive()
            watch.end()
            watch.stage = "body"
            while data:
                response.feed(data)
                if response.status:
                    watch.status_code = response.status
                if response.finished:
                    return response
                data = await line.receive()
            response.end()
            return response
        finally:
            line.close()

    def _check_status(self, status: int) -> None:
        if not any(first <= status <= last for first, last in self._ranges):
            wanted = ",".join(str(a) if a == b else f"{a}-{b}" for a, b in self._ranges)
            raise fail("status_unexpected", f"expected {wanted}, got {status}")

    async def _check_body(self, response: Response) -> None:
        expect = self._expect
        body, whole = response.decoded(expect.max_body_bytes)
        text = response.text(body)
        too_large = fail("body_too_large", f"the body is longer than {expect.max_body_bytes} bytes")
        if expect.keyword is not None and expect.keyword not in text:
            raise fail("keyword_missing", "the expected keyword is not in the body") if whole else too_large
        if expect.keyword_absent is not None and expect.keyword_absent in text:
            raise fail("keyword_present", "the unwanted keyword is in the body")
        if not whole and (expect.keyword_absent is not None or expect.json is not None):
            raise too_large
        if expect.json is not None:
            small = len(body) <= INLINE_JSON
            problem = self._look_into(body) if small else await asyncio.to_thread(self._look_into, body)
            if problem is not None:
                raise fail("json_mismatch", problem)

    def _look_into(self, body: bytes) -> str | None:
        assert self._path is not None and self._expect.json is not None  # noqa: PT018 - prepared together
        equals = self._expect.json.equals
        try:
            document = msgspec.json.decode(body)
            return mismatch(self._path, document, equals, any_value=equals is msgspec.UNSET)
        except (msgspec.DecodeError, RecursionError):
            return "the body is not JSON"
