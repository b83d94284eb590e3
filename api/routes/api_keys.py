"""API keys: for programs that act for a user. Shown once, stored as a digest."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.answers import json_answer
from api.commands import expected_version
from api.context import Api
from api.identity_answers import READ_FROM, command_context, person, principal_of, settled
from api.identity_inputs import AskedKey, KeyId
from api.inputs import MinPosition
from api.policy import PERMISSIONS
from api.problems import FieldError, Problem
from application.commands import NotFound
from application.identity.api_keys import issue_api_key, prefix_of, revoke_api_key
from domain.identity.api_key import NewApiKey
from projections.queries.users import list_api_keys

PATH = "/api/v1/api-keys"
_TAGS: list[Any] = ["api-keys"]


def add_api_key_routes(app: FastAPI, api: Api) -> None:
    """One's own; who may change users sees and revokes everybody's."""
    identity = api.services.identity

    @app.get(PATH, tags=_TAGS, summary="My API keys")
    async def read_all(request: Request, everybody: bool = False, min_position: MinPosition = None) -> Response:
        """Never the keys themselves. `everybody=true`: those of all users, for whoever has `users.write`."""
        principal = principal_of(request)
        if everybody and not principal.may("users.write"):
            raise Problem("forbidden", permission="users.write")
        await api.wait_for(READ_FROM, min_position)
        async with api.connection() as db:
            views = await list_api_keys(db, user_id=None if everybody else principal.user_id, now=api.now())
        return json_answer({"items": views, "next": None})

    @app.post(PATH, tags=_TAGS, summary="Issue an API key", status_code=201)
    async def issue(asked: AskedKey, request: Request) -> Response:
        """`key` is shown in this answer and never again. It can do what its scopes and your roles both allow."""
        user_id, _ = person(request)
        if asked.expires_at.tzinfo is None:
            detail = "Use an RFC 3339 time with its offset, such as 2026-11-20T00:00:00Z (a + is written %2B)."
            raise Problem("invalid", detail=detail, errors=[FieldError("/expires_at", detail)])
        for scope in asked.scopes:
            if scope not in PERMISSIONS:
                detail = f"There is no permission {scope[:60]}. GET /api/v1/me lists yours."
                raise Problem("invalid", detail=detail, errors=[FieldError("/scopes", detail)])
        wanted = NewApiKey(label=asked.label, scopes=asked.scopes, expires_at=asked.expires_at.astimezone(UTC))
        context = command_context(api, request)
        made = await issue_api_key(identity, user_id, wanted, principal_of(request).permissions, context)
        await settled(api, made.result)
        told = {"id": made.result.id, "position": made.result.position, "version": made.result.version}
        shown = {"key": made.key, "prefix": prefix_of(made.result.id), "expires_at": wanted.expires_at}
        return json_answer(told | shown, status=201, headers={"Location": f"{PATH}/{made.result.id}"})

    @app.delete(f"{PATH}/{{key_id}}", tags=_TAGS, summary="Revoke an API key")
    async def revoke(key_id: KeyId, request: Request) -> Response:
        """It stops working at once; in other processes within a second."""
        principal = principal_of(request)
        owner = None if principal.may("users.write") else principal.user_id
        version = expected_version(request, required=False)
        try:
            result = await revoke_api_key(
                identity, key_id[:100], command_context(api, request), owner=owner, expected_version=version
            )
        except NotFound:
            raise Problem("unknown-api-key", id=key_id[:60]) from None
        await settled(api, result)
        return json_answer({"id": result.id, "position": result.position, "version": result.version})
