"""CPU per HTTP probe, beside that of prometheus-blackbox-exporter probing the same target in the same run.

The yardstick is Debian's package of that name, which probes and keeps nothing; without it only our own figures are
printed. Ours are measured twice: the engine alone, from due time to outcome, and the whole way from due time to the
row of
the read model, with the CPU of everything that takes part in it: prober, relay, projector, PostgreSQL and NATS.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import psutil
import psycopg

from adapters.ids import new_id
from adapters.postgres.ledger import PostgresLedger
from application.ports.ledger import NewEvent
from domain.monitoring import monitor as monitors
from domain.monitoring.events import monitor_stream
from domain.monitoring.monitor import Settings
from infra.bench.processes import running
from infra.bench.report import report
from infra.bench.servers import Bench

BLACKBOX = "prometheus-blackbox-exporter"
WARM_UP_S = 3.0
SECONDS = 10.0
RATES = (1000, 200)
_MODULES = "modules:\n  http_2xx:\n    prober: http\n"


class Sample(NamedTuple):
    """What a set of processes spent on a number of probes."""

    cpu_ms_per_probe: float
    """User and system time of the processes and their children, milliseconds."""
    probes_per_s: float


def cpu_seconds(pids: Sequence[int]) -> float:
    """CPU time that these processes and all their descendants, living or ended, have used so far."""
    processes = {p.pid: p for pid in pids for p in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True))}
    total = 0.0
    for process in processes.values():
        with suppress(psutil.NoSuchProcess):  # ended meanwhile: its parent's children's time has it
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def sample(pids: Sequence[int], probes: Callable[[], int], *, seconds: float = SECONDS) -> Sample:
    """Spent by ``pids`` per probe, over ``seconds`` after a warm-up; ``probes`` counts the probes made so far."""
    time.sleep(WARM_UP_S)
    began, cpu, made = time.monotonic(), cpu_seconds(pids), probes()
    time.sleep(seconds)
    elapsed, cpu, made = time.monotonic() - began, cpu_seconds(pids) - cpu, probes() - made
    return Sample(round(cpu / made * 1000, 4), round(made / elapsed, 1))


@contextmanager
def child(*arguments: str) -> Generator[subprocess.Popen[str]]:
    """A process that ends when its stdin does."""
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait()


@contextmanager
def target() -> Generator[tuple[str, Callable[[], int]]]:
    """The URL of a server to probe, and how often it has been asked so far."""
    with child(sys.executable, "-m", "infra.bench.http_target") as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None
        port = int(stdout.readline())

        def counted() -> int:
            stdin.write("\n")
            stdin.flush()
            return int(stdout.readline())

        yield f"http://127.0.0.1:{port}/health", counted


def ours(url: str, counted: Callable[[], int], rate: int) -> Sample:
    """The engine with ``rate`` monitors of one second."""
    with child(sys.executable, "-m", "infra.bench.http_prober", url, str(rate), "1") as process:
        return sample([process.pid], counted)


def theirs(url: str, counted: Callable[[], int], rate: int) -> Sample | None:
    """The blackbox exporter asked ``rate`` times a second; None where it is not installed."""
    program = shutil.which(BLACKBOX)
    if program is None:
        return None
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "blackbox.yml"
        config.write_text(_MODULES)
        exporter = subprocess.Popen(
            [program, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"],
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(port)
            with child(sys.executable, "-m", "infra.bench.http_driver", str(port), url, str(rate)):
                return sample([exporter.pid], counted)
        finally:
            exporter.terminate()
            exporter.wait()


def the_whole_way(bench: Bench, url: str, counted: Callable[[], int], rate: int) -> Sample:
    """The real processes on ``rate`` monitors of one second, down to the read models."""
    with bench.database() as database:
        ledger = PostgresLedger(database.url, application_name="bench")
        now = datetime.now(UTC)
        settings = Settings(name="bench", kind="http", target=url, interval_s=1, timeout_s=1, retry_interval_s=1)
        events = [monitors.register(new_id(), settings, now) for _ in range(rate)]
        ledger.append([NewEvent(monitor_stream(e.monitor_id), 1, e, "bench", new_id()) for e in events])
        nats_url = bench.nats_url
        with running(("prober", "relay", "projector"), database_url=database.url, nats_url=nats_url) as processes:
            measured = sample([*(process.pid for process in processes.values()), *bench.server_pids], counted)
            _all_projected(database.owner_url, ledger)
        ledger.close()
    return measured


def _all_projected(url: str, ledger: PostgresLedger) -> None:
    """The rows were really made: a figure for less than the whole way would flatter us."""
    head = ledger.head()
    with psycopg.connect(url, autocommit=True) as db:
        for _ in range(600):
            row = db.execute("SELECT min(position) FROM projections.checkpoints").fetchone()
            if row and row[0] >= head:
                return
            time.sleep(0.05)
    raise RuntimeError("The read models did not keep up with the probes.")


def run(bench: Bench) -> None:
    """Every rate in turn."""
    for rate in RATES:
        with target() as (url, counted):
            whole = the_whole_way(bench, url, counted, rate)
            engine = ours(url, counted, rate)
            their = theirs(url, counted, rate)
        for what, our, at_most in (("due time to projected row", whole, 1.5), ("engine and probe alone", engine, None)):
            report(
                "probing",
                what=what,
                rate=rate,
                cpu_ms_per_probe=our.cpu_ms_per_probe,
                probes_per_s=our.probes_per_s,
                blackbox_cpu_ms_per_probe=their.cpu_ms_per_probe if their else None,
                ratio=our.cpu_ms_per_probe / their.cpu_ms_per_probe if their else None,
                at_most=at_most,
            )


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{BLACKBOX} does not listen on port {port}; start it by hand to see why.")
