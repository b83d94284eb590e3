"""What an HTTP probe asks and expects, against real servers."""

from __future__ import annotations

import gzip
import socket
import struct
import zlib

import pytest

from tests.monitoring.servers import OK, answering, dripping, flooding, never_answering, response, serving
from tests.monitoring.watching import closed_port, look


async def test_a_healthy_response_passes_with_its_phases_and_status():
    async with serving(answering(OK)) as port:
        seen = await look("http", f"http://127.0.0.1:{port}/health")
    assert (seen.finding, seen.reason, seen.detail, seen.status_code) == ("pass", None, None, 200)
    assert seen.total_ms is not None
    assert seen.phases is not None
    assert seen.phases.connect_ms is not None
    assert seen.phases.first_byte_ms is not None
    assert seen.phases.dns_ms is None, "an IP address takes no DNS"
    assert seen.phases.tls_ms is None


async def test_a_name_is_resolved_and_the_time_it_took_is_told():
    async with serving(answering(OK)) as port:
        seen = await look("http", f"http://localhost:{port}/")
    assert seen.finding == "pass"
    assert seen.phases is not None
    assert seen.phases.dns_ms is not None


async def test_the_request_is_the_one_that_was_asked_for():
    requests: list[bytes] = []
    expect = {"method": "POST", "headers": {"X-Token": "***", "user-agent": "***"}, "body": "***"}
    secrets = {"userinfo": "me:p%40ss", "header:x-token": "abc", "header:user-agent": "mine", "body": "ping"}
    async with serving(answering(OK, requests=requests)) as port:
        seen = await look("http", f"http://***@127.0.0.1:{port}/a?b=c#d", expect, secrets=secrets)
    assert seen.finding == "pass"
    head, _, body = requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /a?b=c HTTP/1.1"
    assert sorted(lines[1:]) == sorted([
        f"Host: 127.0.0.1:{port}", "Accept: */*", "Accept-Encoding: gzip, deflate", "Connection: close",
        "Authorization: Basic bWU6cEBzcw==", "Content-Length: 4", "X-Token: abc", "user-agent: mine",
    ])  # fmt: skip
    assert body == b"ping"


@pytest.mark.parametrize(
    ("status", "expected", "finding", "detail"),
    [
        ("200 OK", "200-299,301", "pass", None),
        ("301 Moved", "200-299,301", "pass", None),
        ("503 Down", "200-299,301", "fail", "expected 200-299,301, got 503"),
        ("404 None", [404], "pass", None),
        ("200 OK", 204, "fail", "expected 204, got 200"),
    ],
)
async def test_only_the_expected_statuses_pass(status, expected, finding, detail):
    async with serving(answering(response(b"x", status=status))) as port:
        seen = await look("http", f"http://127.0.0.1:{port}/", {"status": expected})
    assert (seen.finding, seen.detail, seen.status_code) == (finding, detail, int(status[:3]))
    assert seen.reason == (None if finding == "pass" else "status_unexpected")


@pytest.mark.parametrize(
    ("body", "expect", "reason"),
    [
        ("all is well", {"keyword": "well"}, None),
        ("all is lost", {"keyword": "well"}, "keyword_missing"),
        ("건강합니다", {"keyword": "건강"}, None),
        ("all is well", {"keyword_absent": "lost"}, None),
        ("all is lost", {"keyword_absent": "lost"}, "keyword_present"),
        ('{"a":{"b":[1,2]}}', {"json": {"path": "$.a.b[1]", "equals": 2}}, None),
        ('{"a":{"b":[1,2]}}', {"json": {"path": "$.a.b[1]", "equals": 2.0}}, None),
        ('{"a":true}', {"json": {"path": "$.a", "equals": 1}}, "json_mismatch"),
        ('{"a":null}', {"json": {"path": "$.a", "equals": None}}, None),
        ('{"a":null}', {"json": {"path": "$.a"}}, None),
        ('{"a":null}', {"json": {"path": "$.b"}}, "json_mismatch"),
        ('[{"s":"up"},{"s":"down"}]', {"json": {"path": "$[*].s", "equals": "up"}}, "json_mismatch"),
        ("not json", {"json": {"path": "$.a"}}, "json_mismatch"),
        ("[" * 100_000, {"json": {"path": "$.a"}}, "json_mismatch"),
    ],
)
async def test_the_body_is_held_against_what_is_expected(body, expect, reason):
    async with serving(answering(response(body.encode()))) as port:
        seen = await look("http", f"http://127.0.0.1:{port}/", expect)
    assert seen.reason == reason
    assert seen.finding == ("pass" if reason is None else "fail")


async def test_a_keyword_is_looked_for_in_the_charset_of_the_page():
    page = response("안녕하세요".encode("euc-kr"), "Content-Type: text/html; charset=EUC-KR")
    async with serving(answering(page)) as port:
        assert (await look("http", f"http://127.0.0.1:{port}/", {"keyword": "안녕"})).finding == "pass"


