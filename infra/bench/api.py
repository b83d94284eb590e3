"""Requests per second of ``GET /monitors/{id}`` and ``/uptime`` beside a bare FastAPI route with the same bytes.

The API is the real process with everything on: token check, correlation id, access log, metrics, problem handling. The
two are asked in turns, so that a noisy machine disturbs both. Repeated reads are answered from memory until the monitor
changes, a second at most; what they cost otherwise is printed too.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from infra.bench.processes import running
from infra.bench.report import report
from infra.bench.servers import Bench

TOKEN = "bench-token-0123456789"  # noqa: S105
CONNECTIONS = 8
ROUNDS = 5
SECONDS = 2.0
BAR = 0.5


def run(bench: Bench) -> None:
    """Print one line per route."""
    port, bare_port = free_port(), free_port()
    with ExitStack() as stack:
        database = stack.enter_context(bench.database())
        settings = {"port": str(port), "admin_token": TOKEN}
        stack.enter_context(
            running(["projector", "api"], database_url=database.url, nats_url=bench.nats_url, **settings)
        )
        api = stack.enter_context(
            httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30)
        )
        path = _registered(api)
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        routes = {"monitor": ("/a", path), "uptime": ("/b", f"{path}/uptime")}
        files: list[str] = []
        for name, (_, real) in routes.items():
            files.append(str(directory / name))
            Path(files[-1]).write_bytes(api.get(real).raise_for_status().content)
        bare = subprocess.Popen([sys.executable, "-m", "infra.bench.api_bare", str(bare_port), *files])
        stack.callback(bare.wait)
        stack.callback(bare.terminate)
        answering(bare_port)
        for name, (yardstick, real) in routes.items():
            rates = [(rate(port, real), rate(bare_port, yardstick)) for _ in range(ROUNDS)]
            report(
                "api",
                route=name,
                bytes=Path(files[0 if name == "monitor" else 1]).stat().st_size,
                requests_per_s=round(median(ours for ours, _ in rates)),
                bare_requests_per_s=round(median(bare for _, bare in rates)),
                connections=CONNECTIONS,
                ratio=median(ours / bare for ours, bare in rates),
                at_least=BAR,
            )
            # The same read when it has to go to PostgreSQL, as after every change of the monitor.
            uncached = median(rate(port, f"{real}?min_position=1") for _ in range(3))
            report("api", route=f"{name}, from PostgreSQL", requests_per_s=round(uncached), connections=CONNECTIONS)


def _registered(api: httpx.Client) -> str:
    answering(int(api.base_url.port or 0))
    body: dict[str, Any] = {"name": "Bench", "kind": "http", "target": "https://example.org/health", "interval_s": 30}
    made = api.post("/api/v1/monitors", json=body).raise_for_status().json()
    path = f"/api/v1/monitors/{made['id']}"
    while not api.get(path, params={"min_position": made["position"]}).is_success:
        time.sleep(0.1)  # the read models are made as the projector starts
    return path


def answering(port: int) -> None:
    """Wait until a server is there."""
    # Retries wait longer each time: half a minute in all.
    with httpx.Client(transport=httpx.HTTPTransport(retries=7)) as client:
        client.get(f"http://127.0.0.1:{port}/livez")


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def rate(port: int, path: str, connections: int = CONNECTIONS) -> float:
    """Answers a second to the administrator's token."""
    arguments = [str(port), path, f"Bearer {TOKEN}", str(connections), str(SECONDS)]
    asked = subprocess.run(
        [sys.executable, "-m", "infra.bench.api_load", *arguments], check=True, capture_output=True, text=True
    )
    return float(asked.stdout)
