"""Every refusal is an RFC 9457 problem: a stable type, a title, and a sentence that says what to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from api.languages import Language
from api.problem_texts import PROBLEMS
from api.refusals import in_language

MEDIA_TYPE = "application/problem+json"


class FieldError(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fault of the input."""

    pointer: str
    """RFC 6901 pointer into the body, or ``?name`` for a query parameter."""
    detail: str


class Problem(Exception):
    """Raised anywhere below a route; becomes the answer.

    ``code`` is a key of ``PROBLEMS`` and the last part of the problem's type. ``texts`` fill the placeholders of its
    sentence; ``detail`` replaces the sentence where a decision says more than the catalog can.
    """

    def __init__(
        self,
        code: str,
        *,
        detail: str | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
        **texts: object,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.members = dict(members or {})
        self.texts = texts

    @property
    def status(self) -> int:
        """HTTP status code."""
        return PROBLEMS[self.code].status


def unauthorized(refusal: str | None = None) -> Problem:
    """The 401 for a credential that is missing, or was refused because of the problem ``refusal``."""
    return Problem(refusal or "unauthorized", headers={"WWW-Authenticate": 'Bearer realm="vitalog"'})


def render(problem: Problem, language: Language, *, correlation_id: str, instance: str | None = None) -> Response:
    """The problem as a response in the reader's language."""
    text = PROBLEMS[problem.code]
    if problem.detail is not None:
        detail = in_language(problem.detail, language)
    else:
        detail = text.detail[language].format(**problem.texts)
    body: dict[str, Any] = {
        "type": f"/problems/{problem.code}",
        "title": text.title[language],
        "status": text.status,
        "detail": detail,
    }
    if instance:
        body["instance"] = instance
    body["correlation_id"] = correlation_id
    if problem.errors:
        body["errors"] = [FieldError(error.pointer, in_language(error.detail, language)) for error in problem.errors]
    body.update(problem.members)
    headers = {"Content-Language": language, "Vary": "Accept-Language", **problem.headers}
    if text.status == 503:
        headers.setdefault("Retry-After", "2")
    return Response(msgspec.json.encode(body), status_code=text.status, headers=headers, media_type=MEDIA_TYPE)
