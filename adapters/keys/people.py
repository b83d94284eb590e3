"""What a process is given to handle personal data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import psycopg

from adapters.keys.sealing import keys_for, open_one
from adapters.keys.subject_keys import PostgresSubjectKeys
from application.ports.key_wrapping import KeyWrapping
from application.ports.ledger import RecordedEvent
from application.ports.subject_keys import BlindIndex, KeyRefused, SubjectKey
from domain.kernel import Closed
from projections.base import Undecodable


@dataclass(frozen=True, slots=True)
class People:
    """The key-encryption keys, and the key of the blind index."""

    wrapping: KeyWrapping
    blind: BlindIndex

    def keys(self, connection: psycopg.Connection[Any]) -> PostgresSubjectKeys:
        """Their keys over one connection of the caller's."""

        def session() -> AbstractContextManager[psycopg.Connection[Any]]:
            return nullcontext(connection)

        return PostgresSubjectKeys(session, self.wrapping)


class Opened(NamedTuple):
    """Events to be folded."""

    events: Sequence[RecordedEvent]
    """A sealed one that was altered is ``Undecodable``, one of an erased subject ``Closed``."""
    keys: Mapping[str, SubjectKey]


def opened_for_folding(
    events: Sequence[RecordedEvent], people: People | None, connection: psycopg.Connection[Any]
) -> Opened:
    """The events with what is sealed in them opened, and the keys of those whom they are about.

    Raises:
        KeyRefused: a key cannot be unwrapped: this process was given the wrong key-encryption key.
    """
    if people is None or not any(type(recorded.event) is Closed for recorded in events):
        return Opened(events, {})
    keys = keys_for(events, people.keys(connection))
    return Opened([_open(recorded, keys) for recorded in events], keys)


def _open(recorded: RecordedEvent, keys: Mapping[str, SubjectKey]) -> RecordedEvent:
    try:
        return open_one(recorded, keys)
    except (KeyRefused, msgspec.MsgspecError, ValueError, KeyError, TypeError) as error:
        # What was altered is said; what was opened and could not be read may be quoted by the error, and is not.
        fault = f"{error}" if isinstance(error, KeyRefused) else f"{type(error).__name__} in what was sealed."
        return msgspec.structs.replace(recorded, event=Undecodable(stored_type=recorded.type, error=fault))
