"""A stand-in for a process under the supervisor: writes down that it drained when it is asked to end."""

from __future__ import annotations

import signal
import sys
from pathlib import Path


def _drained(*_: object) -> None:
    with Path(sys.argv[1]).open("a") as file:
        file.write("drained\n")
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _drained)
    while True:
        signal.pause()
