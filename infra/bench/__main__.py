"""``make bench``: every measurement, or those named on the command line (``make bench ARGS="append api"``)."""

from __future__ import annotations

import importlib
import shutil
import sys
import tempfile
from pathlib import Path

from infra.bench.servers import Bench
from infra.log import configure
from infra.settings import Settings

NAMES = ("append", "projections", "latency", "api", "probing", "sealing", "reads")


def main() -> int:
    """Run the named measurements; exit 2 for a name that does not exist, 1 when a bar is missed."""
    names = sys.argv[1:] or list(NAMES)
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        print(f"There is no measurement {unknown[0]}. There are: {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    configure(Settings.from_environment(), process="bench")  # logs go to standard error, figures to standard output
    directory = Path(tempfile.mkdtemp(prefix="vitalog-bench-"))
    directory.chmod(0o711)  # the servers' own account passes through
    try:
        with Bench(directory) as bench:
            for name in names:
                print(f"==> {name}", file=sys.stderr, flush=True)
                importlib.import_module(f"infra.bench.{name}").run(bench)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
