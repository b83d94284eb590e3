"""What an entry of the audit trail said before and after: opened from the ledger, for whoever may be told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from api.policy import FIELDS
from api.principal import Principal
from application.checkups.histories import checkup_history, patient_history
from application.commands import Services
from application.ports.ledger import RecordedEvent
from domain.identity import user as users
from domain.kernel import Closed, Event
from domain.monitoring import monitor as monitors
from projections.queries.audit import Entry

_Fold = Callable[[Any, Event], Any]
_STATES: dict[str, _Fold] = {"monitor": monitors.evolve, "user": users.evolve}
_UNSAID = frozenset({"id", "version"})
_NEEDED: dict[str, set[str]] = {}
for _field, _permission in FIELDS.items():
    _NEEDED.setdefault(_field.rpartition(".")[0], set()).add(_permission)


class Change(msgspec.Struct, frozen=True):
    """One field that is not what it was; None: there was, or is, nothing."""

    field: str
    old: Any
    new: Any


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """What an event said."""

    erased: bool = False
    """Its key was destroyed: nobody can read it any more."""
    withheld: list[str] | None = None
    """Permissions that the reader lacks."""
    reason: str | None = None
    changes: list[Any] | None = None
    """Field by field, with the value before and after; None: the event changed no record."""
    said: dict[str, Any] | None = None
    """The event's own fields, where there is nothing to compare them with."""


async def details_of(services: Services, principal: Principal, entries: Sequence[Entry]) -> dict[int, Details]:
    """By position.

    Raises:
        LedgerUnavailable: PostgreSQL cannot be reached.
    """
    return await asyncio.to_thread(_details_of, services, principal, entries)


def _details_of(services: Services, principal: Principal, entries: Sequence[Entry]) -> dict[int, Details]:
    found: dict[int, Details] = {}
    streams: dict[str, dict[int, Details]] = {}
    for entry in entries:
        missing = sorted(one for one in _NEEDED.get(entry.type, ()) if not principal.may(one))
        if missing:
            found[entry.position] = Details(withheld=missing)
            continue
        if entry.stream not in streams:
            streams[entry.stream] = _of_stream(services, entry.stream)
        told = streams[entry.stream].get(entry.position)
        if told is None and entry.data is None:
            told = _alone(services, entry.position)
        found[entry.position] = told or Details(said=entry.data)
    return found


def _of_stream(services: Services, stream: str) -> dict[int, Details]:
    """Of streams that tell the life of a record; nothing of others, which may be long."""
    kind = stream.partition(":")[0]
    if kind not in {"patient", "checkup", *_STATES}:
        return {}
    events = services.ledger.read_stream(stream)
    if any(isinstance(recorded.event, Closed) for recorded in events):
        return {one.position: Details(erased=True) for one in events if isinstance(one.event, Closed)}
    if kind in _STATES:
        return _changes(events, _STATES[kind])
    history = checkup_history(events) if kind == "checkup" else patient_history(events)
    return {entry.position: Details(reason=entry.reason, changes=list(entry.changes)) for entry in history}


def _changes(events: Sequence[RecordedEvent], evolve: _Fold) -> dict[int, Details]:
    found: dict[int, Details] = {}
    state, before = None, dict[str, Any]()
    for recorded in events:
        state = evolve(state, recorded.event)
        after: dict[str, Any] = {} if state is None else msgspec.to_builtins(state)
        names = sorted((before.keys() | after.keys()) - _UNSAID)
        changed = [
            Change(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
        ]
        found[recorded.position] = Details(changes=changed)
        before = after
    return found


def _alone(services: Services, position: int) -> Details:
    (recorded,) = services.ledger.read(position - 1, 1)
    if isinstance(recorded.event, Closed):
        return Details(erased=True)
    return Details(said=msgspec.to_builtins(recorded.event))
