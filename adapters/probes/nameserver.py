"""Is our own DNS resolver alive? Asked only when a lookup failed or hangs, to tell our fault from a target's."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from pathlib import Path

RESOLV_CONF = Path("/etc/resolv.conf")
PATIENCE_S = 1.0
_SERVFAIL = 2
_MIN_ANSWER = 12
# Header (id, recursion desired, one question), then: the root, type NS, class IN. Every working resolver answers it.
_QUESTION = b"\x56\x4c\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + b"\x00\x00\x02\x00\x01"


async def answers(nameservers: list[str] | None = None) -> bool:
    """Whether any name server (by default those of ``/etc/resolv.conf``) gives a usable answer within a second."""
    servers = configured() if nameservers is None else nameservers
    if not servers:
        return False
    asked = [asyncio.ensure_future(_ask(server)) for server in servers]
    try:
        for next_answer in asyncio.as_completed(asked, timeout=PATIENCE_S):
            if await next_answer:
                return True
    except TimeoutError:
        return False
    finally:
        for task in asked:
            task.cancel()
    return False


def configured() -> list[str]:
    """The addresses in ``/etc/resolv.conf``."""
    try:
        lines = RESOLV_CONF.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    words = (line.split() for line in lines)
    return [word[1] for word in words if len(word) > 1 and word[0] == "nameserver"]


async def _ask(server: str) -> bool:
    host, _, port = server.partition("#")
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError):
        # create_datagram_endpoint is too much for one question; a bare socket does on every loop.
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            sock.connect((host, int(port or 53)))
            sock.send(_QUESTION)
            answer = await loop.sock_recv(sock, 512)
            return len(answer) >= _MIN_ANSWER and answer[3] & 0x0F != _SERVFAIL
    return False
