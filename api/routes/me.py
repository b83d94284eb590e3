"""One's own account."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.answers import json_answer
from api.commands import Done, carry_out
from api.context import Api
from api.identity_answers import command_context, person, principal_of, settled, user_shown
from api.identity_inputs import Code, NewPassword
from application.commands import Context
from application.identity.enrol_totp import confirm_totp, propose_totp
from application.identity.remove_totp import remove_totp
from application.identity.set_password import change_own_password
from application.identity.users import load_user
from projections.queries.users import list_sessions

PATH = "/api/v1/me"
_TAGS: list[Any] = ["me"]


def add_me_routes(app: FastAPI, api: Api) -> None:
    """Whoever is logged in, and nobody else."""
    identity = api.services.identity

    @app.get(PATH, tags=_TAGS, summary="Who am I, and what may I do?")
    async def read(request: Request) -> Response:
        """Of an API key: whose it is, and its scopes. `own_only`: permissions that hold for one's own record alone."""
        principal = principal_of(request)
        told: dict[str, Any] = {
            "actor": principal.actor,
            "roles": sorted(principal.roles),
            "permissions": sorted(principal.permissions),
            "own_only": sorted(name for name in principal.permissions if principal.own_only(name)),
            "patient_id": principal.patient_id,
            "session_id": principal.session_id,
            "user": None,
        }
        if principal.user_id is not None:
            told["user"] = user_shown(await load_user(api.services.commands, principal.user_id))
        if principal.in_person and principal.user_id is not None:
            async with api.connection() as db:
                told["sessions"] = await list_sessions(db, principal.user_id, api.now())
        return json_answer(told)

    @app.post(f"{PATH}/password", tags=_TAGS, summary="Change my password")
    async def change_password(sent: NewPassword, request: Request) -> Response:
        """Every other session of yours ends. Wrong old passwords count like failed logins."""
        user_id, session_id = person(request)

        async def work(context: Context) -> Done:
            result = await change_own_password(
                identity, user_id, sent.old, sent.password, context, session_id=session_id
            )
            return Done(await settled(api, result))

        return await carry_out(api, request, work)

    @app.post(f"{PATH}/totp", tags=_TAGS, summary="Set up one-time codes: the secret, shown once")
    async def propose(request: Request) -> Response:
        """In use once a code of it is confirmed. `address` is for a QR code."""
        user_id, _ = person(request)
        proposed = await propose_totp(identity, user_id)
        return json_answer({"secret": proposed.secret, "address": proposed.address})

    @app.post(f"{PATH}/totp/confirm", tags=_TAGS, summary="Use one-time codes from now on")
    async def confirm(sent: Code, request: Request) -> Response:
        """The code proves that the app has the secret."""
        user_id, _ = person(request)

        async def work(context: Context) -> Done:
            return Done(await settled(api, await confirm_totp(identity, user_id, sent.code, context)))

        return await carry_out(api, request, work)

    @app.delete(f"{PATH}/totp", tags=_TAGS, summary="Use one-time codes no more")
    async def remove(sent: Code, request: Request) -> Response:
        """Needs a code. Without the device an administrator has to reset it."""
        user_id, _ = person(request)
        result = await remove_totp(identity, user_id, sent.code, command_context(api, request))
        await settled(api, result)
        return json_answer({"id": result.id, "position": result.position, "version": result.version})
