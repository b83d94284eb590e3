"""Commands on users, by administrators. Each holds for the next request to this process; within a second in others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.commands import Done, carry_out, expected_version
from api.context import Api
from api.identity_answers import settled
from api.identity_inputs import GivenRole, NewUser, UserChanges, UserId
from api.routes.users import PATH, TAGS, unknown_user
from application.commands import Context, Result
from application.identity.create_user import create_user
from application.identity.disable_user import disable_user
from application.identity.enable_user import enable_user
from application.identity.grant_role import grant_role
from application.identity.revise_user import revise_user
from application.identity.revoke_role import revoke_role
from application.identity.services import Identity
from domain.identity.events import Role

_Work = Callable[[Context], Awaitable[Result]]


def add_user_command_routes(app: FastAPI, api: Api) -> None:
    """How users prove who they are: ``user_logins``."""
    identity, commands = api.services.identity, api.services.commands

    @app.post(PATH, tags=TAGS, summary="Create a user", status_code=201)
    async def create(new: NewUser, request: Request) -> Response:
        """The password, if one is given, is to be told to the user; it can be changed at `/me/password`."""

        async def work(context: Context) -> Done:
            result = await settled(api, await create_user(identity, new.particulars(), new.password, context))
            return Done(result, 201, f"{PATH}/{result.id}")

        return await carry_out(api, request, work)

    @app.patch(f"{PATH}/{{user_id}}", tags=TAGS, summary="Revise a user")
    async def revise(user_id: UserId, changes: UserChanges, request: Request) -> Response:
        """Needs `If-Match`."""
        version, sent = expected_version(request), changes.changes()

        async def work(context: Context) -> Result:
            return await revise_user(commands, user_id, sent, context, expected_version=version)

        return await act_on_user(api, request, user_id, work)

    @app.post(f"{PATH}/{{user_id}}/roles", tags=TAGS, summary="Grant a role")
    async def grant(user_id: UserId, given: GivenRole, request: Request) -> Response:
        """The user may do more from now on."""

        async def work(context: Context) -> Result:
            return await grant_role(commands, user_id, given.role, context)

        return await act_on_user(api, request, user_id, work)

    @app.delete(f"{PATH}/{{user_id}}/roles/{{role}}", tags=TAGS, summary="Revoke a role")
    async def revoke(user_id: UserId, role: Role, request: Request) -> Response:
        """Refused for the last administrator while the bootstrap token is off."""

        async def work(context: Context) -> Result:
            return await revoke_role(identity, user_id, role, context)

        return await act_on_user(api, request, user_id, work)

    for name, command, summary in (
        ("disable", disable_user, "Let a user in no more"),
        ("enable", enable_user, "Let a user in again"),
    ):
        path = f"{PATH}/{{user_id}}/{name}"
        app.post(path, tags=TAGS, summary=summary, name=f"{name}_user")(_switching(api, command))


def _switching(
    api: Api, command: Callable[[Identity, str, Context], Awaitable[Result]]
) -> Callable[[str, Request], Awaitable[Response]]:
    async def switch(user_id: UserId, request: Request) -> Response:
        """Disabled: sessions and API keys stop working; sessions for good. Refused for the last administrator while the
        bootstrap token is off.
        """

        async def work(context: Context) -> Result:
            return await command(api.services.identity, user_id, context)

        return await act_on_user(api, request, user_id, work)

    return switch


async def act_on_user(api: Api, request: Request, user_id: str, command: _Work) -> Response:
    """Carry out a command and make it hold for the next request."""

    async def work(context: Context) -> Done:
        return Done(await settled(api, await command(context)))

    return await carry_out(api, request, work, missing=unknown_user(user_id))
