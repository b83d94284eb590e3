"""Columns of rows as PostgreSQL arrays in the binary wire format.

Adapting lists item by item costs more than all the deciding and folding; here a column is packed at once, and times go
from whole microseconds straight to the wire.
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
_SHORT = Struct("!ih")
_LONG = Struct("!iq")
_UUID_BYTES = 16
_POSTGRES_EPOCH = 946_684_800_000_000
"""1 January 2000 in microseconds since 1970 UTC: where timestamptz begins."""


class Array(bytes):
    """The payload of one array parameter."""


class Texts(Array):
    """``text[]``"""


class Shorts(Array):
    """``smallint[]``"""


class Longs(Array):
    """``bigint[]``"""


class Times(Array):
    """``timestamptz[]``"""


class Flags(Array):
    """``boolean[]``"""


class Blobs(Array):
    """``bytea[]``"""


class Uuids(Array):
    """``uuid[]``"""


_TYPES: dict[type[Array], tuple[int, int]] = {
    Texts: (25, 1009),
    Shorts: (21, 1005),
    Longs: (20, 1016),
    Times: (1184, 1185),
    Flags: (16, 1000),
    Blobs: (17, 1001),
    Uuids: (2950, 2951),
}
"""The OIDs of the element and of the array."""


def texts(values: Iterable[str | None]) -> Texts:
    """``text[]``. Values that repeat within the array are encoded once."""
    known: dict[str | None, bytes] = {None: _NULL}
    items: list[bytes] = []
    for value in values:
        item = known.get(value)
        if item is None:
            item = known[value] = _sized((value or "").encode())
        items.append(item)
    return Texts(_join(25, items))


def encoded_texts(values: Iterable[bytes]) -> Texts:
    """``text[]`` of UTF-8 bytes that rarely repeat."""
    return Texts(_join(25, [_sized(value) for value in values]))


def shorts(values: Iterable[int]) -> Shorts:
    """``smallint[]``"""
    pack = _SHORT.pack
    return Shorts(_join(21, [pack(2, value) for value in values]))


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
    return Blobs(_join(17, [_sized(value) for value in values]))


def uuids(values: Iterable[str]) -> Uuids:
    """``uuid[]`` of UUID texts. Raises ``ValueError`` for a text that is no UUID."""
    items = [bytes.fromhex(value.replace("-", "")) for value in values]
    if any(len(item) != _UUID_BYTES for item in items):
        raise ValueError("A UUID has 32 hexadecimal digits.")
    return Uuids(_join(2950, [_sized(item) for item in items]))


def register(connection: Connection[Any]) -> None:
    """Teach a connection to send these arrays as they are."""
    for kind, (_, oid) in _TYPES.items():
        connection.adapters.register_dumper(kind, type(f"{kind.__name__}Dumper", (_ArrayDumper,), {"oid": oid}))


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Array) -> bytes:
        return bytes(obj)


def _sized(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


def _join(element: int, items: list[bytes]) -> bytes:
    if not items:
        return _HEADER.pack(0, 0, element, 0, 0)[:12]
    # One dimension, "may hold NULLs", element type, length, first index.
    return b"".join((_HEADER.pack(1, 1, element, len(items), 1), *items))
