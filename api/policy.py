"""THE table: who may do what. Whatever is not in it is refused to everybody, and a test fails.

A permission is granted to roles (``PERMISSIONS``); a route asks for one permission (``ROUTES``), and so does every
field of personal data (``FIELDS``). ``api.guard`` enforces it before a body is looked at.
"""

from __future__ import annotations

import re
from typing import Literal

PUBLIC = "public"
"""Answered to everybody, a stranger too."""
KNOWN = "known"
"""Whoever could prove who it is: users, API keys, the bootstrap token."""
SELF = "self"
"""A user who is logged in: it concerns their own account. Neither an API key nor the bootstrap token has one."""

OWN_ROLE = "patient"
"""Everything this role may, it may for the user's own record alone."""

_ADMIN: frozenset[str] = frozenset({"admin"})
_OPERATORS = _ADMIN | {"operator"}
_CLINICIANS = _ADMIN | {"clinician"}
_AUDITORS = _ADMIN | {"auditor"}
_CARE = _CLINICIANS | {"auditor"}
_OWN = _CARE | {"patient"}
_STAFF = frozenset({"admin", "operator", "clinician", "auditor", "viewer"})

PERMISSIONS: dict[str, frozenset[str]] = {
    "monitors.read": _STAFF,
    "monitors.write": _OPERATORS,
    "incidents.write": _OPERATORS,
    "events.read": _STAFF | {"patient"},  # of which contexts: EVENT_CONTEXTS
    "operations.read": frozenset({"admin", "operator", "auditor", "viewer"}),
    "operations.write": _OPERATORS,
    "users.read": _AUDITORS,
    "users.write": _ADMIN,
    "access.switch": _ADMIN,
    "patients.read": _OWN,
    "patients.write": _CLINICIANS,
    "patients.erase": _CLINICIANS,
    "checkups.read": _OWN,
    "checkups.write": _CLINICIANS,
    "import.write": _CLINICIANS,
    "cohorts.read": _CARE,
    "reports.read": _OWN,
    "fhir.read": _OWN,
    "fhir.write": _CLINICIANS,
    "audit.read": _AUDITORS,
    "audit.review": _AUDITORS,
}

ALL_CONTEXTS = frozenset({"monitoring", "checkups", "identity"})
EVENT_CONTEXTS: dict[str, frozenset[str]] = {
    "admin": ALL_CONTEXTS,
    "operator": frozenset({"monitoring"}),
    "clinician": frozenset({"checkups"}),
    "auditor": ALL_CONTEXTS,
    "viewer": frozenset({"monitoring"}),
    "patient": frozenset({"checkups"}),
}
"""Of which contexts a role may read events; the role ``patient`` those of its own record alone."""

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "WEBSOCKET"]
_V1 = "/api/v1"
_MONITOR, _INCIDENT = f"{_V1}/monitors/{{monitor_id}}", f"{_V1}/incidents/{{incident_id}}"
_USER, _PATIENT, _CHECKUP = (
    f"{_V1}/users/{{user_id}}",
    f"{_V1}/patients/{{patient_id}}",
    f"{_V1}/checkups/{{checkup_id}}",
)
_FHIR = "/fhir"

