"""What others send, read with care: nothing is taken to be of the type that R4 says before it was looked at."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from api.fhir.codes import Resource
from api.fhir.searching import span_of
from domain.refusal import Refused


def objects(value: Any) -> list[Resource]:
    """The objects of a list; nothing of anything else."""
    items: list[Any] = cast("list[Any]", value) if isinstance(value, list) else []
    return [cast("Resource", item) for item in items if isinstance(item, dict)]


def part(value: Any) -> Resource:
    """An object, or an empty one in the place of anything else."""
    return cast("Resource", value) if isinstance(value, dict) else {}


def text(value: Any) -> str | None:
    """A text that is not empty, else None."""
    return value if isinstance(value, str) and value.strip() else None


def day(value: Any, field: str) -> date:
    """The calendar day of a date or dateTime, as it was where it was written.

    Raises:
        Refused: it is no text, or not as precise as a day.
    """
    if isinstance(value, str) and len(value) >= len("2026-03-02") and span_of(value) is not None:
        return date.fromisoformat(value[:10])
    raise Refused(f"{field} must be a date with year, month and day.", field)


def concept_text(concept: Resource) -> str | None:
    """What a CodeableConcept says in words, else its code."""
    codings = objects(concept.get("coding"))
    words = [concept.get("text"), *(one.get("display") for one in codings), *(one.get("code") for one in codings)]
    return next((found for word in words if (found := text(word))), None)
