"""Whose fault was it? From what the operating system, TLS or DNS said to a finding, a reason and a detail.

The rule: ``fail`` needs evidence against the target; whatever this machine could have caused is ``error``.

- Out of descriptors, buffers, memory or local ports: ours (``prober_overloaded``).
- The kernel refuses to route **before** a packet leaves (``connect`` itself returns ENETUNREACH, EHOSTUNREACH or
  ENETDOWN): our network or our lack of IPv6 (``network_unreachable``).
- The same told **later**, by a router or the neighbour that does not answer: the target's (``host_unreachable``).
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
from typing import Final

from application.ports.probe import Finding

MAX_DETAIL = 200
_OURS: Final = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL, errno.EAGAIN}
_TARGETS: Final = {
    errno.ECONNREFUSED: "connection_refused",
    errno.ECONNRESET: "connection_reset",
    errno.ECONNABORTED: "connection_reset",
    errno.EPIPE: "connection_reset",
    errno.ETIMEDOUT: "timeout",
    errno.EHOSTUNREACH: "host_unreachable",
    errno.ENETUNREACH: "host_unreachable",
    errno.EHOSTDOWN: "host_unreachable",
    # A Unix socket that is not there: nobody listens.
    errno.ENOENT: "connection_refused",
}
KNOWN_ERRNOS: Final = (*_OURS, *_TARGETS, errno.ENETDOWN, errno.EACCES, errno.EPERM)


class NotPassedError(Exception):
    """A probe has its answer, and it is not ``pass``."""

    def __init__(self, finding: Finding, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.finding: Finding = finding
        self.reason = reason
        self.detail = sanitize(detail)


def fail(reason: str, detail: str) -> NotPassedError:
    """The target's fault."""
    return NotPassedError("fail", reason, detail)


def fault(reason: str, detail: str) -> NotPassedError:
    """Our own fault."""
    return NotPassedError("error", reason, detail)


class NotRoutedError(Exception):
    """The kernel refused to route to this address before any packet left."""


def from_os_error(error: OSError) -> NotPassedError:
    """The verdict on an error of the socket layer."""
    return from_errno(error.errno)


def from_errno(number: int | None) -> NotPassedError:
    """The verdict on an ``errno``; an unknown one is never held against the target."""
    what = os.strerror(number) if number else "unknown error of the operating system"
    if number in _OURS:
        return fault("prober_overloaded", f"the prober ran out of a resource: {what}")
    if number == errno.ENETDOWN:
        return fault("network_unreachable", f"the prober's own network is down: {what}")
    reason = _TARGETS.get(number or 0)
    if reason is None:
        return fault("prober_fault", f"the prober's machine said: {what}")
    return fail(reason, what)


def shortage() -> NotPassedError | None:
    """Our own lack of descriptors, found by trying: glibc and libpq report it as an unknown name or not at all."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
    except OSError as error:
        return from_os_error(error)
    return None


def from_tls_error(error: ssl.SSLError) -> NotPassedError:
    """The verdict on a TLS error: a certificate that is not trusted, or a handshake that failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return fail("tls_invalid", error.verify_message or "the certificate is not trusted")
    return fail("tls_failed", (error.reason or "the TLS handshake failed").replace("_", " ").lower())


def sanitize(detail: str) -> str:
    """At most 200 printable characters on one line."""
    return "".join(c if c.isprintable() else " " for c in detail[: 2 * MAX_DETAIL]).strip()[:MAX_DETAIL]
