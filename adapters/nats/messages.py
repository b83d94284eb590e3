"""One event as one message: a CloudEvent in binary mode, attributes in ``ce-`` headers, the event's JSON as the
body.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from application.ports.ledger import RecordedEvent
from domain import kernel

STREAM = "VITALOG"
SUBJECTS = "vitalog.events.>"


class NotOurs(Exception):
    """A message without the headers this program writes."""


class Message(NamedTuple):
    """What is published."""

    subject: str
    headers: dict[str, str]
    body: bytes


def subject_of(event_type: str) -> str:
    """``monitoring.probe-recorded`` → ``vitalog.events.monitoring.probe-recorded``"""
    return f"vitalog.events.{event_type}"


def to_message(ledger_id: str, row: tuple[Any, ...]) -> Message:
    """The message of a row of the query ``read``. By ``Nats-Msg-Id`` JetStream drops repetitions."""
    (
        position,
        stream,
        version,
        type_,
        schema_version,
        recorded_at,
        actor,
        correlation_id,
        causation_id,
        trace_id,
        state,
    ) = row
    headers = {
        "Nats-Msg-Id": f"{ledger_id}/{position}",
        "content-type": "application/json",
        "ce-specversion": "1.0",
        "ce-id": str(position),
        "ce-source": f"/vitalog/ledger/{ledger_id}",
        "ce-type": type_,
        "ce-subject": quote(stream, safe=":-"),
        "ce-time": recorded_at.isoformat(),
        "ce-position": str(position),
        # Positions have no gaps, so this is position - 1; said explicitly, so that a subscriber need not know.
        "ce-previousposition": str(position - 1),
        "ce-streamversion": str(version),
        "ce-schemaversion": str(schema_version),
        "ce-actor": quote(actor, safe=":@"),
        "ce-correlationid": str(correlation_id),
    }
    if causation_id:
        headers["ce-causationid"] = quote(causation_id, safe=":@-")
    if trace_id:
        headers["ce-traceid"] = trace_id
    return Message(subject_of(type_), headers, state.encode())


def from_message(headers: Mapping[str, str] | None, body: bytes) -> RecordedEvent:
    """The event of a message.

    Raises:
        NotOurs: a header is missing or malformed.
        domain.kernel.UnknownEventType, msgspec.DecodeError: as ``domain.kernel.decode``.
    """
    headers = headers or {}
    try:
        type_, schema_version = headers["ce-type"], int(headers["ce-schemaversion"])
        envelope = (
            int(headers["ce-position"]),
            unquote(headers["ce-subject"]),
            int(headers["ce-streamversion"]),
            datetime.fromisoformat(headers["ce-time"]),
            unquote(headers["ce-actor"]),
            headers["ce-correlationid"],
        )
    except (KeyError, ValueError) as error:
        raise NotOurs(f"A message on {SUBJECTS} lacks what Vitalog's relay writes: {error}.") from None
    causation_id = headers.get("ce-causationid")
    return RecordedEvent(
        *envelope,
        unquote(causation_id) if causation_id else None,
        headers.get("ce-traceid"),
        schema_version,
        kernel.decode(type_, schema_version, body),
    )
