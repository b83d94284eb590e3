"""Problems of patients and checkups: what is said of them, and which of what goes wrong below the routes they are."""

from __future__ import annotations

from api.problems import FieldError, Problem
from application.checkups.reading import Erased, NotKnownThen
from domain.checkups.amending import UnknownMeasurement
from domain.checkups.events import ErasureGround
from domain.checkups.faults import Faulty


def checkup_problem(error: Exception) -> Problem | None:
    """The problem that says it to the caller; None for what is none of ours."""
    match error:
        case Faulty():
            errors = [FieldError(fault.pointer, fault.message) for fault in error.faults]
            single = errors[0].detail if len(errors) == 1 and not error.only_unusual else None
            return Problem("unusual" if error.only_unusual else "invalid", detail=single, errors=errors)
        case Erased():
            return erased(error)
        case NotKnownThen():
            return Problem("not-known-then")
        case UnknownMeasurement():
            return Problem("unknown-measurement")
        case _:
            return None


_GROUNDS: dict[ErasureGround, str] = {
    "subject-request": "They had asked for it.",
    "retention-ended": "The time for which records are kept had ended.",
    "entered-in-error": "They had been registered in error.",
    "legal-order": "The law demanded it.",
}


def erased(error: Erased) -> Problem:
    """The 410: when, and on which ground; by whom tells the audit trail."""
    event = error.event
    return Problem(
        "erased",
        detail=f"This patient was erased on {event.at:%Y-%m-%d} (UTC). {_GROUNDS[event.ground]} Nothing that was "
        "recorded about them can be read again.",
        members={"erased_at": event.at, "ground": event.ground},
    )
