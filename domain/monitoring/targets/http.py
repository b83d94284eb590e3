"""The ``http`` kind: which URLs may be probed and what may be expected of the response."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from domain.monitoring.targets import jsonpaths
from domain.monitoring.targets.address import check_text, convert_expect, split_host_port
from domain.refusal import Refused

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_BODY_BYTES = 1 << 20
MAX_HEADERS = 50
MAX_HEADER_VALUE = 8_000
MAX_KEYWORD = 1_000
MAX_REQUEST_BODY = 100_000
MAX_STATUSES = 50
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_OURS = {"connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer", "expect", "accept-encoding"}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}", re.ASCII)
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<path>[^#]*)")
_STATUS = re.compile(r"([1-5][0-9][0-9])(?:-([1-5][0-9][0-9]))?", re.ASCII)
StatusRanges = tuple[tuple[int, int], ...]


class HttpTarget(msgspec.Struct, frozen=True):
    """An HTTP URL taken apart."""

    scheme: str
    host: str
    port: int
    path: str
    """Origin form, query included, percent-encoded; starts with ``/``."""
    userinfo: str | None = None
    """``user:password`` as written in the URL, still percent-encoded."""

    @property
    def origin(self) -> tuple[str, str, int]:
        """Headers and credentials stay within one origin."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """Value of the ``Host`` header: no credentials, no default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL without credentials in front of its host."""
        return f"{self.scheme}://{self.authority}{self.path}"


class JsonExpect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At least one node must match ``path``; when ``equals`` is given, every match must equal it."""

    path: str
    equals: Any = msgspec.UNSET


class HttpExpect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to ask and what to expect."""

    method: str = "GET"
    headers: dict[str, str] = {}
    body: str | None = None
    follow_redirects: bool = True
    status: int | str | list[int | str] = "200-299"
    keyword: str | None = None
    """Text that must be in the decoded body; case matters."""
    keyword_absent: str | None = None
    json: JsonExpect | None = None
    verify_tls: bool = True
    max_body_bytes: int = MAX_BODY_BYTES
    """Reading stops here, 1 to 1048576; also the cap of the decompressed body."""

    @property
    def needs_body(self) -> bool:
        """Whether an assertion looks into the body."""
        return self.keyword is not None or self.keyword_absent is not None or self.json is not None


def check(target: str, expect: Mapping[str, Any]) -> None:
    """Raises ``Refused`` unless both can be probed."""
    parse_url(target)
    parse_expect(expect)


def parse_url(url: str) -> HttpTarget:
    """The URL taken apart; fragments are dropped, non-ASCII characters percent-encoded.

    Raises:
        Refused: not an http or https URL, or its host or port is impossible.
    """
    match = _URL.match(check_text(url))
    if match is None:
        raise Refused("Write the target as a whole URL, such as https://example.org/health.", "target")
    scheme = match["scheme"].lower()
    if scheme not in DEFAULT_PORTS:
        raise Refused(f"The scheme {scheme[:20]!r} cannot be probed over HTTP: use http or https.", "target")
    userinfo, at, authority = match["authority"].rpartition("@")
    host, port = split_host_port(authority)
    path = quote(match["path"], safe="/?%:@!$&'()*+,;=~[]|^`{}\\\"<>-._")
    return HttpTarget(
        scheme=scheme,
        host=host,
        port=port or DEFAULT_PORTS[scheme],
        path=path if path.startswith("/") else f"/{path}",
        userinfo=userinfo if at else None,
    )


def parse_expect(expect: Mapping[str, Any]) -> HttpExpect:
    """The expectations, typed and checked. Raises ``Refused``."""
    parsed = convert_expect(expect, HttpExpect)
    if parsed.method not in _METHODS:
        raise Refused(f"expect.method {parsed.method[:20]!r} is not one of {', '.join(_METHODS)}.", "expect")
    _check_headers(parsed.headers)
    if parsed.body is not None and len(parsed.body) > MAX_REQUEST_BODY:
        raise Refused(f"expect.body is longer than {MAX_REQUEST_BODY} characters.", "expect")
    if parsed.body is not None and parsed.method in {"GET", "HEAD"}:
        raise Refused(f"A {parsed.method} request carries no body: set expect.method to POST, say.", "expect")
    parse_status(parsed.status)
    for name, text in (("keyword", parsed.keyword), ("keyword_absent", parsed.keyword_absent)):
        if text is not None and not 1 <= len(text) <= MAX_KEYWORD:
            raise Refused(f"expect.{name} must have 1 to {MAX_KEYWORD} characters.", "expect")
    if parsed.json is not None:
        jsonpaths.compile_path(parsed.json.path)
    if parsed.needs_body and parsed.method == "HEAD":
        raise Refused("A HEAD response has no body: use GET to look for a keyword or a JSON value.", "expect")
    if not 1 <= parsed.max_body_bytes <= MAX_BODY_BYTES:
        raise Refused(f"expect.max_body_bytes must be between 1 and {MAX_BODY_BYTES}.", "expect")
    return parsed


def parse_status(status: int | str | list[int | str]) -> StatusRanges:
    """``"200-299,301"`` or ``[200, "300-302"]`` as inclusive ranges. Raises ``Refused``."""
    items = status if isinstance(status, list) else [status]
    ranges: list[tuple[int, int]] = []
    for item in (part.strip() for entry in items for part in str(entry).split(",")):
        match = _STATUS.fullmatch(item)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if first > last:
            raise Refused(f'expect.status {item[:20]!r} is not a status or range, such as "200-299,301".', "expect")
        ranges.append((first, last))
    if not 1 <= len(ranges) <= MAX_STATUSES:
        raise Refused('expect.status needs 1 to 50 statuses or ranges, such as "200-299,301".', "expect")
    return tuple(ranges)


def _check_headers(headers: Mapping[str, str]) -> None:
    if len(headers) > MAX_HEADERS:
        raise Refused(f"expect.headers holds more than {MAX_HEADERS} headers.", "expect")
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            raise Refused(f"expect.headers: {name[:40]!r} is not a header name.", "expect")
        if name.lower() in _OURS:
            raise Refused(f"expect.headers: {name} is set by the prober itself; leave it out.", "expect")
        if len(value) > MAX_HEADER_VALUE or any(c in "\r\n\0" for c in value):
            # The value may be a secret: it is not repeated.
            raise Refused(f"expect.headers: the value of {name} is too long or holds a line break.", "expect")
    if len({name.lower() for name in headers}) != len(headers):
        raise Refused("expect.headers names the same header twice; header names ignore case.", "expect")
