"""Reads of personal data a second, each of them on record before it is answered, against the same without recording.

The API is the real process with everything on; beside it runs the same process with the recording taken out
(``infra.bench.reads_unrecorded``), on the same database. The two are asked in turns, so that a noisy machine disturbs
both.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import httpx

from adapters.keys.wrapping import new_line
from infra.bench.api import TOKEN, answering, free_port, rate
from infra.bench.processes import running
from infra.bench.report import report
from infra.bench.servers import Bench

CONNECTIONS = (8, 32)
ROUNDS = 5
BAR = 0.5
_PERSON = {"name": "Bench Patient", "birth_date": "1980-05-17", "sex": "female"}
_MEASURED = [{"code": "weight", "value": 70, "unit": "kg"}, {"code": "fasting-glucose", "value": 95, "unit": "mg/dL"}]


def run(bench: Bench) -> None:
    """Print one line per route and number of connections."""
    port, other_port = free_port(), free_port()
    with ExitStack() as stack:
        database = stack.enter_context(bench.database())
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        key = directory / "shared.key"
        key.write_bytes(os.urandom(32))
        # Both processes open the same people's records.
        shared = {"admin_token": TOKEN, "master_key_file": str(key), "kek": new_line()}
        stack.enter_context(
            running(["projector", "api"], database_url=database.url, nats_url=bench.nats_url, port=str(port), **shared)
        )
        settings = {"port": str(other_port), "database_url": database.url, "nats_url": bench.nats_url, **shared}
        stack.enter_context(_unrecorded(directory, settings))
        paths = _entered(port)
        answering(other_port)
        for asked, path in itertools.product((port, other_port), paths.values()):
            # Both know the person's key from here on.
            headers = {"Authorization": f"Bearer {TOKEN}"}
            httpx.get(f"http://127.0.0.1:{asked}{path}", headers=headers, timeout=60).raise_for_status()
        for name, path in paths.items():
            for connections in CONNECTIONS:
                rates = [(rate(port, path, connections), rate(other_port, path, connections)) for _ in range(ROUNDS)]
                report(
                    "reads",
                    route=name,
                    connections=connections,
                    recorded_per_s=round(median(ours for ours, _ in rates)),
                    unrecorded_per_s=round(median(theirs for _, theirs in rates)),
                    ratio=median(ours / theirs for ours, theirs in rates),
                    at_least=BAR,
                )


@contextmanager
def _unrecorded(directory: Path, settings: dict[str, str]) -> Generator[None]:
    environment = os.environ | {
        "VITALOG_DATA_DIR": str(directory),
        "VITALOG_LOG_FORMAT": "json",
        **{f"VITALOG_{name.upper()}": value for name, value in settings.items()},
    }
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "infra.bench.reads_unrecorded"], env=environment, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def _entered(port: int) -> dict[str, str]:
    """A patient with a checkup; their paths."""
    answering(port)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", headers=headers, timeout=30) as api:
        patient = api.post("/patients", json=_PERSON).raise_for_status().json()["id"]
        body = {"kind": "national-general", "date": "2026-11-01", "measurements": _MEASURED}
        checkup = api.post(f"/patients/{patient}/checkups", json=body).raise_for_status().json()["id"]
    return {"patient": f"/api/v1/patients/{patient}", "checkup": f"/api/v1/checkups/{checkup}"}
