"""What every context shares: the event base class, the registry of stable event names, and the JSON codec.

An event is stored as a name (``monitoring.probe-recorded``), a schema version and the JSON of its own fields.
Python module paths never reach the ledger, so code can move; a changed shape is a new schema version with an
upcaster, and one golden JSON file per version in ``tests/*/golden`` is kept for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A fact about the past. Fields at their default are left out of the stored JSON.

    An event holds no cycles, so the garbage collector need not visit the many that are read (``gc=False``).
    """

    type: ClassVar[str]
    """Stable name: ``<context>.<past-tense-name>``; a part of the public contract, never renamed."""
    schema_version: ClassVar[int]
    """Version of the JSON shape written today, >= 1."""
    sealed: ClassVar[bool] = False
    """Whether its payload is personal data: stored encrypted under the key of the stream's subject."""


class SealedEvent(Event, frozen=True, kw_only=True):
    """An event that tells something about a person. Its stream is named ``{kind}:{subject}`` or
    ``{kind}:{subject}:…``; everywhere outside memory it is encrypted under the subject's key.
    """

    sealed: ClassVar[bool] = True


class Closed(Event, frozen=True, kw_only=True):
    """Stands for a sealed event that has not been opened, or cannot be any more because its key was destroyed."""

    type: ClassVar[str] = "closed"
    schema_version: ClassVar[int] = 0
    stored_type: str
    box: bytes
    """Nonce and ciphertext."""


class UnknownEventType(Exception):
    """The ledger holds an event type, or a version of one, that this program does not know: upgrade the program."""


EventT = TypeVar("EventT", bound=Event)
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

_classes: dict[str, type[Event]] = {}
_decoders: dict[str, msgspec.json.Decoder[Any]] = {}
_sealed: set[str] = set()
_upcasters: dict[tuple[str, int], Upcaster] = {}
_encoder = msgspec.json.Encoder()


def event_type(name: str, *, version: int = 1) -> Callable[[type[EventT]], type[EventT]]:
    """Register an event class under its stable name, written as schema ``version``."""

    def register(cls: type[EventT]) -> type[EventT]:
        if name in _classes:
            raise ValueError(f"The event type {name} is already taken by {_classes[name].__name__}.")
        cls.type = name
        cls.schema_version = version
        _classes[name] = cls
        _decoders[name] = msgspec.json.Decoder(cls)
        if cls.sealed:
            _sealed.add(name)
        return cls

    return register


def upcaster(name: str, *, from_version: int) -> Callable[[Upcaster], Upcaster]:
    """Register the function that turns the JSON object of ``from_version`` into that of the next version."""

    def register(function: Upcaster) -> Upcaster:
        _upcasters[name, from_version] = function
        return function

    return register


def event_class(name: str) -> type[Event]:
    """The class registered under a stable name.

    Raises:
        UnknownEventType: no class has that name.
    """
    try:
        return _classes[name]
    except KeyError:
        raise UnknownEventType(
            f"The event type {name} is unknown to this version of Vitalog. Upgrade the program that reads the ledger."
        ) from None


def event_types() -> dict[str, type[Event]]:
    """Every registered event class by its stable name."""
    return dict(_classes)


def encode(event: Event) -> bytes:
    """The stored JSON (UTF-8) of the event's own fields, in field order."""
    return _encoder.encode(event)


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sealed: bytes


_envelope_decoder = msgspec.json.Decoder(_Envelope)


def enclose(box: bytes) -> bytes:
    """The stored JSON of a sealed event: ``{"sealed":"…"}``, base64."""
    return _encoder.encode(_Envelope(box))


def subject_of(stream: str) -> str:
    """Whose key seals the sealed events of a stream: the second part of its name."""
    return stream.split(":", 2)[1]


def decode(name: str, schema_version: int, data: bytes | str) -> Event:
    """The event stored as ``data``, brought up to today's schema version; a sealed one is ``Closed``.

    Raises:
        UnknownEventType: the name is unknown, or the version is newer than this program, or its upcaster is missing.
        msgspec.DecodeError: the data is not that event (a poison event).
    """
    if name in _sealed:
        # A version this program does not know is told apart before anybody looks for the key.
        if schema_version > _classes[name].schema_version:
            raise UnknownEventType(_too_new(name, schema_version))
        return Closed(stored_type=name, box=_envelope_decoder.decode(data).sealed)
    return decode_open(name, schema_version, data)


def decode_open(name: str, schema_version: int, data: bytes | str) -> Event:
    """As ``decode``, of a payload that is not, or no longer, sealed."""
    decoder = _decoders.get(name)
    if decoder is None:
        event_class(name)
        raise AssertionError("unreachable")
    current = _classes[name].schema_version
    if schema_version == current:
        return decoder.decode(data)
    fields: dict[str, Any] = msgspec.json.decode(data)
    for step in range(schema_version, current):
        convert = _upcasters.get((name, step))
        if convert is None:
            raise UnknownEventType(f"No upcaster leads from version {step} of {name} to version {step + 1}.")
        fields = convert(fields)
    if schema_version > current:
        raise UnknownEventType(_too_new(name, schema_version))
    return msgspec.convert(fields, _classes[name])


def _too_new(name: str, schema_version: int) -> str:
    return (
        f"The ledger holds version {schema_version} of {name}; this program knows up to "
        f"{_classes[name].schema_version}. Upgrade the program that reads the ledger."
    )
