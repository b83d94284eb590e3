"""AuditEvent: one per event of the audit trail, reads and refusals included."""

from __future__ import annotations

import re
from typing import Any

from api.fhir.codes import EVENT, HL7, OWN, Resource, concept, instant, lean
from api.fhir.provenance import agent
from projections.queries.audit import Entry

_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_REST = {"system": f"{HL7}/audit-event-type", "code": "rest", "display": "RESTful Operation"}
_RECORD = {"system": _DICOM, "code": "110110", "display": "Patient Record"}
_LOGIN = {"system": _DICOM, "code": "110114", "display": "User Authentication"}
_RIGHTS = {"system": _DICOM, "code": "110137", "display": "User Security Attributes Changed"}
_OTHER = {"system": _DICOM, "code": "110100", "display": "Application Activity"}
_KINDS = {
    "identity.personal-data-read": _REST, "identity.access-denied": _REST, "identity.logged-in": _LOGIN,
    "identity.login-failed": _LOGIN, "identity.stranger-failed": _LOGIN, "identity.session-ended": _LOGIN,
}  # fmt: skip
_BY_CONTEXT = {"checkups": _RECORD, "identity": _RIGHTS}
_MADE = re.compile(r"(?:registered|recorded|created|issued|added|claimed|requested)$")
_PURPOSES = {
    "treatment": "TREAT", "patient-request": "PATRQT", "quality": "HQUALIMP", "research": "HRESCH",
    "billing": "HPAYMT", "legal": "HLEGAL", "public-health": "PUBHLTH", "operations": "HOPERAT",
}  # fmt: skip
_FAILED = {"identity.access-denied", "identity.login-failed", "identity.stranger-failed"}
_ABOUT_CHECKUP = re.compile(r"\{(?:checkup|observation)_id\}")
_ABOUT_PATIENTS = re.compile(r"/(?:patients|checkups|fhir)\b")


def audit_event(entry: Entry) -> Resource:
    """The resource. Its id is the ledger's position, so that no two events share one."""
    data = entry.data or {}
    purpose = _PURPOSES.get(str(data.get("purpose")))
    return lean(
        {
            "resourceType": "AuditEvent",
            "id": str(entry.position),
            "meta": {"versionId": "1", "lastUpdated": instant(entry.at)},
            "type": _KINDS.get(entry.type) or _BY_CONTEXT.get(entry.type.partition(".")[0], _OTHER),
            "subtype": [{"system": EVENT, "code": entry.type}],
            "action": _action(entry.type),
            "recorded": instant(entry.at),
            "outcome": "4" if entry.type in _FAILED else "0",
            "purposeOfEvent": [concept(f"{HL7}/v3-ActReason", purpose, str(data["purpose"]))] if purpose else [],
            "agent": [{"who": agent(entry.actor), "requestor": True}],
            "source": {"observer": {"display": "Vitalog"}},
            "entity": _entities(entry, data),
        }
    )


def _action(event_type: str) -> str:
    if event_type in {"identity.personal-data-read", "identity.access-denied"}:
        return "R"
    if _KINDS.get(event_type) is _LOGIN:
        return "E"
    if event_type == "checkups.patient-erased":
        return "D"
    return "C" if _MADE.search(event_type) else "U"


def _entities(entry: Entry, data: dict[str, Any]) -> list[Resource]:
    operation = str(data.get("operation", ""))
    kind, _, rest = entry.stream.partition(":")
    named = {rest.partition(":")[0]} if kind in {"patient", "checkup", "erasure"} else set[str]()
    checkup = _checkup(entry, data, operation)
    found = [
        _report(subject) if subject == checkup else _entity(subject, named, operation) for subject in entry.subjects
    ]
    if operation:
        found.append({"type": {"system": f"{HL7}/audit-entity-type", "code": "2"}, "name": operation})
    return found


def _checkup(entry: Entry, data: dict[str, Any], operation: str) -> str | None:
    """The checkup that an event is about, or that a read was of: of such a read it is named after the patient."""
    kind, _, rest = entry.stream.partition(":")
    if kind == "checkup":
        return rest.partition(":")[2]
    read = entry.type == "identity.personal-data-read" and _ABOUT_CHECKUP.search(operation)
    return data["subjects"][-1] if read and len(data.get("subjects", ())) > 1 else None


def _report(checkup_id: str) -> Resource:
    return {
        "what": {"reference": f"DiagnosticReport/{checkup_id}"},
        "type": {"system": f"{HL7}/audit-entity-type", "code": "2", "display": "System Object"},
        "role": {"system": f"{HL7}/object-role", "code": "3", "display": "Report"},
    }


def _entity(subject: str, patients: set[str], operation: str) -> Resource:
    if subject in patients or _ABOUT_PATIENTS.search(operation):
        return {
            "what": {"reference": f"Patient/{subject}"},
            "type": {"system": f"{HL7}/audit-entity-type", "code": "1", "display": "Person"},
            "role": {"system": f"{HL7}/object-role", "code": "1", "display": "Patient"},
        }
    return {"what": {"identifier": {"system": f"{OWN}:subject", "value": subject}}}
