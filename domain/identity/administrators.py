"""Somebody must be left who can let others in: either the bootstrap token works, or an administrator can log in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from domain.identity.events import BootstrapTokenSwitched
from domain.identity.user import User, evolve
from domain.kernel import Event
from domain.refusal import Refused

NOBODY_LEFT = (
    "This is the last administrator who can log in, and the bootstrap token is off: nobody could let others in."
)


def can_administer(user: User) -> bool:
    """Whether the user is an administrator who can log in."""
    return "admin" in user.roles and user.can_log_in


def keep_one(decided: Collection[Event], user: User, administrators: Collection[str], *, bootstrap_works: bool) -> None:
    """``administrators``: ids of all users who ``can_administer``.

    Raises:
        Refused: after what was decided about ``user`` nobody could administer.
    """
    after: User | None = user
    for event in decided:
        after = evolve(after, event)
    loses = can_administer(user) and not (after is not None and can_administer(after))
    if loses and not bootstrap_works and set(administrators) <= {user.id}:
        raise Refused(NOBODY_LEFT)


def switch(
    *, works: bool, now_works: bool, administrators: Collection[str], at: datetime
) -> list[BootstrapTokenSwitched]:
    """Nothing when it is so already.

    Raises:
        Refused: it is to be switched off, and no administrator can log in.
    """
    if works == now_works:
        return []
    if not works and not administrators:
        raise Refused(
            "First create an administrator with a password: without the bootstrap token nobody else could log in."
        )
    return [BootstrapTokenSwitched(at=at, works=works)]
