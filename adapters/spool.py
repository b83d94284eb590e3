"""The spool port as two files: an append-only log of length-prefixed, checksummed items, and how much of it is done."""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from struct import Struct

import structlog

_log = structlog.get_logger(__name__)
MAX_BYTES = 256 * 1024 * 1024
_HEAD = Struct("!II")  # length, CRC-32


class FileSpool:
    """Not shared: one process owns the directory. A torn last item, after a crash while writing, is discarded."""

    def __init__(self, directory: Path, *, max_bytes: int = MAX_BYTES) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._max_bytes = max_bytes
        self._done_path = directory / "done"
        self._log = (directory / "log").open("a+b")
        self._done = self._read_done()
        self._offsets = self._scan()

    def __len__(self) -> int:
        return len(self._offsets)

    def put(self, items: Sequence[bytes]) -> int:
        """As ``Spool.put``. A disk that cannot take them counts as full."""
        begin = end = self._log.seek(0, os.SEEK_END)
        fitting: list[bytes] = []
        offsets: list[int] = []
        for item in items:
            if end + _HEAD.size + len(item) > self._max_bytes:
                break
            fitting.append(_HEAD.pack(len(item), zlib.crc32(item)) + item)
            offsets.append(end)
            end += _HEAD.size + len(item)
        try:
            self._log.write(b"".join(fitting))
            self._log.flush()
            os.fsync(self._log.fileno())
        except OSError as error:
            _log.error("spool_unwritable", error=error.strerror)
            self._log.truncate(begin)
            return 0
        self._offsets += offsets
        return len(offsets)

    def peek(self, limit: int) -> list[bytes]:
        """As ``Spool.peek``."""
        return [self._read(offset) or b"" for offset in self._offsets[:limit]]

    def drop(self, count: int) -> None:
        """As ``Spool.drop``."""
        del self._offsets[:count]
        if self._offsets:
            self._write_done(self._offsets[0])
            return
        # Empty: start over. After a crash in between, "done" lies beyond the end, which is read as 0.
        self._log.truncate(0)
        os.fsync(self._log.fileno())
        self._write_done(0)

    def close(self) -> None:
        """As ``Spool.close``."""
        self._log.close()

    def _scan(self) -> list[int]:
        offsets: list[int] = []
        offset, end = self._done, self._log.seek(0, os.SEEK_END)
        while offset < end:
            item = self._read(offset)
            if item is None:
                self._log.truncate(offset)
                break
            offsets.append(offset)
            offset += _HEAD.size + len(item)
        return offsets

    def _read(self, offset: int) -> bytes | None:
        self._log.seek(offset)
        head = self._log.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return None
        length, checksum = _HEAD.unpack(head)
        item = self._log.read(length)
        return item if len(item) == length and zlib.crc32(item) == checksum else None

    def _read_done(self) -> int:
        try:
            done = int(self._done_path.read_text())
        except (FileNotFoundError, ValueError):
            return 0
        return done if done <= self._log.seek(0, os.SEEK_END) else 0

    def _write_done(self, offset: int) -> None:
        self._done = offset
        beside = self._done_path.with_suffix(".new")
        with beside.open("w") as file:
            file.write(str(offset))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._done_path)
