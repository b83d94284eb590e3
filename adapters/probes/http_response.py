"""Reading one HTTP/1.x response with llhttp (httptools), bounded in every direction."""

from __future__ import annotations

import re
import zlib

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from adapters.probes.faults import fail

MAX_HEAD = 65_536
"""Bytes of status lines and headers, interim (1xx) responses included."""
_CHARSETS = re.compile(
    r"utf-?8|utf-?16([lb]e)?|utf-?32([lb]e)?|(us-)?ascii|iso-?8859-(?:[1-9]|1[013-6])|latin-?1|windows-125[0-8]|cp125[0-8]"
    r"|koi8-[ru]|euc-(?:kr|jp)|(?:ms|cp|windows-)949|ks_c_5601-1987|johab|s(?:hift)?[_-]?jis|iso-2022-(?:jp|kr)|gbk|gb2312"
    r"|gb18030|big5(?:-hkscs)?|tis-620|macintosh",
    re.ASCII,
)
_MAX_MEMBERS = 1_000
"""Of one gzip body: each costs a copy of what follows it."""
_FIRST_FINAL = 200
_SWITCHING = 101


class Response:
    """Feed it what arrives until ``finished``."""

    def __init__(self, *, head_only: bool, max_body: int) -> None:
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        """Lower-case names; the last of several wins."""
        self.finished = False
        self.truncated = False
        """The body is longer than ``max_body``; what fits is kept."""
        self._head_only = head_only
        self._room = max_body
        self._body: list[bytes] = []
        self._in_body = False
        self._may_still_come = MAX_HEAD
        self._parser = HttpResponseParser(self)
        # Browsers and Go accept a bare line feed; a monitor that does not would report downtime nobody else sees.
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True)

    def feed(self, data: bytes) -> None:
        """Raises ``NotPassedError`` when it is no HTTP, or too much of it."""
        self._may_still_come -= len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self.status = self._parser.get_status_code()
            self.finished = True
        except HttpParserError as error:
            if not self.finished:
                raise fail("protocol_error", f"not a valid HTTP response: {error}") from None
        if self._may_still_come < 0 and not self.finished:
            raise fail("protocol_error", "the response never gets to its point: too many headers or chunk extensions")

    def end(self) -> None:
        """The connection was closed. Raises ``NotPassedError`` when the response was not complete."""
        if self.finished:
            return
        if not self._in_body:
            raise fail("connection_closed", "the connection was closed before a response")
        if b"content-length" in self.headers or b"transfer-encoding" in self.headers:
            raise fail("connection_closed", "the connection was closed in the middle of the body")
        self.finished = True

    def on_message_begin(self) -> None:
        self.headers.clear()
        self._in_body = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        if self.status >= _FIRST_FINAL:
            self._in_body = True
            # Framing costs at most as much again as the body itself: one-byte chunks are not worth reading on.
            self._may_still_come += 8 * self._room
            if self._head_only:
                self.finished = True

    def on_body(self, piece: bytes) -> None:
        if self.finished:
            return
        if len(piece) > self._room:
            piece = piece[: self._room]
            self.truncated = self.finished = True
        self._room -= len(piece)
        self._body.append(piece)

    def on_message_complete(self) -> None:
        if self.status >= _FIRST_FINAL or self.status == _SWITCHING:
            self.finished = True

    def decoded(self, max_size: int) -> tuple[bytes, bool]:
        """The body without its content encoding, at most ``max_size`` bytes, and whether that is all of it.

        Raises:
            NotPassedError: the encoding is broken, or one that was not asked for.
        """
        body = b"".join(self._body)
        encoding = self.headers.get(b"content-encoding", b"identity").strip().lower()
        if encoding in {b"identity", b""}:
            return body, not self.truncated
        if encoding not in {b"gzip", b"x-gzip", b"deflate"}:
            raise fail("protocol_error", f"the content encoding {encoding[:20]!r} was not asked for")
        try:
            return _inflate(body, max_size, complete=not self.truncated)
        except zlib.error:
            raise fail("protocol_error", f"the {encoding.decode()} body cannot be decompressed") from None

    def text(self, body: bytes) -> str:
        """The body as text, by the charset it declares, else UTF-8; what does not fit is replaced."""
        kind = self.headers.get(b"content-type", b"").decode("latin-1").lower()
        _, _, charset = kind.partition("charset=")
        return body.decode(_codec(charset.split(";")[0].strip("\"' ")), errors="replace")


def _codec(charset: str) -> str:
    """The codec for a charset that the web uses, else UTF-8.

    Not whatever Python knows: punycode takes quadratic time, others are no charsets or cannot replace what does not
    fit, and every unknown name would be remembered for ever.
    """
    return charset.replace("windows-949", "cp949") if _CHARSETS.fullmatch(charset) else "utf-8"


def _inflate(data: bytes, max_size: int, *, complete: bool) -> tuple[bytes, bool]:
    """zlib, gzip (several members) or, as some servers send for ``deflate``, a bare stream."""
    out: list[bytes] = []
    room = max_size
    members = 0
    while data:
        members += 1
        if members > _MAX_MEMBERS:
            raise zlib.error("too many members")
        try:
            engine = zlib.decompressobj(wbits=47)
            out.append(engine.decompress(data, room))
        except zlib.error:
            if out:
                raise
            engine = zlib.decompressobj(wbits=-15)
            out.append(engine.decompress(data, room))
        room -= len(out[-1])
        if engine.unconsumed_tail or (room <= 0 and not engine.eof):
            return b"".join(out), False
        if not engine.eof:
            if complete:
                raise zlib.error("incomplete")
            return b"".join(out), False
        data = engine.unused_data
        if room <= 0:
            return b"".join(out), not data
    return b"".join(out), complete
