"""What a FHIR request asks for beyond its path: search parameters, the form of the answer, conditions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.utils import format_datetime
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from api.context import Api
from api.fhir.codes import MEDIA_TYPE, Resource, encode
from api.fhir.operation_outcome import Issue, outcome
from api.fhir.searching import bad, unknown
from api.fhir.versions import Version
from api.gate import context_of
from api.problems import Problem

BASE = "/fhir"
DEFAULT_COUNT, MAX_COUNT = 50, 500
_JSON = {"", "*/*", "application/*", "application/json", "text/json", "json", MEDIA_TYPE}
_EVERYWHERE = ("_count", "_total", "_summary")
_SUMMARIES = {"count", "false"}
_UNWANTED = re.compile(r";\s*q=0(?:\.0*)?\s*(?:;|$)")
_ENTITY = re.compile(r'"([^"]*)"')


class Query:
    """The parameters of a search, each taken once; what is not among ``known`` is ignored, or refused when the caller
    prefers so (``Prefer: handling=strict``).
    """

    def __init__(self, request: Request, known: Sequence[str]) -> None:
        check_form(request)
        self._values = request.query_params
        modified = [name for name in self._values if ":" in name and name.partition(":")[0] in known]
        if modified:
            raise bad(modified[0], f"The modifier of {modified[0]} is not supported.")
        self.ignored = unknown(self._values.keys(), (*known, *_EVERYWHERE))
        if self._values.get("_summary", "count") not in _SUMMARIES:
            self.ignored.append("_summary")
        if self.ignored and "handling=strict" in request.headers.get("prefer", "").replace(" ", ""):
            raise bad(self.ignored[0], f"{self.ignored[0]} is not supported here.")
        self.known = known
        self.path = request.url.path

    def all(self, name: str) -> list[str]:
        """Every value of a parameter that may be repeated, which means "and". Raises ``KeyError`` for one that is not
        known here: what is called ignored must be.
        """
        if name not in (*self.known, *_EVERYWHERE):
            raise KeyError(name)
        return [value for value in self._values.getlist(name) if value]

    def one(self, name: str) -> str | None:
        """The value of a parameter that makes sense once.

        Raises:
            Problem: there are several.
        """
        values = self.all(name)
        if len(values) > 1:
            raise bad(name, f"{name} can be given once.")
        return values[0] if values else None

    @property
    def count(self) -> int:
        """Resources per page, 0 to ``MAX_COUNT``."""
        if "_summary" not in self.ignored and self.one("_summary") == "count":
            return 0
        text = self.one("_count")
        if text is None:
            return DEFAULT_COUNT
        if not (text.isascii() and text.isdigit()):
            raise bad("_count", "_count takes a whole number, 0 or more.")
        return min(int(text[:9]), MAX_COUNT)

    def sort(self, possible: Sequence[str], usual: str) -> tuple[str, bool]:
        """What to sort by, and whether downwards."""
        text = self.one("_sort") or usual
        name = text.removeprefix("-")
        if name not in possible:
            raise bad("_sort", f"_sort takes one of {', '.join(possible)}, with - in front for downwards.")
        return name, text.startswith("-")

    @property
    def used(self) -> list[tuple[str, str]]:
        """What was heard, for links; without the place in the list."""
        return [
            (name, value)
            for name, value in self._values.multi_items()
            if name not in self.ignored and name != "_cursor" and value
        ]

    @property
    def scope(self) -> str:
        """What a cursor belongs to: this search and no other, whatever the size of its pages."""
        return f"{self.path}?{urlencode([pair for pair in self.used if pair[0] not in {'_count', 'purpose'}])}"

    def link(self, base: str, cursor: str | None = None) -> str:
        """The search as it was understood, or the page of it at ``cursor``."""
        pairs = [*self.used, *([("_cursor", cursor)] if cursor else [])]
        return f"{base}{self.path.removeprefix(BASE)}" + (f"?{urlencode(pairs)}" if pairs else "")

    def warning(self, request: Request) -> Resource | None:
        """An OperationOutcome that says what was ignored; None: nothing was."""
        if not self.ignored:
            return None
        issues = [
            Issue(text=f"{name[:60]} is not supported here, and was ignored.", code="not-supported", severity="warning")
            for name in self.ignored[:20]
        ]
        return outcome(issues, context_of(request.scope).language)


def base_of(api: Api, request: Request) -> str:
    """The address of ``/fhir`` as the caller reaches it, without a final slash."""
    return f"{api.base_url(request)}{BASE}"


def check_form(request: Request) -> None:
    """Raises ``Problem``: another form than JSON is wanted."""
    wanted = request.query_params.get("_format")
    accepted = [wanted] if wanted else request.headers.get("accept", "").split(",")
    forms = {
        form.partition(";")[0].strip().lower().replace(" ", "+") for form in accepted if not _UNWANTED.search(form)
    }
    if _JSON.isdisjoint(forms):
        raise Problem("not-acceptable", offered=MEDIA_TYPE)


def answer(resource: Resource, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """The resource as an answer."""
    return Response(encode(resource), status, headers, MEDIA_TYPE)


def versioned(request: Request, version: Version) -> Response:
    """One version of a resource; 304 when the caller has it already."""
    headers = {"ETag": version.etag, "Last-Modified": format_datetime(version.at, usegmt=True)}
    asked = request.headers.get("if-none-match", "")
    if asked.strip() == "*" or str(version.number) in _ENTITY.findall(asked):
        return Response(status_code=304, headers=headers)
    return answer(version.resource, headers=headers)
