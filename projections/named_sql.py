"""Named SQL: it stays in ``.sql`` files, each statement under a ``-- name:`` line and a comment of its own."""

from __future__ import annotations

import re
from importlib.resources import files

_INCLUDED = re.compile(rb"\{(\w+)\}")
_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


def load(package: str, file: str) -> dict[str, bytes]:
    """The statements of a file by name, without their comments, ready for psycopg (which takes bytes as trusted SQL).

    A section stands wherever another one says its name in braces, such as ``{columns}``.
    """
    text = files(package).joinpath(file).read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    found = {name: _statement(body) for name, body in zip(parts[::2], parts[1::2], strict=True)}
    return {name: _INCLUDED.sub(lambda part: found[part[1].decode()], statement) for name, statement in found.items()}


def _statement(body: str) -> bytes:
    lines = (line for line in body.strip().splitlines() if not line.startswith("--"))
    return "\n".join(lines).strip().rstrip(";").encode()
