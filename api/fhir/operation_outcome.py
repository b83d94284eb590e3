"""OperationOutcome: how every refusal under ``/fhir`` is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from api.fhir.codes import MEDIA_TYPE, OWN, Resource, encode, lean
from api.languages import Language
from api.problem_texts import PROBLEMS
from api.problems import FieldError, Problem
from api.refusals import in_language

_TYPES = {
    400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 406: "not-supported",
    408: "timeout", 409: "conflict", 410: "deleted", 412: "conflict", 413: "too-long", 415: "not-supported",
    422: "invalid", 428: "required", 429: "throttled", 500: "exception", 503: "transient",
}  # fmt: skip
"""R4 issue types (http://hl7.org/fhir/issue-type) by HTTP status."""


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """One finding."""

    text: str
    """English."""
    expression: str | None = None
    """FHIRPath into what was sent, such as ``Bundle.entry[2].resource.code``."""
    code: str = "invalid"
    severity: str = "error"


def outcome(issues: Sequence[Issue], language: Language) -> Resource:
    """The resource."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(issue, language) for issue in issues]}


def _issue(issue: Issue, language: Language) -> Resource:
    return lean(
        {
            "severity": issue.severity,
            "code": issue.code,
            "details": {"text": in_language(issue.text, language)},
            "expression": [issue.expression] if issue.expression else [],
        }
    )


def render_outcome(problem: Problem, language: Language, *, correlation_id: str) -> Response:
    """A problem as FHIR says it: same status, same sentences; ``members["issues"]`` are taken as they are."""
    text = PROBLEMS[problem.code]
    kind = _TYPES.get(text.status, "processing")
    issues: Any = problem.members.get("issues")
    if issues is None and problem.errors:
        issues = [Issue(text=error.detail, expression=_expression(error), code=kind) for error in problem.errors]
    if issues is None:
        detail = problem.detail or text.detail[language].format(**problem.texts)
        issues = [Issue(text=detail, code=kind)]
    body = outcome(issues, language)
    first: Resource = body["issue"][0]
    coding = {"system": f"{OWN}:problem", "code": problem.code, "display": text.title[language]}
    first["details"] = {"coding": [coding], **first["details"]}
    first["diagnostics"] = f"correlation id {correlation_id}"
    headers = {"Content-Language": language, "Vary": "Accept-Language", **problem.headers}
    if text.status == 503:
        headers.setdefault("Retry-After", "2")
    return Response(encode(body), status_code=text.status, headers=headers, media_type=MEDIA_TYPE)


def _expression(error: FieldError) -> str | None:
    """A JSON pointer into a resource as FHIRPath; of a query parameter ``http.name``, as R4 asks."""
    if error.pointer.startswith("?"):
        return f"http.{error.pointer[1:]}"
    path = ""
    for part in error.pointer.split("/")[1:]:
        path += f"[{part}]" if part.isdigit() else f".{part}"
    return path.removeprefix(".") or None
