"""Why somebody is not let in."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Literal

Why = Literal[
    "wrong-credentials", "wrong-password", "code-required", "wrong-code", "disabled", "locked", "not-linked",
    "refresh-refused", "refresh-reused",
]  # fmt: skip


class LoginRefused(Exception):
    """``wrong-credentials`` does not say which: an account that does not exist looks like a wrong password."""

    def __init__(self, why: Why, *, retry_after_s: int = 0) -> None:
        super().__init__(why)
        self.why: Why = why
        self.retry_after_s = retry_after_s
        """Of ``locked``: when it may be tried again, seconds."""


def locked(until: datetime, now: datetime) -> LoginRefused:
    """The account is locked."""
    return LoginRefused("locked", retry_after_s=math.ceil((until - now).total_seconds()))
