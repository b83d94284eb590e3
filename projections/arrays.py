"""Columns of changed rows as PostgreSQL arrays in the binary wire format.

Adapting lists item by item costs more than all the folding; here a column is packed at once, and times go from whole
microseconds straight to the wire.
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct
from typing import Any

from psycopg import Connection
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEADER = Struct("!iiIii")
_NULL = b"\xff\xff\xff\xff"
_LONG = Struct("!iq")
_POSTGRES_EPOCH = 946_684_800_000_000
"""1 January 2000 in microseconds since 1970 UTC: where timestamptz begins."""


class Array(bytes):
    """The payload of one array parameter."""


class Texts(Array):
    """``text[]``"""


class Longs(Array):
    """``bigint[]``"""


class Times(Array):
    """``timestamptz[]``"""


class Flags(Array):
    """``boolean[]``"""


class Blobs(Array):
    """``bytea[]``"""


_TYPES: dict[type[Array], tuple[int, int]] = {
    Texts: (25, 1009),
    Longs: (20, 1016),
    Times: (1184, 1185),
    Flags: (16, 1000),
    Blobs: (17, 1001),
}
"""The OIDs of the element and of the array."""


def texts(values: Iterable[str | None]) -> Texts:
    """``text[]``"""
    known: dict[str | None, bytes] = {None: _NULL}
    items: list[bytes] = []
    for value in values:
        item = known.get(value)
        if item is None:
            data = value.encode() if value is not None else b""
            item = known[value] = len(data).to_bytes(4, "big") + data
        items.append(item)
    return Texts(_join(25, items))


def longs(values: Iterable[int]) -> Longs:
    """``bigint[]``"""
    pack = _LONG.pack
    return Longs(_join(20, [pack(8, value) for value in values]))


def times(values: Iterable[int | None]) -> Times:
    """``timestamptz[]`` of microseconds since 1970 UTC."""
    pack = _LONG.pack
    return Times(_join(1184, [_NULL if value is None else pack(8, value - _POSTGRES_EPOCH) for value in values]))


def flags(values: Iterable[bool]) -> Flags:
    """``boolean[]``"""
    return Flags(_join(16, [b"\x00\x00\x00\x01\x01" if value else b"\x00\x00\x00\x01\x00" for value in values]))


def blobs(values: Iterable[bytes]) -> Blobs:
    """``bytea[]``"""
    return Blobs(_join(17, [len(value).to_bytes(4, "big") + value for value in values]))


def register(connection: Connection[Any]) -> None:
    """Teach a connection to send these arrays as they are."""
    for kind, (_, oid) in _TYPES.items():
        connection.adapters.register_dumper(kind, type(f"{kind.__name__}Dumper", (_ArrayDumper,), {"oid": oid}))


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Array) -> bytes:
        return bytes(obj)


def _join(element: int, items: list[bytes]) -> bytes:
    if not items:
        return _HEADER.pack(0, 0, element, 0, 0)[:12]
    # One dimension, "may hold NULLs", element type, length, first index.
    return b"".join((_HEADER.pack(1, 1, element, len(items), 1), *items))
