"""The OpenAPI document: what the framework knows of the routes, and what it cannot know: problems, tokens, headers."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from api import policy
from api.access import COOKIE
from api.problems import MEDIA_TYPE

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "correlation_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "Stable; what it means is served there."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What to change, in the language of Accept-Language (en or ko)."},
        "instance": {"type": "string"},
        "correlation_id": {"type": "string", "format": "uuid"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "JSON pointer into the body, or ?name of a parameter.",
                    },
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_IF_MATCH = {
    "name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"},
    "description": 'The ETag that was read, such as "3"; or *.',
}  # fmt: skip
_IDEMPOTENCY = {
    "name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string", "maxLength": 255},
    "description": "Any string of your own: repeating the request with it has no second effect.",
}  # fmt: skip
_SECRET = {
    "/api/v1/login", "/api/v1/token/refresh", "/api/v1/logout", "/api/v1/me/totp", "/api/v1/api-keys",
    "/api/v1/users/{user_id}/password",
}  # fmt: skip
"""Their answers hold what is shown once and kept nowhere, so they cannot be repeated by an ``Idempotency-Key``."""
_UNVERSIONED = {
    ("delete", "/api/v1/me/totp"), ("delete", "/api/v1/api-keys/{key_id}"),
    ("delete", "/api/v1/users/{user_id}/roles/{role}"), ("delete", "/api/v1/users/{user_id}/links/{provider}"),
}  # fmt: skip
"""They say themselves what they remove: an ``ETag`` would add nothing."""
_SCHEMES = {
    "token": {
        "type": "http", "scheme": "bearer",
        "description": "An access token of POST /api/v1/login (JWT), an API key (vk_…), or the bootstrap token.",
    },
    "cookie": {
        "type": "apiKey", "in": "cookie", "name": COOKIE,
        "description": "A browser that is logged in; enough for GET and HEAD.",
    },
}  # fmt: skip


def document(app: FastAPI) -> dict[str, Any]:
    """The document, made once and kept by the application."""
    if app.openapi_schema is None:
        made = app.openapi()
        schemas: dict[str, Any] = made.setdefault("components", {}).setdefault("schemas", {})
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        schemas["Problem"] = _PROBLEM
        made["components"]["securitySchemes"] = _SCHEMES
        for path, operations in made["paths"].items():
            for method, operation in operations.items():
                _complete(path, method, operation)
        app.openapi_schema = made
    return app.openapi_schema


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    problem = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    responses: dict[str, Any] = operation["responses"]
    responses.pop("422", None)
    responses["4XX"] = {"description": "What to change, as a problem.", **problem}
    responses["5XX"] = {"description": "Not your fault; with Retry-After where it helps.", **problem}
    asked = policy.permission_of(method.upper(), path)
    operation["security"] = [] if asked == policy.PUBLIC else [{"token": []}]
    if operation["security"] and method == "get":
        operation["security"].append({"cookie": []})
    operation["x-permission"] = asked
    parameters: list[Any] = operation.setdefault("parameters", [])
    if path.startswith("/api/v1/"):
        if method in {"patch", "delete"} and (method, path) not in _UNVERSIONED:
            parameters.append(_IF_MATCH)
        if method == "post" and path not in _SECRET:
            parameters.append(_IDEMPOTENCY)
