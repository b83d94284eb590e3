"""The user: who it is, which roles it has, how it can log in. Decisions return events; ``evolve`` folds them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, cast, get_args

import msgspec

from domain.identity.addresses import email_address
from domain.identity.events import (
    AccountLinked,
    AccountUnlinked,
    PasswordSet,
    Role,
    RoleGranted,
    RoleRevoked,
    TotpDisabled,
    TotpEnabled,
    UserCreated,
    UserDisabled,
    UserEnabled,
    UserRevised,
)
from domain.kernel import Event
from domain.refusal import Refused, line

ROLES: tuple[Role, ...] = get_args(Role)
LONGEST_NAME = 200
Language = Literal["en", "ko"]


class Account(msgspec.Struct, frozen=True):
    """Who the user is at an OpenID Connect issuer."""

    issuer: str
    subject: str


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A user as the stream tells it."""

    id: str
    email: str
    name: str
    language: Language
    roles: tuple[Role, ...]
    """In the order of ``ROLES``."""
    patient_id: str | None
    enabled: bool = True
    has_password: bool = False
    totp: bool = False
    accounts: tuple[Account, ...] = ()
    created_at: datetime
    version: int = 1
    """Version of the user's stream; its ``ETag``."""

    @property
    def can_log_in(self) -> bool:
        """Whether some way to prove who they are has been set up, and the user is enabled."""
        return self.enabled and (self.has_password or bool(self.accounts))


class Particulars(msgspec.Struct, frozen=True, kw_only=True):
    """What an administrator says about a user; not yet checked."""

    email: str
    name: str
    language: Language = "en"
    roles: Sequence[Role] = ()
    patient_id: str | None = None


def create(user_id: str, given: Particulars, at: datetime) -> UserCreated:
    """Raises ``Refused``: address or name cannot be, or the role ``patient`` has no patient."""
    roles = in_order(given.roles)
    _check_patient(roles, given.patient_id)
    return UserCreated(
        user_id=user_id,
        at=at,
        email=email_address(given.email),
        name=line(given.name, "name", LONGEST_NAME),
        language=given.language,
        roles=roles,
        patient_id=given.patient_id,
    )


def revise(user: User, changes: dict[str, Any], at: datetime) -> list[Event]:
    """``changes``: any of ``email``, ``name``, ``language``, ``patient_id``. Nothing when they change nothing.

    Raises:
        Refused: as ``create``.
    """
    now = {name: getattr(user, name) for name in ("email", "name", "language", "patient_id")}
    then = now | changes
    then["email"] = email_address(then["email"])
    then["name"] = line(then["name"], "name", LONGEST_NAME)
    _check_patient(user.roles, then["patient_id"])
    return [] if then == now else [UserRevised(user_id=user.id, at=at, **then)]


def grant(user: User, role: Role, at: datetime) -> list[Event]:
    """Nothing when the user has it. Raises ``Refused``: the role ``patient`` has no patient."""
    _check_patient((role,), user.patient_id)
    return [] if role in user.roles else [RoleGranted(user_id=user.id, at=at, role=role)]


def revoke(user: User, role: Role, at: datetime) -> list[Event]:
    """Nothing when the user does not have it."""
    return [RoleRevoked(user_id=user.id, at=at, role=role)] if role in user.roles else []


def disable(user: User, at: datetime) -> list[Event]:
    """Nothing when the user is disabled."""
    return [UserDisabled(user_id=user.id, at=at)] if user.enabled else []


def enable(user: User, at: datetime) -> list[Event]:
    """Nothing when the user is enabled."""
    return [] if user.enabled else [UserEnabled(user_id=user.id, at=at)]


def set_password(user: User, at: datetime) -> list[Event]:
    """A new one, whatever there was."""
    return [PasswordSet(user_id=user.id, at=at)]


def enable_totp(user: User, at: datetime) -> list[Event]:
    """Nothing when it is enabled."""
    return [] if user.totp else [TotpEnabled(user_id=user.id, at=at)]


def disable_totp(user: User, at: datetime) -> list[Event]:
    """Nothing when it is not enabled."""
    return [TotpDisabled(user_id=user.id, at=at)] if user.totp else []


def link(user: User, account: Account, at: datetime) -> list[Event]:
    """Nothing when it is linked. Raises ``Refused``: another account of that issuer is."""
    if account in user.accounts:
        return []
    if any(linked.issuer == account.issuer for linked in user.accounts):
        raise Refused("Another account of this provider is linked to the user. Unlink it first.")
    return [AccountLinked(user_id=user.id, at=at, issuer=account.issuer, subject=account.subject)]


def unlink(user: User, issuer: str, at: datetime) -> list[Event]:
    """Nothing when there is none."""
    return [
        AccountUnlinked(user_id=user.id, at=at, issuer=linked.issuer, subject=linked.subject)
        for linked in user.accounts
        if linked.issuer == issuer
    ]


def in_order(roles: Sequence[Role] | set[Role]) -> tuple[Role, ...]:
    """Each role once, in the order of ``ROLES``."""
    return tuple(role for role in ROLES if role in roles)


def evolve(user: User | None, event: Event) -> User | None:
    """The user after the event; None before the first one."""
    if isinstance(event, UserCreated):
        return User(
            id=event.user_id,
            email=event.email,
            name=event.name,
            language=event.language,
            roles=event.roles,
            patient_id=event.patient_id,
            created_at=event.at,
        )
    if user is None:
        return None
    return msgspec.structs.replace(user, version=user.version + 1, **_changes(user, event))


def _changes(user: User, event: Event) -> dict[str, Any]:  # noqa: PLR0911, C901  one line for each kind of event
    match event:
        case UserRevised():
            return {name: getattr(event, name) for name in ("email", "name", "language", "patient_id")}
        case RoleGranted():
            return {"roles": in_order({*user.roles, event.role})}
        case RoleRevoked():
            return {"roles": in_order(set(user.roles) - {event.role})}
        case UserDisabled():
            return {"enabled": False}
        case UserEnabled():
            return {"enabled": True}
        case PasswordSet():
            return {"has_password": True}
        case TotpEnabled():
            return {"totp": True}
        case TotpDisabled():
            return {"totp": False}
        case AccountLinked():
            return {"accounts": (*user.accounts, Account(event.issuer, event.subject))}
        case AccountUnlinked():
            gone = Account(event.issuer, event.subject)
            return {"accounts": tuple(account for account in user.accounts if account != gone)}
        case _:
            return cast("dict[str, Any]", {})


def _check_patient(roles: Sequence[Role], patient_id: str | None) -> None:
    if "patient" in roles and patient_id is None:
        raise Refused("The role patient needs patient_id: whose record the user may see.", "patient_id")
