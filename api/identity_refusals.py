"""The problems for whoever is not let in."""

from __future__ import annotations

from api.problems import Problem
from application.identity.login_refused import LoginRefused, Why
from application.ports.credentials import FAILURES

_CODES: dict[Why, str] = {
    "wrong-credentials": "wrong-credentials",
    "wrong-password": "wrong-credentials",
    "wrong-code": "wrong-credentials",
    "code-required": "code-required",
    "disabled": "account-disabled",
    "refresh-refused": "refresh-refused",
    "refresh-reused": "refresh-reused",
}


def identity_problem(error: Exception) -> Problem | None:
    """The problem that says it to the caller; None: it is about something else."""
    if not isinstance(error, LoginRefused):
        return None
    if error.why == "locked":
        seconds = max(1, error.retry_after_s)
        return Problem("locked", failures=FAILURES, seconds=seconds, headers={"Retry-After": str(seconds)})
    return Problem(_CODES[error.why])
