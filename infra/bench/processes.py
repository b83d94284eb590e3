"""The real processes, as `vitalog up` starts them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from adapters.keys.wrapping import new_line


@contextmanager
def running(
    names: Sequence[str], *, database_url: str, nats_url: str, **settings: str
) -> Generator[dict[str, subprocess.Popen[bytes]]]:
    """Processes by name, stopped in the end. ``settings`` are further ``VITALOG_*`` variables, in small letters."""
    with tempfile.TemporaryDirectory() as directory:
        key = Path(directory) / "master.key"
        key.write_bytes(os.urandom(32))
        environment = os.environ | {
            "VITALOG_DATABASE_URL": database_url,
            "VITALOG_NATS_URL": nats_url,
            "VITALOG_DATA_DIR": directory,
            "VITALOG_MASTER_KEY_FILE": str(key),
            "VITALOG_KEK": new_line(),
            "VITALOG_LOG_FORMAT": "json",
            **{f"VITALOG_{name.upper()}": value for name, value in settings.items()},
        }
        with (Path(directory) / "log").open("wb") as log:
            processes = {
                name: subprocess.Popen([sys.executable, "-m", "infra", name], env=environment, stderr=log)
                for name in names
            }
            try:
                yield processes
            finally:
                for process in processes.values():
                    process.send_signal(signal.SIGTERM)
                for process in processes.values():
                    process.wait(30)
