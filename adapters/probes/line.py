"""One connection of one probe: a non-blocking socket, its TLS, and waiting for it on the event loop.

Bare sockets rather than transports: measured cheapest (docs/decisions), every phase is exact, and a lack of file
descriptors shows as what it is.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Any, Self, TypeVar

from adapters.probes.faults import NotRoutedError, fault

ResultT = TypeVar("ResultT")
Address = tuple[socket.AddressFamily, Any]
"""Family and socket address, as ``socket.connect`` takes it."""
READ_SIZE = 65_536
HEAD_START_S = 0.25
"""RFC 8305, section 5: how long one address may try alone before the next joins in."""
_PENDING = (errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY)
_NOT_ROUTED = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EAFNOSUPPORT)


class Line:
    """An open connection; close it however the probe ends."""

    __slots__ = ("_fresh", "_loop", "_sock")

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._fresh = True

    @classmethod
    async def open(cls, addresses: Sequence[Address]) -> Self:
        """Connect to the first address that answers.

        Raises:
            OSError: none answered; the error of the last one tried.
            NotPassedError: this machine has no route to any of them.
        """
        try:
            if len(addresses) == 1:
                return cls(await _connect(addresses[0]))
            return cls(await _connect_any(addresses))
        except NotRoutedError:
            raise fault("network_unreachable", "the prober's machine has no route to the target") from None

    async def start_tls(self, context: ssl.SSLContext, server_name: str) -> None:
        """Shake hands. Raises ``ssl.SSLError`` or ``OSError``."""
        # Assigned before the handshake: from here on the wrapper owns the descriptor.
        wrapped = context.wrap_socket(self._sock, server_hostname=server_name, do_handshake_on_connect=False)
        self._sock = wrapped
        await self._when_possible(wrapped.do_handshake)
        self._fresh = False

    async def send(self, data: bytes) -> None:
        """Send all of it. Raises ``OSError``."""
        sent = await self._when_possible(lambda: self._sock.send(data))
        while sent < len(data):
            data = data[sent:]
            sent = await self._when_possible(lambda rest=data: self._sock.send(rest))

    async def receive(self) -> bytes:
        """Up to 64 KiB, as soon as there is something; empty at the end. Raises ``OSError``."""
        if self._fresh:
            # Nothing can have arrived yet: spare the first fruitless read.
            self._fresh = False
            await ready(self._loop, self._sock.fileno(), writing=False)
        return await self._when_possible(lambda: self._sock.recv(READ_SIZE))

    def close(self) -> None:
        """Close at once, unread data or not."""
        self._sock.close()

    async def _when_possible(self, operation: Callable[[], ResultT]) -> ResultT:
        while True:
            try:
                return operation()
            except (BlockingIOError, ssl.SSLWantReadError):
                writing = False
            except ssl.SSLWantWriteError:
                writing = True
            await ready(self._loop, self._sock.fileno(), writing=writing)


async def _connect(address: Address) -> socket.socket:
    family, target = address
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        await _connected(sock, target)
    except BaseException:
        sock.close()
        raise
    return sock


async def _connected(sock: socket.socket, target: Any) -> None:
    number = sock.connect_ex(target)
    if number in _NOT_ROUTED:
        raise NotRoutedError
    if number in _PENDING:
        await ready(asyncio.get_running_loop(), sock.fileno(), writing=True)
        number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if number:
        raise OSError(number, "connect")


async def _connect_any(addresses: Sequence[Address]) -> socket.socket:
    """Start with the first address and let the next join every quarter of a second, or as soon as one has failed."""
    waiting = list(addresses)
    trying: set[asyncio.Task[socket.socket]] = set()
    problem: Exception | None = None
    try:
        while waiting or trying:
            if waiting:
                trying.add(asyncio.ensure_future(_connect(waiting.pop(0))))
            head_start = HEAD_START_S if waiting else None
            done, _ = await asyncio.wait(trying, timeout=head_start, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if task.exception() is None:
                    trying.discard(task)
                    return task.result()
            for task in done:
                trying.discard(task)
                failed = task.exception()
                # What a target said weighs more than our own lack of a route to its other address.
                if isinstance(failed, Exception) and (problem is None or not isinstance(failed, NotRoutedError)):
                    problem = failed
    finally:
        for task in trying:
            task.add_done_callback(_close_late_winner)
            task.cancel()
    raise problem or NotRoutedError


def _close_late_winner(task: asyncio.Task[socket.socket]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()


async def ready(loop: asyncio.AbstractEventLoop, descriptor: int, *, writing: bool) -> None:
    """Return when the descriptor can be written to, or read from."""
    future: asyncio.Future[None] = loop.create_future()
    if writing:
        loop.add_writer(descriptor, _wake, future)
        try:
            await future
        finally:
            loop.remove_writer(descriptor)
    else:
        loop.add_reader(descriptor, _wake, future)
        try:
            await future
        finally:
            loop.remove_reader(descriptor)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
