"""TLS contexts: expensive to make (every root certificate is parsed), so there is one per setting."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path

import certifi


@cache
def client_context(*, verify: bool, ca_file: str | None = None, alpn: str | None = None) -> ssl.SSLContext:
    """A client context with the system's trust, or that of ``ca_file``; with neither, Mozilla's as shipped by certifi.

    A machine without root certificates must not make every target look invalid.
    """
    context = ssl.create_default_context(cafile=ca_file)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif ca_file is None and not _has_trust(context):
        context.load_verify_locations(certifi.where())
    if alpn is not None:
        context.set_alpn_protocols([alpn])
    return context


def _has_trust(context: ssl.SSLContext) -> bool:
    if context.cert_store_stats()["x509_ca"]:
        return True
    folder = ssl.get_default_verify_paths().capath
    return bool(folder) and any(Path(folder).iterdir())