ROUTES: dict[tuple[str, str], str] = {
    # Pages, and what machines ask without a token: states of components, nothing else.
    ("GET", "/"): PUBLIC,  # shows the login form to whoever has no session
    ("HEAD", "/"): PUBLIC,
    ("GET", "/login"): PUBLIC,
    ("POST", "/login"): PUBLIC,
    ("POST", "/logout"): PUBLIC,
    ("GET", "/style.css"): PUBLIC,
    ("GET", "/icon.svg"): PUBLIC,
    ("GET", "/livez"): PUBLIC,
    ("HEAD", "/livez"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("HEAD", "/readyz"): PUBLIC,
    ("GET", "/health"): PUBLIC,
    ("HEAD", "/health"): PUBLIC,
    ("GET", "/metrics"): "operations.read",
    ("GET", "/api/docs"): PUBLIC,  # the same text as in the public repository, nothing of this installation
    ("GET", "/api/openapi.json"): PUBLIC,
    ("GET", "/problems/{code}"): PUBLIC,
    # A ping's key is its credential.
    ("GET", "/ping/{key}"): PUBLIC,
    ("HEAD", "/ping/{key}"): PUBLIC,
    ("POST", "/ping/{key}"): PUBLIC,
    ("GET", "/ping/{key}/{what}"): PUBLIC,
    ("HEAD", "/ping/{key}/{what}"): PUBLIC,
    ("POST", "/ping/{key}/{what}"): PUBLIC,
    # Monitoring.
    ("GET", f"{_V1}/monitors"): "monitors.read",
    ("POST", f"{_V1}/monitors"): "monitors.write",
    ("GET", _MONITOR): "monitors.read",
    ("PATCH", _MONITOR): "monitors.write",
    ("DELETE", _MONITOR): "monitors.write",
    ("POST", f"{_MONITOR}/pause"): "monitors.write",
    ("POST", f"{_MONITOR}/resume"): "monitors.write",
    ("POST", f"{_MONITOR}/probe"): "monitors.write",
    ("GET", f"{_MONITOR}/uptime"): "monitors.read",
    ("GET", f"{_MONITOR}/intervals"): "monitors.read",
    ("GET", f"{_MONITOR}/latency"): "monitors.read",
    ("GET", f"{_MONITOR}/outcomes"): "monitors.read",
    ("GET", f"{_V1}/incidents"): "monitors.read",
    ("GET", _INCIDENT): "monitors.read",
    ("POST", f"{_INCIDENT}/acknowledge"): "incidents.write",
    ("POST", f"{_INCIDENT}/note"): "incidents.write",
    ("POST", f"{_INCIDENT}/resolve"): "incidents.write",
    # Events and read models.
    ("GET", f"{_V1}/events"): "events.read",
    ("GET", f"{_V1}/events/live"): "events.read",
    ("WEBSOCKET", f"{_V1}/events/ws"): "events.read",
    ("GET", f"{_V1}/activity"): "audit.read",  # of every context
    ("GET", f"{_V1}/projections"): "operations.read",
    ("POST", f"{_V1}/projections/{{name}}/rebuild"): "operations.write",
    ("GET", f"{_V1}/projections/{{name}}/dead-letters"): "operations.read",
    # Identity.
    ("POST", f"{_V1}/login"): PUBLIC,
    ("POST", f"{_V1}/token/refresh"): PUBLIC,  # the refresh token is the credential
    ("POST", f"{_V1}/logout"): SELF,
    ("GET", f"{_V1}/me"): KNOWN,
    ("POST", f"{_V1}/me/password"): SELF,
    ("POST", f"{_V1}/me/totp"): SELF,
    ("POST", f"{_V1}/me/totp/confirm"): SELF,
    ("DELETE", f"{_V1}/me/totp"): SELF,
    ("GET", f"{_V1}/users"): "users.read",
    ("POST", f"{_V1}/users"): "users.write",
    ("GET", _USER): "users.read",
    ("PATCH", _USER): "users.write",
    ("DELETE", _USER): "users.write",
    ("POST", f"{_USER}/roles"): "users.write",
    ("DELETE", f"{_USER}/roles/{{role}}"): "users.write",
    ("POST", f"{_USER}/disable"): "users.write",
    ("POST", f"{_USER}/enable"): "users.write",
    ("POST", f"{_USER}/password"): "users.write",
    ("POST", f"{_USER}/links"): "users.write",
    ("DELETE", f"{_USER}/links/{{provider}}"): "users.write",
    ("GET", f"{_V1}/api-keys"): SELF,
    ("POST", f"{_V1}/api-keys"): SELF,
    ("DELETE", f"{_V1}/api-keys/{{key_id}}"): SELF,
    ("GET", f"{_V1}/oidc/providers"): PUBLIC,
    ("GET", f"{_V1}/oidc/{{provider}}/start"): PUBLIC,
    ("GET", f"{_V1}/oidc/{{provider}}/callback"): PUBLIC,  # state, cookie and code are the credentials
    ("GET", f"{_V1}/access/bootstrap-token"): "access.switch",
    ("POST", f"{_V1}/access/bootstrap-token"): "access.switch",
    # Checkups.
    ("GET", f"{_V1}/patients"): "patients.read",
    ("POST", f"{_V1}/patients"): "patients.write",
    ("GET", _PATIENT): "patients.read",
    ("PATCH", _PATIENT): "patients.write",
    ("GET", f"{_PATIENT}/history"): "patients.read",
    ("POST", f"{_PATIENT}/legal-hold"): "patients.erase",
    ("DELETE", f"{_PATIENT}/legal-hold"): "patients.erase",
    ("POST", f"{_PATIENT}/erasure"): "patients.erase",
    ("POST", f"{_PATIENT}/erasure/confirm"): "patients.erase",
    ("DELETE", f"{_PATIENT}/erasure"): "patients.erase",
    ("GET", f"{_PATIENT}/checkups"): "checkups.read",
    ("POST", f"{_PATIENT}/checkups"): "checkups.write",
    ("GET", _CHECKUP): "checkups.read",
    ("GET", f"{_CHECKUP}/history"): "checkups.read",
    ("PATCH", _CHECKUP): "checkups.write",
    ("POST", f"{_CHECKUP}/measurements"): "checkups.write",
    ("POST", f"{_CHECKUP}/measurements/{{measurement_id}}/amend"): "checkups.write",
    ("POST", f"{_CHECKUP}/addenda"): "checkups.write",
    ("POST", f"{_CHECKUP}/void"): "checkups.write",
    ("POST", f"{_V1}/checkups/import"): "import.write",
    ("GET", f"{_PATIENT}/trends"): "checkups.read",
    ("GET", f"{_PATIENT}/trends/{{code}}"): "checkups.read",
    ("GET", f"{_V1}/cohorts/{{code}}"): "cohorts.read",
    ("GET", f"{_PATIENT}/report"): "reports.read",
    # Audit-trail review.
    ("GET", f"{_V1}/audit"): "audit.read",
    ("GET", f"{_V1}/audit/unusual"): "audit.read",
    ("GET", f"{_V1}/audit/reviews"): "audit.read",
    ("POST", f"{_V1}/audit/reviews"): "audit.review",
    # FHIR R4.
    ("GET", f"{_FHIR}/metadata"): PUBLIC,  # the same text for everybody, nothing of this installation
    ("GET", f"{_FHIR}/Patient"): "fhir.read",
    ("GET", f"{_FHIR}/Patient/{{patient_id}}"): "fhir.read",
    ("GET", f"{_FHIR}/Patient/{{patient_id}}/$everything"): "fhir.read",
    ("GET", f"{_FHIR}/Patient/{{patient_id}}/_history"): "fhir.read",
    ("GET", f"{_FHIR}/Patient/{{patient_id}}/_history/{{version_id}}"): "fhir.read",
    ("GET", f"{_FHIR}/Observation"): "fhir.read",
    ("GET", f"{_FHIR}/Observation/{{observation_id}}"): "fhir.read",
    ("GET", f"{_FHIR}/Observation/{{observation_id}}/_history"): "fhir.read",
    ("GET", f"{_FHIR}/Observation/{{observation_id}}/_history/{{version_id}}"): "fhir.read",
    ("GET", f"{_FHIR}/DiagnosticReport"): "fhir.read",
    ("GET", f"{_FHIR}/DiagnosticReport/{{checkup_id}}"): "fhir.read",
    ("GET", f"{_FHIR}/DiagnosticReport/{{checkup_id}}/_history"): "fhir.read",
    ("GET", f"{_FHIR}/DiagnosticReport/{{checkup_id}}/_history/{{version_id}}"): "fhir.read",
    ("GET", f"{_FHIR}/AuditEvent"): "audit.read",
    ("GET", f"{_FHIR}/Provenance"): "fhir.read",
    ("POST", _FHIR): "fhir.write",
}
"""(method, path template) → permission, or ``PUBLIC``, ``KNOWN``, ``SELF``. One entry per method."""

FILTERED: frozenset[tuple[str, str]] = frozenset(
    {
        ("GET", f"{_V1}/events"),
        ("GET", f"{_V1}/events/live"),
        ("WEBSOCKET", f"{_V1}/events/ws"),
        ("GET", f"{_V1}/patients"),
    }
)
"""Routes that show a reader of their own record alone nothing else by themselves. Every other route is open to such a
reader only if its ``patient_id`` or ``checkup_id`` is their own, or what ``OWN_SEARCHES`` names: ``api.guard`` sees to
that."""

OWN_SEARCHES: dict[tuple[str, str], frozenset[str]] = {
    ("GET", f"{_FHIR}/Patient"): frozenset({"_id"}),
    ("GET", f"{_FHIR}/Observation"): frozenset({"patient", "subject"}),
    ("GET", f"{_FHIR}/DiagnosticReport"): frozenset({"patient", "subject"}),
    ("GET", f"{_FHIR}/Provenance"): frozenset({"patient"}),
}
"""Searches that are confined to one patient by these query parameters, whatever else is sent with them: open to a
reader of their own record alone if they name it. A parameter that a route does not heed confines nothing."""

_ACCOUNT, _TIMES = "users.read", "audit.read"
FIELDS: dict[str, str] = {
    "identity.user-created.email": _ACCOUNT,
    "identity.user-created.name": _ACCOUNT,
    "identity.user-created.language": _ACCOUNT,
    "identity.user-created.roles": _ACCOUNT,
    "identity.user-created.patient_id": _ACCOUNT,
    "identity.user-revised.email": _ACCOUNT,
    "identity.user-revised.name": _ACCOUNT,
    "identity.user-revised.language": _ACCOUNT,
    "identity.user-revised.patient_id": _ACCOUNT,
    "identity.account-linked.issuer": _ACCOUNT,
    "identity.account-linked.subject": _ACCOUNT,
    "identity.account-unlinked.issuer": _ACCOUNT,
    "identity.account-unlinked.subject": _ACCOUNT,
    "identity.logged-in.session_id": _TIMES,
    "identity.logged-in.method": _TIMES,
    "identity.logged-in.address": _TIMES,
    "identity.login-failed.reason": _TIMES,
    "identity.login-failed.address": _TIMES,
    "checkups.patient-registered.personal": "patients.read",
    "checkups.patient-revised.personal": "patients.read",
    "checkups.patient-revised.reason": "patients.read",
    "checkups.legal-hold-placed.until": "patients.read",
    "checkups.legal-hold-placed.reason": "patients.read",
    "checkups.legal-hold-lifted.reason": "patients.read",
    "checkups.erasure-requested.by": "patients.read",
    "checkups.erasure-requested.ground": "patients.read",
    "checkups.erasure-confirmed.by": "patients.read",
    "checkups.checkup-recorded.kind": "checkups.read",
    "checkups.checkup-recorded.date": "checkups.read",
    "checkups.checkup-recorded.place": "checkups.read",
    "checkups.checkup-recorded.clinician": "checkups.read",
    "checkups.checkup-recorded.note": "checkups.read",
    "checkups.checkup-recorded.results": "checkups.read",
    "checkups.checkup-recorded.source": "checkups.read",
    "checkups.measurement-amended.measurement_id": "checkups.read",
    "checkups.measurement-amended.old": "checkups.read",
    "checkups.measurement-amended.new": "checkups.read",
    "checkups.measurement-amended.reason": "checkups.read",
    "checkups.measurement-amended.derived": "checkups.read",
    "checkups.measurement-amended.judgements": "checkups.read",
    "checkups.checkup-details-amended.old": "checkups.read",
    "checkups.checkup-details-amended.new": "checkups.read",
    "checkups.checkup-details-amended.reason": "checkups.read",
    "checkups.checkup-details-amended.derived": "checkups.read",
    "checkups.checkup-details-amended.judgements": "checkups.read",
    "checkups.addendum-added.text": "checkups.read",
    "checkups.checkup-voided.reason": "checkups.read",
}
"""Personal data by where it is first told, ``{type of the event}.{field}`` → the permission to be shown it. Every field
of every sealed event stands here, but for ids and times."""


def permission_of(method: str, path: str) -> str | None:
    """What a route asks for, by its path template; None: nobody may."""
    return ROUTES.get((method, path))


def is_public(path: str) -> bool:
    """Whether some method of a path, as it was asked for, is answered to strangers."""
    return _PUBLIC.fullmatch(path) is not None


def _pattern(template: str) -> str:
    return "[^/]+".join(re.escape(part) for part in re.split(r"\{\w+\}", template))


_PUBLIC = re.compile("|".join(sorted({_pattern(path) for (_, path), asked in ROUTES.items() if asked == PUBLIC})))
