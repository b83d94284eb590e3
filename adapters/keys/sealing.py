"""Between events and what is stored of them: sealed events are encrypted under the key of their stream's subject.

The associated data is the event's place (stream, version, type, schema version): a payload moved elsewhere does not
open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from application.ports.ledger import NewEvent, RecordedEvent
from application.ports.subject_keys import SubjectKey, SubjectKeys
from domain import kernel
from domain.kernel import Closed, Event


def states(events: Sequence[NewEvent], keys: SubjectKeys | None) -> list[bytes]:
    """The JSON to store for each event, sealed where it tells something about a person.

    Raises:
        SubjectErased: an event is about somebody who was erased.
    """
    subjects = {kernel.subject_of(new.stream) for new in events if new.event.sealed}
    found: Mapping[str, SubjectKey] = {}
    if subjects:
        if keys is None:
            raise RuntimeError("This process was given no keys: it cannot record anything about a person.")
        found = keys.make(subjects)
    return [_sealed(new, found) if new.event.sealed else kernel.encode(new.event) for new in events]


def opened(events: list[RecordedEvent], keys: SubjectKeys | None) -> list[RecordedEvent]:
    """The events with sealed payloads opened; ``Closed`` remain those whose key was destroyed, or all without keys.

    Raises:
        KeyRefused: a payload was altered.
    """
    found = keys_for(events, keys)
    return [open_one(recorded, found) for recorded in events] if found else events


def keys_for(events: Sequence[RecordedEvent], keys: SubjectKeys | None) -> Mapping[str, SubjectKey]:
    """The keys of everybody whom sealed events among these are about."""
    if keys is None:
        return {}
    subjects = {kernel.subject_of(recorded.stream) for recorded in events if type(recorded.event) is Closed}
    return keys.of(subjects) if subjects else {}


def open_one(recorded: RecordedEvent, keys: Mapping[str, SubjectKey]) -> RecordedEvent:
    """The event with its payload opened, if it is sealed and there is a key.

    Raises:
        KeyRefused: the payload was altered.
        msgspec.DecodeError: what was sealed is not that event.
    """
    closed = recorded.event
    if type(closed) is not Closed:
        return recorded
    key = keys.get(kernel.subject_of(recorded.stream))
    if key is None:
        return recorded
    context = _context(recorded.stream, recorded.version, closed.stored_type, recorded.schema_version)
    event = kernel.decode_open(closed.stored_type, recorded.schema_version, key.open(context, closed.box))
    return msgspec.structs.replace(recorded, event=event)


def _sealed(new: NewEvent, keys: Mapping[str, SubjectKey]) -> bytes:
    event: Event = new.event
    context = _context(new.stream, new.version, event.type, event.schema_version)
    return kernel.enclose(keys[kernel.subject_of(new.stream)].seal(context, kernel.encode(event)))


def _context(stream: str, version: int, type_: str, schema_version: int) -> bytes:
    return f"vitalog event v1\n{stream}\n{version}\n{type_}\n{schema_version}".encode()
