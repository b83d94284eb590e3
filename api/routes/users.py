"""Users, by administrators; auditors may look."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from starlette.responses import Response

from api.answers import json_answer, page
from api.context import Api
from api.cursors import make_cursor, read_cursor
from api.identity_answers import READ_FROM, user_shown
from api.identity_inputs import UserId
from api.inputs import Cursor, Limit, MinPosition
from api.problems import Problem
from api.reads import record_read
from application.commands import NotFound
from application.identity.users import load_user
from application.ports.subject_keys import SubjectKey
from domain.identity.addresses import canonical
from domain.identity.events import Role
from projections.queries.users import list_users
from projections.users import UserRow, opened, row_context

PATH = "/api/v1/users"
TAGS: list[Any] = ["users"]
_Email = Annotated[str | None, Query(max_length=300, description="The whole address, in any case.")]


def add_user_routes(app: FastAPI, api: Api) -> None:
    """Reads; the commands are in ``user_commands``."""

    @app.get(PATH, tags=TAGS, summary="Users, oldest first")
    async def read_all(
        request: Request,
        role: Role | None = None,
        email: _Email = None,
        limit: Limit = 50,
        cursor: Cursor = None,
        min_position: MinPosition = None,
    ) -> Response:
        """Who was shown whom is recorded."""
        scope = f"users {role} {email}"
        after = read_cursor(api.access, scope, cursor) if cursor is not None else None
        await api.wait_for(READ_FROM, min_position)
        commands = api.services.commands
        async with api.connection() as db:
            rows = await list_users(
                db,
                role=role,
                email_print=commands.blind.fingerprint("email", canonical(email)) if email is not None else None,
                after=(after[0], after[1]) if after else None,
                limit=limit + 1,
            )
        more = len(rows) > limit
        rows = rows[:limit]
        keys = await asyncio.to_thread(commands.keys.of, [row.id for row in rows])
        await record_read(api, request, [row.id for row in rows])
        following = make_cursor(api.access, scope, (rows[-1].created_at, rows[-1].id)) if more else None
        return page(request, [_shown(row, keys[row.id]) for row in rows if row.id in keys], following)

    @app.get(f"{PATH}/{{user_id}}", tags=TAGS, summary="One user")
    async def read(user_id: UserId, request: Request) -> Response:
        """As the ledger has it now."""
        try:
            user = await load_user(api.services.commands, user_id[:100])
        except NotFound:
            raise unknown_user(user_id) from None
        await record_read(api, request, [user.id])
        return json_answer(user_shown(user), headers={"ETag": f'"{user.version}"'})


def unknown_user(user_id: str) -> Problem:
    """The 404."""
    return Problem("unknown-user", id=user_id[:60])


def _shown(row: UserRow, key: SubjectKey) -> dict[str, Any]:
    told = opened(key.open_row(row_context(row.id), row.sealed))
    return {
        "id": row.id,
        "email": told.email,
        "name": told.name,
        "language": told.language,
        "roles": row.roles.split(),
        "patient_id": row.patient_id,
        "enabled": row.enabled,
        "has_password": row.has_password,
        "totp": row.totp,
        "linked": [account.issuer for account in told.accounts],
        "created_at": row.created_at,
        "version": row.version,
    }
