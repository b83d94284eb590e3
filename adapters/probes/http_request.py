"""Writing one HTTP/1.1 request, and where a redirect leads."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote_to_bytes, urljoin

from adapters.probes.faults import fail
from adapters.probes.http_response import Response
from domain.monitoring.targets.http import HttpTarget, parse_url
from domain.refusal import Refused

_REDIRECTS = {301, 302, 303, 307, 308}
_SEE_OTHER = 303
_BECOMES_GET = {301, 302}


class Request(NamedTuple):
    """What is sent to where."""

    target: HttpTarget
    method: str
    headers: Mapping[str, str]
    """The monitor's own, empty once a redirect has left the origin: any of them may be a credential."""
    body: bytes | None
    authorization: str | None

    def encode(self, user_agent: str) -> bytes:
        """The bytes on the wire; the connection is closed after the response."""
        lines = {
            "Host": self.target.authority,
            "User-Agent": user_agent,
            "Accept": "*/*",
            "Accept-Encoding": "gzip, deflate",
            "Connection": "close",
        }
        if self.authorization is not None:
            lines["Authorization"] = self.authorization
        if self.body is not None:
            lines["Content-Length"] = str(len(self.body))
        ours = {name.lower(): name for name in lines}
        for name, value in self.headers.items():
            lines.pop(ours.get(name.lower(), ""), None)
            lines[name] = value
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        start = f"{self.method} {self.target.path} HTTP/1.1\r\n"
        return f"{start}{head}\r\n".encode() + (self.body or b"")


def first_request(target: HttpTarget, method: str, headers: Mapping[str, str], body: str | None) -> Request:
    """The request a monitor asks for; ``user:password@`` in its URL becomes basic authentication."""
    authorization = None
    if target.userinfo is not None:
        credentials = unquote_to_bytes(target.userinfo)
        authorization = "Basic " + base64.b64encode(credentials).decode("ascii")
    return Request(target, method, headers, None if body is None else body.encode(), authorization)


def redirected(request: Request, response: Response) -> Request | None:
    """The request that a redirect asks for; None when the response is to be judged itself.

    Nothing of the monitor's own headers, credentials or body follows a redirect to another scheme, host or port; one
    that would have to carry the body there (307, 308) is not followed.

    Raises:
        NotPassedError: it leads to something that cannot be asked.
    """
    location = response.headers.get(b"location")
    if response.status not in _REDIRECTS or location is None:
        return None
    try:
        url = urljoin(request.target.url, location.decode("utf-8", errors="replace").strip().replace(" ", "%20"))
        target = parse_url(url)
    except (Refused, ValueError):
        raise fail(
            "protocol_error", f"status {response.status} redirects to an address that cannot be probed"
        ) from None
    method, body = request.method, request.body
    if response.status == _SEE_OTHER or (response.status in _BECOMES_GET and method == "POST"):
        method, body = ("HEAD" if method == "HEAD" else "GET"), None
    if target.origin == request.target.origin:
        return Request(target, method, request.headers, body, request.authorization)
    if body is not None:
        return None
    return Request(target, method, {}, None, None)
