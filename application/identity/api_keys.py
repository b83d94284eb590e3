"""``IssueApiKey`` and ``RevokeApiKey``: a key for programs, shown once."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID, uuid5

from application.commands import Context, NotFound, Result, change, in_stream
from application.identity.services import Identity
from application.identity.users import load_user
from domain.identity import api_key as keys
from domain.identity.api_key import ApiKey, NewApiKey
from domain.identity.events import api_key_stream
from domain.kernel import Event

_KEYS = UUID("b6f4a2e7-35b4-5b5c-8f4b-d5d6a1e0c9a3")


class Issued(NamedTuple):
    """The key itself is kept nowhere."""

    result: Result
    key: str


def prefix_of(key_id: str) -> str:
    """How a key begins, by which people tell theirs apart; it follows from the id and is no secret."""
    return f"vk_{key_id[:8]}_"


async def issue_api_key(
    identity: Identity, user_id: str, asked: NewApiKey, allowed: Collection[str], context: Context
) -> Issued:
    """``allowed``: permissions of the user.

    Raises:
        Refused: see ``domain.identity.api_key.issue``.
        LedgerUnavailable: nothing that works was made.
    """
    services = identity.commands
    await load_user(services, user_id)
    key_id = str(uuid5(_KEYS, context.once))
    event = keys.issue(key_id, user_id, asked, allowed, services.clock.now())
    key = identity.secrets.token(prefix_of(key_id))
    position = await services.writer.append(in_stream(api_key_stream(key_id), 0, [event], context))
    await identity.credentials.keep_api_key(identity.secrets.digest(key), key_id, user_id, event.expires_at)
    return Issued(Result(key_id, position, 1), key)


async def revoke_api_key(
    identity: Identity, key_id: str, context: Context, *, owner: str | None, expected_version: int | None = None
) -> Result:
    """``owner``: whose key it must be; None: anybody's.

    Raises:
        NotFound: there is no such key, or it is another's.
        StaleVersion: it is not at ``expected_version``.
        LedgerUnavailable: the key may work no longer; repeat the command.
    """
    now = identity.commands.clock.now()

    def decide(key: ApiKey) -> list[Event]:
        if owner is not None and key.user_id != owner:
            raise NotFound
        return keys.revoke(key, now)

    result = await change(
        identity.commands,
        context,
        id=key_id,
        stream=api_key_stream(key_id),
        evolve=keys.evolve,
        decide=decide,
        expected_version=expected_version,
    )
    await identity.credentials.drop_api_key(key_id)
    return result
