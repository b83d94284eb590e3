"""What an event changed, field by field, and the same changes made again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import msgspec

from domain.checkups.checkup import Checkup
from domain.checkups.patient import Patient

Document = dict[str, Any]
"""A record as nested JSON objects. Lists whose items have names are objects by name, so that a pointer says what it
points at; what is absent is left out.
"""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One field that is not what it was."""

    field: str
    """RFC 6901 pointer into the document: ``/measurements/8302-2/value``."""
    old: Any
    """None: there was nothing."""
    new: Any
    """None: there is nothing any more."""


def checkup_document(
    checkup: Checkup | None, before: Checkup | None = None, document: Document | None = None
) -> Document:
    """Everything a checkup says; the empty document before it was recorded.

    ``document``: that of the state ``before``. What is the same measurement in both is not said anew.
    """
    if checkup is None:
        return {}
    results = checkup.results
    said: Document = (document or {}).get("measurements", {})
    kept = {id(one): said[one.id] for one in before.results.measurements} if before is not None else {}
    return _pruned(
        {
            "kind": checkup.kind,
            "date": checkup.date.isoformat(),
            "place": checkup.place,
            "clinician": checkup.clinician,
            "note": checkup.note,
            "source": checkup.source,
            "measurements": {one.id: kept.get(id(one)) or _plain(one, "id") for one in results.measurements},
            "derived": {one.code: _plain(one, "code") for one in results.derived},
            "judgements": {f"{one.scheme}:{one.code}": _plain(one) for one in results.judgements},
            "addenda": {str(number): _plain(one) for number, one in enumerate(checkup.addenda, 1)},
            "voided": _plain(checkup.voided),
        }
    )


def patient_document(patient: Patient | None, *_: object) -> Document:
    """Everything known of a patient; the empty document before registration."""
    if patient is None:
        return {}
    personal = _plain(patient.personal, "identifiers")
    personal["identifiers"] = {str(number): _plain(one) for number, one in enumerate(patient.personal.identifiers, 1)}
    return _pruned({**personal, "legal_hold": _plain(patient.hold), "erasure_request": _plain(patient.erasure)})


def differences(before: Document, after: Document) -> list[Difference]:
    """Every field in which two documents differ, in order of their pointers."""
    return sorted(_differing(before, after, ""), key=lambda one: one.field)


def applied(document: Document, changes: Iterable[Difference]) -> Document:
    """The document after the changes."""
    leaves = dict(_leaves(document, ""))
    for change in changes:
        if change.new is None:
            leaves.pop(change.field, None)
        else:
            leaves[change.field] = change.new
    made: Document = {}
    for field, value in leaves.items():
        *way, last = (part.replace("~1", "/").replace("~0", "~") for part in field[1:].split("/"))
        place = made
        for part in way:
            place = place.setdefault(part, {})
        place[last] = value
    return made


def _differing(before: Document, after: Document, pointer: str) -> Iterator[Difference]:
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if old == new:  # most of a long record, of which an event changes little
            continue
        if isinstance(old, dict) or isinstance(new, dict):
            field = _below(pointer, name)
            yield from _differing(_branch(old), _branch(new), field)
            old, new = None if isinstance(old, dict) else old, None if isinstance(new, dict) else new
        if old != new:
            yield Difference(field=_below(pointer, name), old=old, new=new)


def _branch(value: Any) -> Document:
    return cast("Document", value) if isinstance(value, dict) else {}


def _below(pointer: str, name: str) -> str:
    return f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"


def _leaves(document: Mapping[str, Any], pointer: str) -> Iterable[tuple[str, Any]]:
    for name, value in document.items():
        field = _below(pointer, name)
        if isinstance(value, dict):
            yield from _leaves(cast("Document", value), field)
        else:
            yield field, value


def _plain(value: msgspec.Struct | None, *without: str) -> Document:
    """A struct as JSON objects; numbers stay ``Decimal``."""
    if value is None:
        return {}
    found: Document = {}
    for name in value.__struct_fields__:
        if name not in without:
            found[name] = _plain_value(getattr(value, name))
    return _pruned(found)


def _plain_value(value: Any) -> Any:
    if isinstance(value, tuple):
        return {one.code: _plain(one, "code") for one in value}  # type: ignore[union-attr]  # a panel's components
    if isinstance(value, msgspec.Struct):
        return _plain(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _pruned(document: Document) -> Document:
    """Without what is absent."""
    return {name: value for name, value in document.items() if value is not None and value is not False and value != {}}
