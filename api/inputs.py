"""What may be sent: strict models, so that a misspelt field is an answer and not a surprise.

Only types are checked here; what a setting may be is the domain's decision (``domain.monitoring.monitor.check``).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.field_texts import WITHOUT_NUL
from api.problems import FieldError, Problem
from domain.monitoring.incident import MAX_NOTE
from domain.monitoring.monitor import Settings

MAX_POSITION = 2**63 - 1
_TEXT = WITHOUT_NUL
_LOST_PLUS = re.compile(r" (?=\d\d:?\d\d$)")
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

MonitorId = Annotated[str, Path(description="UUID of the monitor.")]
IncidentId = Annotated[str, Path(description="UUID of the incident.")]
MinPosition = Annotated[
    int | None,
    Query(ge=0, le=MAX_POSITION, description="Wait (5 s at most) until the read model has reached this position."),
]
Cursor = Annotated[str | None, Query(max_length=1000, description="Opaque; from `next` or the Link header.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="Items per page.")]
Text = Annotated[str | None, Query(max_length=200, pattern=_TEXT)]
Time = Annotated[str | None, Query(max_length=40, json_schema_extra={"format": "date-time"})]

FromTime = Annotated[Time, Query(alias="from", description="Default: 24 hours before `to`.")]
ToTime = Annotated[Time, Query(alias="to", description="Default: now.")]
EMPTY = "The window is empty: from must be before to."


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class NewMonitor(_Input):
    """A monitor to register."""

    name: str = Field(description="1 to 200 characters.")
    kind: Literal["http", "tcp", "postgres", "push"]
    target: str = Field(
        "", max_length=4000, description="URL, host:port, or empty for push. Credentials go to the vault."
    )
    interval_s: float = Field(60.0, description="Seconds between probes, at least 1; for push the period.")
    timeout_s: float | None = Field(None, description="Seconds; 10 or the interval if that is shorter.")
    retry_interval_s: float | None = Field(None, description="Seconds; 20 or the interval if that is shorter.")
    failures_to_down: int = Field(2, description="Failures in a row that confirm down, 1 to 20.")
    passes_to_up: int = Field(1, description="Passes in a row that confirm up, 1 to 20.")
    degraded_over_ms: float | None = Field(None, description="Slower than this is degraded, milliseconds.")
    tags: list[str] = Field(default_factory=list[str], description="At most 50, of 1 to 50 characters each.")
    expect: dict[str, Any] = Field(default_factory=dict[str, Any], description="Settings and assertions of the kind.")

    def settings(self) -> Settings:
        """As the domain takes it."""
        values = self.model_dump() | {"tags": tuple(self.tags)}
        for name, usual in (("timeout_s", 10.0), ("retry_interval_s", 20.0)):
            if values[name] is None:
                # Someone who asks for a probe every second need not say that it may not take ten.
                values[name] = min(usual, self.interval_s)
        return msgspec.convert(values, Settings)


class MonitorChanges(_Input):
    """Settings to change; what is left out stays. ``target`` and ``expect`` are replaced as a whole."""

    name: str | None = None
    kind: Literal["http", "tcp", "postgres", "push"] | None = Field(None, description="Fixed: only the same is taken.")
    target: str | None = Field(None, max_length=4000)
    interval_s: float | None = None
    timeout_s: float | None = None
    retry_interval_s: float | None = None
    failures_to_down: int | None = None
    passes_to_up: int | None = None
    degraded_over_ms: float | None = Field(None, description="null switches it off.")
    tags: list[str] | None = None
    expect: dict[str, Any] | None = None

    def changes(self) -> dict[str, Any]:
        """Only what was sent.

        Raises:
            Problem: null where a setting cannot be absent.
        """
        sent = self.model_dump(exclude_unset=True)
        empty = [name for name, value in sent.items() if value is None and name != "degraded_over_ms"]
        if empty:
            errors = [FieldError(f"/{name}", "Send a value, or leave the field out to keep it.") for name in empty]
            raise Problem("invalid", errors=errors)
        if "tags" in sent:
            sent["tags"] = tuple(sent["tags"])
        return sent


class Note(_Input):
    """A person's words about an incident."""

    note: str = Field(description=f"1 to {MAX_NOTE} characters.")


class OptionalNote(_Input):
    """A person's words about an incident, if there are any."""

    note: str | None = Field(None, description=f"1 to {MAX_NOTE} characters.")


def read_time(text: str | None, name: str, default: datetime, otherwise: str | None = None) -> datetime:
    """A query parameter as an aware UTC time. ``otherwise`` is told of what is none, where more than times is taken.

    Raises:
        Problem: it is no RFC 3339 time with an offset, or beyond the years 2000 to 2199.
    """
    if text is None:
        return default
    try:
        # In a query string an unescaped + arrives as a blank.
        at = datetime.fromisoformat(_LOST_PLUS.sub("+", text))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        if otherwise is not None:
            raise bad_parameter(name, otherwise)
        raise bad_parameter(
            name, "Use an RFC 3339 time with its offset, such as 2026-11-20T00:00:00Z (a + is written %2B)."
        )
    if not _EARLIEST <= at <= _LATEST:
        raise bad_parameter(name, "Use a time between the years 2000 and 2200.")
    return at.astimezone(UTC)


def bad_parameter(name: str, detail: str) -> Problem:
    """The 422 for one query parameter."""
    return Problem("invalid", detail=detail, errors=[FieldError(f"?{name}", detail)])