def _raw_deflate(data: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(data) + engine.flush()


@pytest.mark.parametrize(
    ("encoding", "body", "reason"),
    [
        ("gzip", gzip.compress(b"all is well"), None),
        ("gzip", gzip.compress(b"all is ") + gzip.compress(b"well"), None),
        ("deflate", zlib.compress(b"all is well"), None),
        ("deflate", _raw_deflate(b"all is well"), None),
        ("gzip", gzip.compress(b"all is well")[:-9], "protocol_error"),
        ("gzip", b"this is no gzip", "protocol_error"),
        ("br", b"whatever", "protocol_error"),
        ("gzip", gzip.compress(b"\0" * 50_000_000), "body_too_large"),
    ],
    ids=["gzip", "two gzip members", "deflate", "bare deflate", "cut off", "no gzip", "not asked for", "bomb"],
)
async def test_compressed_bodies_are_read_within_bounds(encoding, body, reason):
    async with serving(answering(response(body, f"Content-Encoding: {encoding}"))) as port:
        seen = await look("http", f"http://127.0.0.1:{port}/", {"keyword": "all is well"})
    assert seen.reason == reason


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
UPGRADE = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
WIRE = {
    "chunked": (CHUNKED + b"3\r\nall\r\n5;x=y\r\n well\r\n0\r\nT: x\r\n\r\n", {"keyword": "all well"}, None),
    "read until close": (b"HTTP/1.0 200 OK\r\n\r\nread me to the end", {"keyword": "the end"}, None),
    "bare line feeds": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", {"keyword": "hi"}, None),
    "interim responses": (b"HTTP/1.1 100 Continue\r\n\r\n" + EARLY_HINTS + OK, {"keyword": "hello"}, None),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", {}, None),
    "304": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", {"status": 304}, None),
    "HEAD": (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", {"method": "HEAD"}, None),
    "upgrade": (UPGRADE, {}, "status_unexpected"),
    "nothing": (b"", {}, "connection_closed"),
    "half a head": (b"HTTP/1.1 200 OK\r\nConte", {}, "connection_closed"),
    "half a body": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", {}, "connection_closed"),
    "half a chunk": (CHUNKED + b"5\r\nhel", {}, "connection_closed"),
    "SSH": (b"SSH-2.0-OpenSSH_9.2\r\n", {}, "protocol_error"),
    "TLS": (b"\x15\x03\x01\x00\x02\x02\x16", {}, "protocol_error"),
    "bad length": (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", {}, "protocol_error"),
    "bad chunk": (CHUNKED + b"zz\r\n", {}, "protocol_error"),
}


@pytest.mark.parametrize(("wire", "expect", "reason"), WIRE.values(), ids=WIRE)
async def test_whatever_comes_back_gets_its_reason(wire, expect, reason):
    async with serving(answering(wire)) as port:
        seen = await look("http", f"http://127.0.0.1:{port}/", expect)
    assert (seen.finding, seen.reason) == ("pass" if reason is None else "fail", reason)


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n" * 100),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x" * 1000),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x" * 1000),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"T: trailer\r\n" * 100),
    ],
    ids=["endless headers", "one endless header", "endless interim responses", "endless chunk extension", "trailers"],
)
async def test_a_response_that_never_gets_to_its_point_is_cut_off(head, piece):
    async with serving(flooding(head, piece)) as port:
        seen = await look("http", f"http://127.0.0.1:{port}/")
    assert (seen.finding, seen.reason) == ("fail", "protocol_error")


@pytest.mark.parametrize(
    ("expect", "reason"),
    [
        ({}, None),
        ({"keyword": "xxx"}, None),
        ({"keyword": "never"}, "body_too_large"),
        ({"keyword_absent": "never"}, "body_too_large"),
        ({"json": {"path": "$.a"}}, "body_too_large"),
    ],
)
async def test_reading_stops_at_the_cap_and_only_an_assertion_that_needs_more_fails(expect, reason):
    async with serving(flooding(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 10_000)) as port:
        seen = await look("http", f"http://127.0.0.1:{port}/", expect | {"max_body_bytes": 50_000})
    assert seen.reason == reason


@pytest.mark.parametrize(
    ("handler", "waited_for"), [(never_answering, "first byte of an answer"), (dripping, "end of the answer")]
)
async def test_the_deadline_holds_for_the_whole_exchange(handler, waited_for):
    async with serving(handler) as port:
        seen = await look("http", f"http://127.0.0.1:{port}/", timeout_s=0.3)
    assert (seen.finding, seen.reason, seen.total_ms) == ("fail", "timeout", None)
    assert seen.detail == f"no {waited_for} within 0.3 s"
    assert seen.phases is not None
    assert seen.phases.connect_ms is not None, "what was measured before is kept"


async def test_a_closed_port_is_a_refused_connection():
    seen = await look("http", f"http://127.0.0.1:{closed_port()}/")
    assert (seen.finding, seen.reason) == ("fail", "connection_refused")


async def test_a_reset_is_told_from_a_close():
    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async with serving(handle) as port:
        seen = await look("http", f"http://127.0.0.1:{port}/")
    assert (seen.finding, seen.reason) == ("fail", "connection_reset")


@pytest.mark.parametrize("charset", ["punycode", "idna", "undefined", "x" * 60_000])
async def test_a_page_in_no_charset_of_the_web_is_read_as_utf_8(charset: str):
    # punycode takes quadratic time in Python; the next two cannot replace what does not fit.
    page = response("정상 ".encode() + b"-a9" * 100_000, f"Content-Type: text/html; charset={charset}")
    async with serving(answering(page)) as port:
        seen = await look("http", f"http://127.0.0.1:{port}/", {"keyword": "정상"})
    assert (seen.finding, seen.reason) == ("pass", None)


async def test_a_keyword_is_found_in_windows_949():
    page = response("안녕하세요".encode("cp949"), "Content-Type: text/html; charset=windows-949")
    async with serving(answering(page)) as port:
        assert (await look("http", f"http://127.0.0.1:{port}/", {"keyword": "안녕"})).finding == "pass"


async def test_a_gzip_body_of_countless_members_is_not_worth_the_time():
    page = response(gzip.compress(b"") * 20_000 + gzip.compress(b"found"), "Content-Encoding: gzip")
    async with serving(answering(page)) as port:
        seen = await look("http", f"http://127.0.0.1:{port}/", {"keyword": "found"})
    assert (seen.finding, seen.reason) == ("fail", "protocol_error")
