"""``LinkAccount``: the user may log in through a provider, as the one whom the provider knows by that id."""

from __future__ import annotations

from collections.abc import Sequence

from application.commands import Context, Result
from application.identity.administrators import ONE_AT_A_TIME, administrators, bootstrap_works
from application.identity.services import Identity
from application.identity.users import change_user, load_user
from domain.identity import user as users
from domain.identity.administrators import keep_one
from domain.identity.user import Account, User
from domain.kernel import Event
from domain.refusal import Refused


def account_key(identity: Identity, account: Account) -> str:
    """By what an account is looked up without being readable where it is kept."""
    return identity.commands.blind.fingerprint("account", f"{account.issuer}|{account.subject}")


async def link_account(identity: Identity, user_id: str, account: Account, context: Context) -> Result:
    """Raises ``NotFound``; ``Refused``: it is another user's, or the user has another one of that provider."""
    now = identity.commands.clock.now()
    users.link(await load_user(identity.commands, user_id), account, now)
    owner = await identity.credentials.link(account_key(identity, account), user_id)
    if owner != user_id:
        raise Refused("This account is linked to another user.")
    return await change_user(identity.commands, user_id, lambda user: users.link(user, account, now), context)


async def unlink_account(identity: Identity, user_id: str, issuer: str, context: Context) -> Result:
    """A user who has no password cannot log in after it.

    Raises:
        NotFound: there is no such user.
        Refused: nobody could administer any more.
    """
    services = identity.commands
    async with identity.credentials.alone(ONE_AT_A_TIME):
        left, token = await administrators(services), await bootstrap_works(services)
        linked = [account for account in (await load_user(services, user_id)).accounts if account.issuer == issuer]

        def decide(user: User) -> Sequence[Event]:
            decided = users.unlink(user, issuer, services.clock.now())
            keep_one(decided, user, left, bootstrap_works=token)
            return decided

        result = await change_user(services, user_id, decide, context)
    # What a crash leaves behind here lets nobody in: the user's events say that it is linked no longer.
    for account in linked:
        await identity.credentials.unlink(account_key(identity, account), user_id)
    return result
