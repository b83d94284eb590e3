"""Names to addresses, without letting one slow name, or our own broken resolver, pass for a target's downtime.

``getaddrinfo`` blocks and cannot be cancelled, so it runs in daemon threads of our own: at most one lookup per name is
under way (a slow name holds one thread, however often it is probed), at most ``max_threads`` in all.
"""

from __future__ import annotations

import asyncio
import errno
import queue
import socket
import threading

from adapters.probes import nameserver
from adapters.probes.faults import NotPassedError, fail, fault, from_errno, shortage
from adapters.probes.line import Address
from adapters.probes.watch import Stopwatch
from domain.monitoring.targets.address import is_ip

Found = list[Address] | OSError
Future = asyncio.Future[Found]
SUSPICIOUS_AFTER_S = 0.2
HEALTH_LASTS_S = 10.0


class Resolver:
    """Shared by all probes of one event loop."""

    def __init__(self, *, max_threads: int = 64, nameservers: list[str] | None = None) -> None:
        self._max_threads = max_threads
        self._nameservers = nameservers
        self._pending: dict[tuple[str, int], Future] = {}
        self._work: queue.SimpleQueue[tuple[asyncio.AbstractEventLoop, Future, str, int]] = queue.SimpleQueue()
        self._threads = 0
        self._health: asyncio.Task[bool] | None = None
        self._health_at = 0.0

    async def resolve(self, host: str, port: int, watch: Stopwatch) -> list[Address]:
        """Addresses of a name in the order the system prefers; an IP address is its own answer and takes no DNS.

        Raises:
            NotPassedError: the name does not resolve, or the prober cannot tell.
        """
        literal = literal_address(host, port)
        if literal is not None:
            return [literal]
        watch.begin("dns")
        watch.on_dns_timeout = self._blame_for_silence
        found = await self._lookup(host, port)
        watch.end()
        if isinstance(found, OSError):
            raise await self._blame(found)
        return found

    async def _lookup(self, host: str, port: int) -> Found:
        loop = asyncio.get_running_loop()
        future = self._pending.get((host, port))
        if future is None:
            if len(self._pending) >= self._max_threads:
                raise fault("prober_overloaded", f"{self._max_threads} DNS lookups are under way already")
            future = self._pending[host, port] = loop.create_future()
            future.add_done_callback(lambda _: self._pending.pop((host, port), None))
            self._start(loop, future, host, port)
        suspicion = loop.call_later(SUSPICIOUS_AFTER_S, self._check_health)
        try:
            return await asyncio.shield(future)
        finally:
            suspicion.cancel()

    def _start(self, loop: asyncio.AbstractEventLoop, future: Future, host: str, port: int) -> None:
        if self._threads < min(len(self._pending), self._max_threads):
            self._threads += 1
            threading.Thread(target=_serve, args=(self._work,), name="dns", daemon=True).start()
        self._work.put((loop, future, host, port))

    async def _blame(self, error: OSError) -> NotPassedError:
        """Whose fault a failed lookup is."""
        ours = shortage()
        if ours is not None:
            return ours
        if not isinstance(error, socket.gaierror):
            return from_errno(error.errno)
        if error.errno == socket.EAI_MEMORY:
            return from_errno(errno.ENOMEM)
        if error.errno in {socket.EAI_AGAIN, socket.EAI_SYSTEM} and not await asyncio.shield(self._check_health()):
            return _unreachable()
        return fail("dns_failed", str(error.strerror or "the name does not resolve"))

    def _blame_for_silence(self) -> NotPassedError:
        health = self._check_health()
        if health.done() and not health.cancelled() and health.result():
            return fail("dns_failed", "the name's DNS servers do not answer")
        return _unreachable()

    def _check_health(self) -> asyncio.Task[bool]:
        loop = asyncio.get_running_loop()
        if self._health is None or (self._health.done() and loop.time() - self._health_at > HEALTH_LASTS_S):
            self._health_at = loop.time()
            self._health = loop.create_task(nameserver.answers(self._nameservers))
        return self._health


def literal_address(host: str, port: int) -> Address | None:
    """The socket address of an IP address; None for a name."""
    if not is_ip(host):
        return None
    if ":" not in host:
        return socket.AF_INET, (host, port)
    bare, _, zone = host.partition("%")
    scope = 0
    if zone:
        scope = int(zone) if zone.isdigit() else socket.if_nametoindex(zone)
    return socket.AF_INET6, (bare, port, 0, scope)


def _unreachable() -> NotPassedError:
    return fault("resolver_unreachable", "the prober's own DNS resolver does not answer")


def _serve(work: queue.SimpleQueue[tuple[asyncio.AbstractEventLoop, Future, str, int]]) -> None:
    while True:
        loop, future, host, port = work.get()
        found: Found
        try:
            # Bytes: the name is ASCII already, and the codec would open files.
            infos = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
            found = [(family, address) for family, _, _, _, address in infos]
        except OSError as error:
            found = error
        try:
            loop.call_soon_threadsafe(_deliver, future, found)
        except RuntimeError:
            continue  # the loop has been closed; nobody waits any more


def _deliver(future: Future, found: Found) -> None:
    if not future.done():
        future.set_result(found)
