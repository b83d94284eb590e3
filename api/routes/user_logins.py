"""How users can log in, as far as administrators see to it: passwords, linked accounts, the bootstrap token."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.answers import json_answer
from api.context import Api
from api.identity_answers import command_context, settled
from api.identity_inputs import NewLink, ProviderName, Reset, Switch, UserId
from api.problems import Problem
from api.routes.user_commands import act_on_user
from api.routes.users import PATH, TAGS, unknown_user
from application.commands import Context, NotFound, Result
from application.identity.administrators import bootstrap_works
from application.identity.link_account import link_account, unlink_account
from application.identity.set_password import reset_password
from application.identity.switch_bootstrap_token import switch_bootstrap_token
from application.ports.login_providers import LoginProvider
from domain.identity.user import Account

BOOTSTRAP_PATH = "/api/v1/access/bootstrap-token"


def add_user_login_routes(app: FastAPI, api: Api) -> None:
    """For administrators."""
    identity = api.services.identity

    @app.post(f"{PATH}/{{user_id}}/password", tags=TAGS, summary="Reset a password")
    async def reset(user_id: UserId, sent: Reset, request: Request) -> Response:
        """Ends the user's sessions. Without `password` one is made up and shown, once."""
        context = command_context(api, request)
        try:
            result, made = await reset_password(identity, user_id, sent.password, context, remove_totp=sent.remove_totp)
        except NotFound:
            raise unknown_user(user_id) from None
        await settled(api, result)
        told = {"id": user_id, "position": result.position, "version": result.version}
        return json_answer(told | ({"password": made} if made is not None else {}))

    @app.post(f"{PATH}/{{user_id}}/links", tags=TAGS, summary="Link an account of a login provider")
    async def link(user_id: UserId, sent: NewLink, request: Request) -> Response:
        """The user can log in with it from now on."""
        account = Account(_provider(api, sent.provider).issuer, sent.subject)

        async def work(context: Context) -> Result:
            return await link_account(identity, user_id, account, context)

        return await act_on_user(api, request, user_id, work)

    @app.delete(f"{PATH}/{{user_id}}/links/{{provider}}", tags=TAGS, summary="Unlink it")
    async def unlink(user_id: UserId, provider: ProviderName, request: Request) -> Response:
        """Whoever has neither a password nor another link cannot log in after it."""
        issuer = _provider(api, provider).issuer

        async def work(context: Context) -> Result:
            return await unlink_account(identity, user_id, issuer, context)

        return await act_on_user(api, request, user_id, work)

    @app.get(BOOTSTRAP_PATH, tags=TAGS, summary="Does the bootstrap token work?")
    async def read_switch() -> Response:
        """The token of the settings, made by `vitalog up`."""
        return json_answer({"works": await bootstrap_works(api.services.commands)})

    @app.post(BOOTSTRAP_PATH, tags=TAGS, summary="Switch the bootstrap token off, or on")
    async def switch(sent: Switch, request: Request) -> Response:
        """Off only while an administrator can log in otherwise."""

        async def work(context: Context) -> Result:
            return await switch_bootstrap_token(identity, sent.works, context)

        return await act_on_user(api, request, "", work)


def _provider(api: Api, name: str) -> LoginProvider:
    known = api.services.identity.providers.get(name)
    if known is None:
        raise Problem("unknown-provider", id=name)
    return known
