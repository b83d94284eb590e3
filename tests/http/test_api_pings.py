"""Pings by the URLs of healthchecks.io: recorded in the ledger, answered with OK."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.routes.pings import BURST, Allowance


@pytest.fixture
async def ping(product: Any) -> str:
    made = await product.register("Job", kind="push", target="", interval_s=60)
    url = httpx.URL(made["ping_url"])
    assert url.path.startswith("/ping/")
    shown = await product.read(f"/monitors/{made['id']}", made["position"])
    assert shown["ping_url"] == made["ping_url"]
    return url.path


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    ("suffix", "signal", "status"),
    [
        ("", "success", None),
        ("/start", "start", None),
        ("/fail", "fail", None),
        ("/log", "log", None),
        ("/0", "success", 0),
        ("/1", "fail", 1),
        ("/255", "fail", 255),
    ],
)
async def test_a_ping_is_recorded_without_a_token(
    product: Any, ping: str, method: str, suffix: str, signal: str, status: int | None
) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(product.app), base_url="http://test") as job:
        answer = await job.request(method, ping + suffix)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text == ("" if method == "HEAD" else "OK")
    (event,) = (await product.http.get("/api/v1/events?type=monitoring.ping-received")).json()["items"]
    assert (event["data"]["signal"], event["data"].get("exit_status")) == (signal, status)


async def test_what_a_ping_carries_is_dropped(product: Any, ping: str) -> None:
    for body in (b"s3cret output", b"x" * 2_000_000):
        assert (await product.http.post(f"{ping}/fail", content=body)).text == "OK"
    assert "s3cret" not in (await product.http.get("/api/v1/events?limit=100")).text


async def test_a_wrong_key_is_a_404(product: Any, ping: str) -> None:
    for wrong in (ping[:-2] + "AA", "/ping/x", "/ping/" + "é" * 43, f"{ping}/256", f"{ping}/-1", f"{ping}/stop"):
        answer = await product.http.get(wrong)
        assert answer.status_code == 404, wrong
        assert ping.split("/")[2] not in answer.text
    made = await product.register("Not a job")
    key = product.services.commands.vault.ping_key(made["id"])
    assert (await product.http.get(f"/ping/{key}")).status_code == 404


async def test_a_job_that_pings_without_end_is_slowed_down(product: Any, ping: str) -> None:
    answers = [await product.http.get(ping) for _ in range(int(BURST) + 10)]
    assert answers[0].status_code == 200
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].headers["Retry-After"]


def test_an_allowance_comes_back_with_time() -> None:
    allowance = Allowance()
    assert [allowance.take("a", 0.0) for _ in range(int(BURST) + 1)][-1] is False
    assert allowance.take("b", 0.0)
    assert allowance.take("a", 1.0)
    assert not allowance.take("a", 1.0)
