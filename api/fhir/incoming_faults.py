"""Where in a Bundle a fault is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.checkups.faults import Fault

_FIELDS: Mapping[str, str] = {
    "value": "valueQuantity.value", "unit": "valueQuantity.code", "text": "valueString", "code": "code",
    "comparator": "valueQuantity.comparator", "systolic": "component", "diastolic": "component", "display": "code",
}  # fmt: skip
_PERSONAL: Mapping[str, str] = {
    "birth_date": "birthDate", "sex": "gender", "phone": "telecom", "email": "telecom", "identifiers": "identifier",
    "guardian": "contact", "species": "extension", "breed": "extension",
}  # fmt: skip


def expression_of(fault: Fault, entries: Sequence[int], first: int, patient_entry: int | None) -> str:
    """Where in the Bundle a fault of an import row is.

    ``entries``: where its measurements are from; ``first``: where its date is; ``patient_entry``: where its patient is.
    """
    parts = fault.pointer.split("/")[1:]
    if parts[:2] == ["checkup", "measurements"] and len(parts) > 2 and parts[2].isdigit():
        place = entries[int(parts[2])]
        field = _FIELDS.get(parts[3], "") if len(parts) > 3 else ""
        return f"Bundle.entry[{place}].resource" + (f".{field}" if field else "")
    if parts[:1] == ["patient"]:
        if patient_entry is None:
            return f"Bundle.entry[{first}].resource.subject"
        field = parts[2] if parts[1:2] == ["register"] and len(parts) > 2 else ""
        place = patient_entry
        return f"Bundle.entry[{place}].resource" + (f".{_PERSONAL.get(field, field)}" if field else "")
    named = "effectiveDateTime" if parts[1:2] == ["date"] else ""
    return f"Bundle.entry[{first}].resource" + (f".{named}" if named else "")


def path_of(pointer: str) -> str:
    """A JSON pointer as FHIRPath: ``component[1].code``."""
    path = ""
    for one in pointer.split("/")[1:]:
        path += f"[{one}]" if one.isdigit() else f".{one}"
    return path.removeprefix(".")
