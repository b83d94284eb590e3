"""Whether a Bundle has the shape that R4 gives it, as far as Vitalog reads it.

What is not read may be anything; what is read and has another type is a fault where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, cast

from api.fhir.operation_outcome import Issue

Shape = str | Mapping[str, Any] | list[Any]
"""``"text"``, ``"number"``, the members of an object, or a list with the shape of each item."""

_CODING = {"system": "text", "code": "text", "display": "text"}
_CONCEPT = {"coding": [_CODING], "text": "text"}
_IDENTIFIER = {"system": "text", "value": "text"}
_REFERENCE = {"reference": "text", "display": "text", "identifier": _IDENTIFIER}
_AMOUNT = {"value": "number", "unit": "text", "system": "text", "code": "text", "comparator": "text"}
_QUANTITY = {**_AMOUNT, "extension": [{"url": "text", "valueQuantity": _AMOUNT}]}
_NAME = {"use": "text", "text": "text", "family": "text", "given": ["text"]}
_TELECOM = {"system": "text", "value": "text"}
_NESTED = {"url": "text", "valueCodeableConcept": _CONCEPT}
_EXTENSION = {**_NESTED, "extension": [_NESTED]}
_ADDRESS = {
    "text": "text", "line": ["text"], "district": "text", "city": "text", "state": "text", "postalCode": "text",
    "country": "text",
}  # fmt: skip
_RESOURCES: dict[str, Shape] = {
    "Patient": {
        "id": "text",
        "extension": [_EXTENSION],
        "identifier": [_IDENTIFIER],
        "name": [_NAME],
        "telecom": [_TELECOM],
        "gender": "text",
        "birthDate": "text",
        "address": [_ADDRESS],
        "contact": [{"relationship": [_CONCEPT], "name": _NAME, "telecom": [_TELECOM]}],
    },
    "Observation": {
        "id": "text",
        "extension": [_EXTENSION],
        "status": "text",
        "code": _CONCEPT,
        "subject": _REFERENCE,
        "encounter": _REFERENCE,
        "effectiveDateTime": "text",
        "effectiveInstant": "text",
        "effectivePeriod": {"start": "text"},
        "valueQuantity": _QUANTITY,
        "valueString": "text",
        "valueCodeableConcept": _CONCEPT,
        "valueInteger": "number",
        "dataAbsentReason": _CONCEPT,
        "bodySite": _CONCEPT,
        "hasMember": [_REFERENCE],
        "component": [{"code": _CONCEPT, "valueQuantity": _QUANTITY, "dataAbsentReason": _CONCEPT}],
    },
    "DiagnosticReport": {
        "id": "text",
        "code": _CONCEPT,
        "subject": _REFERENCE,
        "performer": [_REFERENCE],
        "resultsInterpreter": [_REFERENCE],
        "result": [_REFERENCE],
        "conclusion": "text",
    },
}
_ENTRY = {"fullUrl": "text", "request": {"method": "text", "ifNoneExist": "text"}, "resource": {"resourceType": "text"}}
_BUNDLE = {"type": "text", "link": [{"relation": "text"}], "entry": [_ENTRY]}
_WANTED = {"text": "a text", "number": "a number"}


def misshapen(bundle: Mapping[str, Any]) -> list[Issue]:
    """Everything in a Bundle that is of another type than R4 says."""
    found = list(_faults(bundle, _BUNDLE, "Bundle"))
    if found:
        return found
    for place, entry in enumerate(bundle.get("entry") or []):
        resource: dict[str, Any] = entry.get("resource") or {}
        shape = _RESOURCES.get(resource.get("resourceType", ""))
        if shape is not None:
            found += _faults(resource, shape, f"Bundle.entry[{place}].resource")
    return found


def _faults(value: Any, shape: Shape, path: str) -> Iterator[Issue]:
    if isinstance(shape, str):
        good = isinstance(value, str) if shape == "text" else _is_number(value)
        if not good:
            yield _fault(path, _WANTED[shape])
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield _fault(path, "a list")
            return
        for place, item in enumerate(cast("list[Any]", value)):
            # Of primitive items null stands where only an extension is given (R4, 2.6.2.3).
            if item is not None or not isinstance(shape[0], str):
                yield from _faults(item, shape[0], f"{path}[{place}]")
    elif not isinstance(value, dict):
        yield _fault(path, "an object")
    else:
        for name, inner in shape.items():
            if (given := cast("dict[str, Any]", value).get(name)) is not None:
                yield from _faults(given, inner, f"{path}.{name}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _fault(path: str, wanted: str) -> Issue:
    return Issue(text=f"{path.rpartition('.')[2]} must be {wanted}.", expression=path, code="structure")
