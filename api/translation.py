"""From what can go wrong below a route to the problem its caller sees. Anything not named here is a defect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from api.checkup_problems import checkup_problem
from api.field_texts import sentence
from api.gate import context_of
from api.identity_refusals import identity_problem
from api.json_input import escape
from api.languages import Language
from api.problems import FieldError, Problem
from application.commands import StaleVersion
from application.ports.ledger import LedgerUnavailable, VersionConflict
from application.ports.subject_keys import KeyRefused, SubjectErased
from application.ports.vault import VaultError
from domain.refusal import Refused

_log: structlog.stdlib.BoundLogger = structlog.get_logger("vitalog.api")


def translate(error: Exception) -> Problem | None:
    """The problem that says it to the caller; None for a defect."""
    return checkup_problem(error) or identity_problem(error) or _translate(error)


def _translate(error: Exception) -> Problem | None:  # noqa: PLR0911  one line for each thing that can go wrong
    match error:
        case Problem():
            return error
        case LedgerUnavailable():
            return Problem("unavailable")
        case VersionConflict():
            return Problem("conflict", headers={"Retry-After": "1"})
        case StaleVersion():
            return Problem(
                "stale",
                current=error.current,
                members={"version": error.current},
                headers={"ETag": f'"{error.current}"'},
            )
        case Refused():
            reason = str(error)
            if error.field is None:
                return Problem("refused", detail=reason)
            return Problem("invalid", detail=reason, errors=[FieldError(f"/{escape(error.field)}", reason)])
        case SubjectErased():
            return Problem("erased")
        case KeyRefused():
            _log.error("keys_unavailable", why=str(error))
            return Problem("keys-unavailable")
        case VaultError():
            return Problem("refused", detail=str(error))
        case _:
            return None


def install(app: FastAPI) -> None:
    """Turn the framework's own exceptions into problems too; the gate answers them."""

    async def http_error(request: HTTPConnection, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        raise _http_problem(app, request.scope, error) from None

    async def invalid(request: HTTPConnection, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError | WebSocketRequestValidationError)
        raise invalid_input(error.errors(), context_of(request.scope).language) from None

    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(WebSocketRequestValidationError, invalid)


def invalid_input(faults: Iterable[Mapping[str, Any]], language: Language) -> Problem:
    """The 422 for pydantic's faults."""
    errors = [
        FieldError(
            _pointer(fault["loc"]), sentence(fault["type"], fault.get("ctx") or {}, str(fault.get("msg", "")), language)
        )
        for fault in faults
    ]
    single = f"{errors[0].pointer or 'body'}: {errors[0].detail}" if len(errors) == 1 else None
    return Problem("invalid", detail=single, errors=errors)


def _pointer(location: tuple[int | str, ...]) -> str:
    source, *rest = location
    if source == "body":
        return "".join(f"/{escape(str(part))}" for part in rest)
    return f"?{'.'.join(str(part) for part in rest)}"


def _http_problem(app: FastAPI, scope: Scope, error: HTTPException) -> Problem:
    if error.status_code == 404:
        return Problem("not-found")
    if error.status_code == 405:
        allow = ", ".join(sorted(_methods(app, scope)))
        return Problem("method-not-allowed", method=str(scope["method"])[:20], allow=allow, headers={"Allow": allow})
    return Problem("internal")


def _methods(app: FastAPI, scope: Scope) -> set[str]:
    found: set[str] = set()
    for route in app.routes:
        if isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE:
            found |= set(route.methods or ())
    return found
