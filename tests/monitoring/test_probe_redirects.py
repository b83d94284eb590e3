"""Where an HTTP probe follows, and what never follows it."""

from __future__ import annotations

import pytest

from tests.monitoring.servers import OK, answering, response, serving
from tests.monitoring.watching import look

SECRETS = {"userinfo": "me:secret", "header:x-token": "secret", "body": "secret"}
EXPECT = {"headers": {"X-Token": "***"}}


def to(location: str, status: str = "302 Found") -> bytes:
    return response(b"", f"Location: {location}", status=status)


async def test_a_redirect_is_followed_and_its_time_counts():
    async with serving(answering(OK)) as there, serving(answering(to(f"http://127.0.0.1:{there}/x"))) as here:
        seen = await look("http", f"http://127.0.0.1:{here}/")
    assert (seen.finding, seen.status_code) == ("pass", 200)
    assert seen.total_ms is not None
    assert seen.phases is not None
    assert seen.total_ms + 0.2 >= (seen.phases.connect_ms or 0) + (seen.phases.first_byte_ms or 0)


async def test_a_redirect_is_not_followed_when_that_is_not_wanted():
    async with serving(answering(to("http://127.0.0.1:1/"))) as port:
        seen = await look("http", f"http://127.0.0.1:{port}/", {"follow_redirects": False, "status": 302})
    assert (seen.finding, seen.status_code) == ("pass", 302)


async def test_a_circle_of_redirects_ends():
    requests: list[bytes] = []
    async with serving(answering(to("/again"), requests=requests)) as port:
        seen = await look("http", f"http://127.0.0.1:{port}/")
    assert (seen.finding, seen.reason) == ("fail", "too_many_redirects")
    assert len(requests) == 11


async def test_credentials_stay_within_their_origin():
    there_got: list[bytes] = []
    async with (
        serving(answering(OK, requests=there_got)) as there,
        serving(answering(to(f"http://other:pw@127.0.0.1:{there}/x"))) as here,
    ):
        seen = await look("http", f"http://***@127.0.0.1:{here}/", EXPECT, secrets=SECRETS)
    assert seen.finding == "pass"
    assert b"secret" not in there_got[0]
    assert b"Authorization" not in there_got[0]
    assert b"X-Token" not in there_got[0]


async def test_credentials_follow_a_redirect_within_the_origin():
    requests: list[bytes] = []

    async def handle(reader, writer):
        requests.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(to("../b") if b"GET /a/" in requests[-1] else OK)

    async with serving(handle) as port:
        seen = await look("http", f"http://***@127.0.0.1:{port}/a/", EXPECT, secrets=SECRETS)
    assert seen.finding == "pass"
    assert requests[1].startswith(b"GET /b HTTP/1.1")
    assert b"X-Token: secret" in requests[1]
    assert b"Authorization: Basic" in requests[1]


@pytest.mark.parametrize(
    ("status", "method"),
    [
        ("301 Moved", b"GET"),
        ("302 Found", b"GET"),
        ("303 See Other", b"GET"),
        ("307 Again", b"POST"),
        ("308 Ever", b"POST"),
    ],
)
async def test_the_method_after_a_redirect_is_that_of_the_standard(status, method):
    requests: list[bytes] = []

    async def handle(reader, writer):
        requests.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK if b" /b " in requests[-1] else to("/b", status))

    async with serving(handle) as port:
        await look("http", f"http://127.0.0.1:{port}/a", {"method": "POST", "body": "***"}, secrets=SECRETS)
    assert requests[1].startswith(method + b" /b ")


async def test_a_body_is_not_carried_to_another_origin():
    there_got: list[bytes] = []
    async with (
        serving(answering(OK, requests=there_got)) as there,
        serving(answering(to(f"http://127.0.0.1:{there}/", "307 Again"))) as here,
    ):
        seen = await look("http", f"http://127.0.0.1:{here}/", {"method": "POST", "body": "***"}, secrets=SECRETS)
    assert (seen.finding, seen.detail) == ("fail", "expected 200-299, got 307")
    assert there_got == []


@pytest.mark.parametrize("location", ["ftp://x/", "http://127.0.0.1:99999/", "javascript:alert(1)", "http://[::1"])
async def test_a_redirect_to_nowhere_is_the_targets_fault(location):
    async with serving(answering(to(location))) as port:
        seen = await look("http", f"http://127.0.0.1:{port}/")
    assert (seen.finding, seen.reason) == ("fail", "protocol_error")
    assert location not in (seen.detail or "")
