"""Certificates and handshakes, with an authority of our own."""

from __future__ import annotations

import pytest

from tests.monitoring.servers import OK, Certificates, answering, make_certificates, never_answering, serving
from tests.monitoring.watching import look


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("tls"))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_a_trusted_certificate_passes_and_the_handshake_is_timed(certificates, host):
    async with serving(answering(OK), tls=certificates.trusted) as port:
        seen = await look("http", f"https://{host}:{port}/", ca_file=certificates.ca_file)
    assert seen.finding == "pass"
    assert seen.phases is not None
    assert seen.phases.tls_ms is not None


@pytest.mark.parametrize("which", ["expired", "self_signed", "other_name"])
async def test_an_untrusted_certificate_fails_unless_verification_is_off(certificates, which):
    async with serving(answering(OK), tls=getattr(certificates, which)) as port:
        url = f"https://localhost:{port}/"
        strict = await look("http", url, ca_file=certificates.ca_file)
        lax = await look("http", url, {"verify_tls": False}, ca_file=certificates.ca_file)
    assert (strict.finding, strict.reason) == ("fail", "tls_invalid")
    assert lax.finding == "pass"


async def test_a_server_without_tls_fails_the_handshake(certificates):
    async with serving(answering(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        seen = await look("tcp", f"127.0.0.1:{port}", {"tls": True}, timeout_s=1.0, ca_file=certificates.ca_file)
    assert seen.finding == "fail"
    assert seen.reason in {"tls_failed", "timeout", "connection_reset"}


async def test_a_server_that_speaks_something_else_fails_the_handshake():
    async def banner(reader, writer):
        writer.write(b"220 mail.example ESMTP\r\n")
        await reader.read(1000)

    async with serving(banner) as port:
        seen = await look("http", f"https://localhost:{port}/")
    assert (seen.finding, seen.reason) == ("fail", "tls_failed")


async def test_a_handshake_that_hangs_times_out_as_such():
    async with serving(never_answering) as port:
        seen = await look("http", f"https://localhost:{port}/", timeout_s=0.3)
    assert (seen.finding, seen.reason, seen.detail) == ("fail", "timeout", "no TLS handshake within 0.3 s")


async def test_a_long_body_over_tls_is_read_to_its_end(certificates):
    body = b"x" * 900_000 + b"the end"
    wire = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    async with serving(answering(wire), tls=certificates.trusted) as port:
        seen = await look("http", f"https://localhost:{port}/", {"keyword": "the end"}, ca_file=certificates.ca_file)
    assert seen.finding == "pass"
