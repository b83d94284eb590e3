"""What goes on until Ctrl-C, through a broken connection; and commands that must stay light."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.support.databases import Database
from tests.support.installation import installed

_PATIENCE_S = 120


def _lines(process: subprocess.Popen[str]) -> queue.Queue[str]:
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)

    threading.Thread(target=read, daemon=True).start()
    return lines


def test_a_tail_misses_nothing_when_the_api_is_killed_and_started_again(database: Database, tmp_path: Path) -> None:
    with installed(tmp_path, database.url, "api", "projector") as vitalog:
        process = vitalog.follow("events", "tail", "--from", "1", "--json")
        lines, positions = _lines(process), list[int]()
        for number in range(1, 5):
            vitalog.json("monitor", "add", "127.0.0.1:1", "--name", f"m{number}", "--every", "1h")
            if number < 4:
                positions.append(json.loads(lines.get(timeout=_PATIENCE_S))["position"])
                if number == 2:
                    vitalog.kill("api")
                    vitalog.start("api")
            else:
                positions.append(json.loads(lines.get(timeout=_PATIENCE_S))["position"])
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=_PATIENCE_S)
        assert positions == [1, 2, 3, 4]
        assert process.returncode == 0
        assert "trying again" in complaints
        assert "Traceback" not in complaints


def test_asking_for_help_loads_no_driver_and_no_framework() -> None:
    heavy = ["httpx", "psycopg", "fastapi", "nats", "aiohttp", "pydantic", "uvicorn", "eventsourcing", "cryptography"]
    code = f"import sys, infra.cli.program; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
