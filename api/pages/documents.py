"""Documentation in the browser: the OpenAPI document as a plain page, and a page per problem. Public."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any, cast

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.answers import json_answer
from api.openapi import document
from api.pages.site import render, visitor
from api.problem_texts import PROBLEMS
from api.problems import Problem


def add_document_routes(app: FastAPI) -> None:
    """``/api/docs``, ``/api/openapi.json`` and ``/problems/{code}``."""

    @app.get("/api/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        return json_answer(document(app))

    @app.get("/api/docs", include_in_schema=False)
    async def docs(request: Request) -> Response:
        schema = document(app)
        groups: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for path, operations in schema["paths"].items():
            for method, operation in operations.items():
                groups[operation["tags"][0]].append(_operation(schema, path, method, operation))
        return render("docs.html", visitor(request, "UTC"), schema=schema, groups=groups, problems=PROBLEMS)

    @app.get("/problems/{code}", include_in_schema=False)
    async def problem(code: str, request: Request) -> Response:
        if code not in PROBLEMS:
            raise Problem("not-found")
        return render("problem.html", visitor(request, "UTC"), code=code, problem=PROBLEMS[code])


def _operation(schema: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return {
        "path": path,
        "method": method.upper(),
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "public": not operation["security"],
        "parameters": [
            _field(p["name"], p["schema"], required=p.get("required", False), where=p["in"], text=p.get("description"))
            for p in operation["parameters"]
        ],
        "fields": _fields(schema, body),
        "curl": _curl(path, method, operation, body),
    }


def _fields(schema: dict[str, Any], body: dict[str, Any]) -> list[dict[str, Any]]:
    reference: str = next((part["$ref"] for part in [body, *body.get("anyOf", [])] if "$ref" in part), "").rpartition(
        "/"
    )[2]
    model: dict[str, Any] = schema["components"]["schemas"].get(reference, {})
    required = model.get("required", [])
    return [_field(name, part, required=name in required) for name, part in model.get("properties", {}).items()]


def _field(
    name: str, part: dict[str, Any], *, required: bool, where: str = "body", text: str | None = None
) -> dict[str, Any]:
    return {
        "name": name,
        "where": where,
        "type": _type(part),
        "required": required,
        "default": json.dumps(part["default"]) if part.get("default") is not None else "",
        "text": text or part.get("description") or "",
    }


def _type(part: dict[str, Any]) -> str:
    if "anyOf" in part:
        kinds = [_type(option) for option in cast("list[dict[str, Any]]", part["anyOf"])]
        return " | ".join(kind for kind in kinds if kind != "null")
    if "enum" in part:
        return " | ".join(map(str, part["enum"]))
    kind = str(part.get("format") or part.get("type", "any"))
    return f"{kind} of {_type(part['items'])}" if kind == "array" and "items" in part else kind


def _curl(path: str, method: str, operation: dict[str, Any], body: dict[str, Any]) -> str:
    parts = ["curl"]
    if method != "get":
        parts.append("--head" if method == "head" else f"-X {method.upper()}")
    if operation["security"]:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    if method in {"patch", "delete"}:
        parts.append("-H 'If-Match: \"1\"'")
    if body:
        parts.append("-H 'Content-Type: application/json' -d '{…}'")
    return " ".join([*parts, f'"$VITALOG{path}"'])
