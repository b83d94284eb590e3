"""The README's two commands, as they stand, in a fresh clone."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
from pathlib import Path

import httpx
import pytest

from tests.support.servers import ROOT
from tests.support.waiting import eventually

COMMANDS = ["make up", "make test"]


def commands_of_readme(name: str) -> list[str]:
    """What the first block of commands tells its reader to type."""
    block = (ROOT / name).read_text().split("```sh\n")[1].split("```")[0]
    return [line.partition("#")[0].strip() for line in block.splitlines()]


@pytest.mark.parametrize("name", ["README.md", "README.ko.md"])
def test_two_commands_are_all_a_reader_has_to_know(name: str) -> None:
    assert commands_of_readme(name) == COMMANDS


@pytest.fixture
def clone(server_dir: Path) -> Path:
    """What is committed, and nothing else."""
    path = server_dir / "clone"
    subprocess.run(
        ["git", "-c", "safe.directory=*", "clone", "--quiet", "--depth=1", f"file://{ROOT}", path], check=True
    )
    return path


def test_a_fresh_clone_runs_and_tests_itself(clone: Path, server_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VITALOG_", "MAKE", "PYTEST_"))}
    environment = kept | {"VITALOG_DATA_DIR": str(server_dir / "data"), "VITALOG_PORT": str(port), "VITALOG_LANG": "en"}
    said: list[str] = []
    up = subprocess.Popen(
        COMMANDS[0].split(), cwd=clone, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    stdout = up.stdout
    assert stdout is not None
    listening = threading.Thread(target=lambda: said.extend(stdout))
    listening.start()
    try:
        eventually(lambda: any("Admin token" in line for line in said) or up.poll() is not None, patience_s=600)
        assert up.poll() is None, "".join(said)
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    finally:
        # As a terminal does it: Ctrl-C reaches make and what it runs.
        os.killpg(up.pid, signal.SIGINT)
        up.wait(120)
        listening.join()
        stdout.close()
    assert any("Stopped" in line for line in said), "".join(said)

    tested = subprocess.run(
        [*COMMANDS[1].split(), "ARGS=-n 0 -q tests/ledger/test_event_codec.py"],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "passed" in tested.stdout
