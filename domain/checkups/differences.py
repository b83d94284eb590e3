"""What an event changed, field by field, and the same changes made again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

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


def checkup_document(checkup: Checkup | None) -> Document:
    """Everything a checkup says; the empty document before it was recorded."""
    if checkup is None:
        return {}
    results = checkup.results
    return _pruned(
        {
            "kind": checkup.kind,
            "date": checkup.date.isoformat(),
            "place": checkup.place,
            "clinician": checkup.clinician,
            "note": checkup.note,
            "source": checkup.source,
            "measurements": {one.id: _plain(one, "id") for one in results.measurements},
            "derived": {one.code: _plain(one, "code") for one in results.derived},
            "judgements": {f"{one.scheme}:{one.code}": _plain(one) for one in results.judgements},
            "addenda": {str(number): _plain(one) for number, one in enumerate(checkup.addenda, 1)},
            "voided": _plain(checkup.voided),
        }
    )


def patient_document(patient: Patient | None) -> Document:
    """Everything known of a patient; the empty document before registration."""
    if patient is None:
        return {}
    personal = _plain(patient.personal, "identifiers")
    personal["identifiers"] = {str(number): _plain(one) for number, one in enumerate(patient.personal.identifiers, 1)}
    return _pruned({**personal, "legal_hold": _plain(patient.hold), "erasure_request": _plain(patient.erasure)})


def differences(before: Document, after: Document) -> list[Difference]:
    """Every field in which two documents differ, in order of their pointers."""
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    return [
        Difference(field=field, old=old.get(field), new=new.get(field))
        for field in sorted(old.keys() | new.keys())
        if old.get(field) != new.get(field)
    ]


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


def _leaves(document: Mapping[str, Any], pointer: str) -> Iterable[tuple[str, Any]]:
    for name, value in document.items():
        field = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        if isinstance(value, dict):
            yield from _leaves(value, field)  # type: ignore[arg-type]
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
    return found


def _plain_value(value: Any) -> Any:
    if isinstance(value, tuple):
        return {one.code: _plain(one, "code") for one in value}  # type: ignore[union-attr]  # a panel's components
    if isinstance(value, msgspec.Struct):
        return _plain(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _pruned(document: Document) -> Document:
    found: Document = {}
    for name, value in document.items():
        kept = _pruned(value) if isinstance(value, dict) else value  # type: ignore[arg-type]
        if kept is not None and kept != {} and kept is not False:
            found[name] = kept
    return found
