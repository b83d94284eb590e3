"""Opaque cursors: where a list goes on. Signed and bound to the list and its filters, so only our own are followed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from api.access import Access
from api.problems import Problem

_CODE_BYTES = 9


def make_cursor(access: Access, scope: str, place: tuple[Any, ...]) -> str:
    """A cursor for the list named ``scope`` (its filters included), going on after ``place``."""
    payload = msgspec.json.encode(place)
    code = access.sign_cursor(scope.encode() + b"\0" + payload)
    return base64.urlsafe_b64encode(code + payload).rstrip(b"=").decode()


def read_cursor(access: Access, scope: str, cursor: str) -> list[Any]:
    """The place a cursor stands for.

    Raises:
        Problem: it was not made by ``make_cursor`` for this list with these filters.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Problem("bad-cursor") from None
    code, payload = raw[:_CODE_BYTES], raw[_CODE_BYTES:]
    if not payload or access.sign_cursor(scope.encode() + b"\0" + payload) != code:
        raise Problem("bad-cursor")
    return msgspec.json.decode(payload)


def next_link(path: str, query: Mapping[str, Any], **place: object) -> str:
    """The ``Link`` header (RFC 8288) to the next page."""
    kept = {name: value for name, value in query.items() if value is not None and name not in {"cursor", "after"}}
    return f'<{path}?{urlencode({**kept, **place})}>; rel="next"'
