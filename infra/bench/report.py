"""How a measurement is said."""

from __future__ import annotations

import json
from typing import Any


def report(
    bench: str,
    *,
    ratio: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    **figures: Any,
) -> None:
    """Print one JSON line. ``ok`` says whether the ratio meets its bar; there is none for a mere figure."""
    line: dict[str, Any] = {"bench": bench, **figures}
    if ratio is not None:
        line["ratio"] = round(ratio, 3)
    if at_least is not None and ratio is not None:
        line |= {"at_least": at_least, "ok": ratio >= at_least}
    if at_most is not None and ratio is not None:
        line |= {"at_most": at_most, "ok": ratio <= at_most}
    print(json.dumps(line), flush=True)
