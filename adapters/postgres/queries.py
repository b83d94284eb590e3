"""Named queries: SQL stays in ``.sql`` files, each query under a ``-- name:`` line and a comment of its own."""

from __future__ import annotations

import re
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def load(package: str, file: str) -> dict[str, bytes]:
    """The queries of a file by name, without their comments, ready for psycopg (which takes bytes as trusted SQL)."""
    text = files(package).joinpath(file).read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    return {name: _statement(body) for name, body in zip(parts[::2], parts[1::2], strict=True)}


def _statement(body: str) -> bytes:
    lines = (line for line in body.strip().splitlines() if not line.startswith("--"))
    return "\n".join(lines).strip().rstrip(";").encode()
