"""CapabilityStatement: what ``/fhir`` can do; the same for everybody, and nothing of this installation."""

from __future__ import annotations

from importlib.metadata import version

from api.fhir.codes import PROFILES, Resource

_PUBLISHED = "2026-11-21"
"""Day of the last change of this statement."""
_READ = ("read", "vread", "history-instance", "search-type")
_Parameters = tuple[tuple[str, str, str], ...]
"""Name, type, and what is to be known about each."""
_RESULT_SEARCH: _Parameters = (
    ("patient", "reference", "The patient; needed unless _id is given."),
    ("subject", "reference", "The same."),
    ("code", "token", "system|code or code."),
    ("date", "date", "Day of the checkup, with a prefix and any precision."),
    ("category", "token", "vital-signs or laboratory."),
    ("status", "token", "Without it nothing that was entered in error is found."),
    ("_id", "token", "Of the resource."),
    ("_lastUpdated", "date", "When it was recorded or changed."),
)
_PATIENT_SEARCH: _Parameters = (
    ("_id", "token", "Of the patient."),
    ("identifier", "token", "system|value."),
    ("name", "string", "A whole name, the family name, or one word of a name; needs purpose."),
    ("phone", "token", "In any notation; needs purpose."),
    ("_lastUpdated", "date", "When it was recorded or changed."),
)
_PROVENANCE_SEARCH: _Parameters = (
    ("patient", "reference", "Needed."),
    ("target", "reference", "The resource that was changed."),
    ("recorded", "date", "When it was changed."),
    ("_lastUpdated", "date", "The same."),
)
_AUDIT_SEARCH: _Parameters = (
    ("patient", "reference", "Whose data it is about."),
    ("agent", "token", "Who did it: user:{id}, api-key:{id} or admin."),
    ("subtype", "token", "Type of the event."),
    ("date", "date", "When."),
    ("_lastUpdated", "date", "The same."),
)
_SEARCH: dict[str, _Parameters] = {
    "Patient": _PATIENT_SEARCH,
    "Observation": _RESULT_SEARCH,
    "DiagnosticReport": _RESULT_SEARCH,
    "Provenance": _PROVENANCE_SEARCH,
    "AuditEvent": _AUDIT_SEARCH,
}
_TRANSACTION = (
    "Patient, Observation and DiagnosticReport, by POST alone; Patient with ifNoneExist=identifier=system|value. A "
    "batch is taken in whole or not at all too. dry_run=true reports every entry and stores nothing; confirm=true says "
    "that unusual values are meant."
)
_PROFILES = {
    "Observation": [
        f"{PROFILES}/{name}"
        for name in (
            "vitalsigns",
            "bodyheight",
            "bodyweight",
            "bmi",
            "bp",
            "heartrate",
            "bodytemp",
            "resprate",
            "oxygensat",
        )
    ]
}


def parameters_of(kind: str) -> tuple[str, ...]:
    """What a kind of resource is searched by: the routes heed these, and the statement names them."""
    return tuple(name for name, _, _ in _SEARCH[kind])


def capability_statement(base: str) -> Resource:
    """``base``: the address of ``/fhir``, without a final slash."""
    everything = {
        "name": "everything",
        "definition": "http://hl7.org/fhir/OperationDefinition/Patient-everything",
        "documentation": "An export: needs the parameter purpose.",
    }
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _PUBLISHED,
        "kind": "instance",
        "software": {"name": "Vitalog", "version": version("vitalog")},
        "implementation": {"description": "Vitalog, a health ledger", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "documentation": (
                    "Every version comes straight from the ledger's events. Every read of personal data is recorded."
                ),
                "security": {
                    "cors": False,
                    "description": "Authorization: Bearer, with an access token or an API key of Vitalog.",
                },
                "resource": [
                    _resource("Patient", _READ) | {"operation": [everything]},
                    _resource("Observation", _READ),
                    _resource("DiagnosticReport", _READ),
                    _resource("Provenance", ("search-type",)),
                    _resource("AuditEvent", ("search-type",)),
                ],
                "interaction": [{"code": "transaction", "documentation": _TRANSACTION}],
            }
        ],
    }


def _resource(kind: str, interactions: tuple[str, ...]) -> Resource:
    found: Resource = {
        "type": kind,
        "interaction": [{"code": code} for code in interactions],
        "versioning": "versioned",
        "readHistory": "vread" in interactions,
        "updateCreate": False,
        "searchParam": [{"name": name, "type": type_, "documentation": text} for name, type_, text in _SEARCH[kind]],
    }
    if kind in _PROFILES:
        found["supportedProfile"] = _PROFILES[kind]
    return found
