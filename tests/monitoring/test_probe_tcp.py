"""The TCP probe against real servers."""

from __future__ import annotations

import pytest

from tests.monitoring.servers import answering, never_answering, serving
from tests.monitoring.watching import closed_port, look


async def test_an_open_port_passes():
    async with serving(never_answering) as port:
        seen = await look("tcp", f"127.0.0.1:{port}")
    assert seen.finding == "pass"
    assert seen.total_ms is not None
    assert seen.phases is not None
    assert seen.phases.connect_ms is not None


async def test_a_closed_port_is_a_refused_connection():
    seen = await look("tcp", f"localhost:{closed_port()}")
    assert (seen.finding, seen.reason) == ("fail", "connection_refused")


@pytest.mark.parametrize(("receive", "reason"), [("PONG", None), ("PANG", "keyword_missing")])
async def test_what_is_sent_must_bring_the_expected_answer(receive, reason):
    requests: list[bytes] = []
    async with serving(answering(b"+PONG\r\n", requests=requests)) as port:
        expect = {"send": "***", "receive": receive}
        seen = await look("tcp", f"127.0.0.1:{port}", expect, secrets={"send": "PING\r\n\r\n"})
    assert requests == [b"PING\r\n\r\n"]
    assert seen.reason == reason
    assert seen.phases is not None
    assert seen.phases.first_byte_ms is not None


async def test_an_answer_in_pieces_is_put_together():
    async def pieces(reader, writer):
        for piece in (b"SS", b"H-2", b".0"):
            writer.write(piece)
            await writer.drain()
        await reader.read()

    async with serving(pieces) as port:
        assert (await look("tcp", f"127.0.0.1:{port}", {"receive": "SSH-2.0"})).finding == "pass"


async def test_an_answer_that_never_comes_times_out():
    async with serving(never_answering) as port:
        seen = await look("tcp", f"127.0.0.1:{port}", {"receive": "x"}, timeout_s=0.3)
    assert (seen.finding, seen.reason) == ("fail", "timeout")


async def test_an_endless_wrong_answer_is_cut_off():
    async def flood(reader, writer):
        while True:
            writer.write(b"x" * 10_000)
            await writer.drain()

    async with serving(flood) as port:
        seen = await look("tcp", f"127.0.0.1:{port}", {"receive": "y"})
    assert (seen.finding, seen.reason) == ("fail", "body_too_large")
