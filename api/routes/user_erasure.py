"""Forgetting who a user was."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.context import Api
from api.identity_inputs import UserId
from api.routes.user_commands import act_on_user
from api.routes.users import PATH, TAGS
from application.commands import Context, Result
from application.identity.erase_user import erase_user


def add_user_erasure_route(app: FastAPI, api: Api) -> None:
    """A patient's own account is erased with the patient: ``erasure``."""

    @app.delete(f"{PATH}/{{user_id}}", tags=TAGS, summary="Forget who a user was")
    async def erase(user_id: UserId, request: Request) -> Response:
        """Destroys the user's key and everything they could log in with: who it was can never be read again, here or
        in any copy. What they did stays, under their id. To end somebody's access without that, disable the user.
        Repeating it is harmless. Refused for the last administrator while the bootstrap token is off.
        """

        async def work(context: Context) -> Result:
            return await erase_user(api.services.identity, user_id, context)

        return await act_on_user(api, request, user_id, work)
