"""What ``vitalog doctor`` finds: each with what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

State = Literal["ok", "warning", "problem", "skipped"]
"""``warning``: works, but not for long or not as meant; ``skipped``: could not be looked at."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    check: str
    """Stable name of the check, for programs."""
    state: State
    message: str
    remedy: str = ""
    """What to do; empty when there is nothing to do."""

    @property
    def counts(self) -> bool:
        """Whether it is worth exit code 1."""
        return self.state in {"warning", "problem"}


Check = Callable[[], Iterator[Finding]]


def fine(check: str, message: str) -> Finding:
    """Nothing to do."""
    return Finding(check, "ok", message)


def warning(check: str, message: str, remedy: str) -> Finding:
    """It works, but."""
    return Finding(check, "warning", message, remedy)


def problem(check: str, message: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(check, "problem", message, remedy)


def skipped(check: str, message: str) -> Finding:
    """Could not be looked at."""
    return Finding(check, "skipped", message)
