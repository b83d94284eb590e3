"""CPU per HTTP probe, beside that of prometheus-blackbox-exporter probing the same target in the same run.

``python -m infra.bench.probing`` prints one JSON line per rate. The yardstick is Debian's package of that name; without
it only our own figure is printed. What is compared is the engine and its probes: from due time to outcome.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psutil

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
    times = [process.cpu_times() for process in processes.values()]
    return sum(t.user + t.system + t.children_user + t.children_system for t in times)


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


def measure(rate: int) -> dict[str, Any]:
    """One comparison, as it is printed."""
    with target() as (url, counted):
        our = ours(url, counted, rate)
        their = theirs(url, counted, rate)
    line: dict[str, Any] = {"bench": "probing", "what": "engine and HTTP probe", "rate": rate, "ours": our._asdict()}
    if their is not None:
        line |= {"blackbox": their._asdict(), "ratio": round(our.cpu_ms_per_probe / their.cpu_ms_per_probe, 3)}
    return line


def main() -> None:
    """Every rate in turn."""
    for rate in RATES:
        print(json.dumps(measure(rate)), flush=True)


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


if __name__ == "__main__":
    main()
