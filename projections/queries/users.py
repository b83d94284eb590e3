"""Users, and what a request has to know of whoever sent it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

import msgspec

from projections.base import statements
from projections.queries.rows import Connection, Row, rows
from projections.users import KEPT, ApiKeyRow, SessionRow, UserRow

_SQL = statements("users")


class Standing(NamedTuple):
    """What a user may do now."""

    user_id: str
    roles: frozenset[str]
    enabled: bool
    patient_id: str | None
    version: int
    """Of the user's stream: if it is longer by now, this is not the whole truth."""
    ended: bool = False
    """The session has ended, or the API key was revoked."""
    scopes: frozenset[str] | None = None
    """Of an API key."""


class SessionView(msgspec.Struct, frozen=True):
    """A session that has not ended."""

    id: str
    began_at: datetime


class ApiKeyView(msgspec.Struct, frozen=True, kw_only=True):
    """An API key as it may be shown; the key itself is kept nowhere."""

    id: str
    user_id: str
    label: str
    prefix: str
    scopes: list[str]
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    state: Literal["works", "expired", "revoked"]


async def standing_of_user(db: Connection, user_id: str) -> Standing | None:
    """None: the read model does not know the user (yet)."""
    found = await rows(db, _SQL["standing"], {"user": user_id})
    if not found:
        return None
    roles, enabled, patient_id, version = found[0]
    return Standing(user_id, frozenset(roles.split()), enabled, patient_id, version)


async def standing_of_key(db: Connection, key_id: str) -> Standing | None:
    """None: the read model does not know the key (yet)."""
    found = await rows(db, _SQL["key_standing"], {"key": key_id})
    if not found:
        return None
    roles, enabled, patient_id, version, revoked, scopes, user_id = found[0]
    return Standing(user_id, frozenset(roles.split()), enabled, patient_id, version, revoked, frozenset(scopes.split()))


async def list_users(
    db: Connection,
    *,
    role: str | None = None,
    email_print: str | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[UserRow]:
    """A page, oldest first; who they are is still sealed. ``after``: (created_at, id) of the last one before."""
    values: dict[str, Any] = {
        "role": role,
        "email_print": email_print,
        "after_at": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": limit,
    }
    found = await rows(db, _SQL["list"], values)
    return [UserRow(**dict(zip(UserRow.__struct_fields__, _in_utc(row), strict=True))) for row in found]


async def list_sessions(db: Connection, user_id: str, now: datetime) -> list[SessionView]:
    """Sessions of a user that have not ended, newest first."""
    found = await rows(db, _SQL["sessions"], {"user": user_id, "since": now - KEPT + timedelta(days=1)})
    views = [SessionRow(**dict(zip(SessionRow.__struct_fields__, _in_utc(row), strict=True))) for row in found]
    return [SessionView(view.id, view.began_at) for view in views]


async def list_api_keys(db: Connection, *, user_id: str | None, now: datetime, limit: int = 200) -> list[ApiKeyView]:
    """Keys of a user, or of everybody; newest first."""
    found = await rows(db, _SQL["api_keys"], {"user": user_id, "limit": limit})
    return [
        _key_view(ApiKeyRow(**dict(zip(ApiKeyRow.__struct_fields__, _in_utc(row), strict=True))), now) for row in found
    ]


def _key_view(row: ApiKeyRow, now: datetime) -> ApiKeyView:
    state = "revoked" if row.revoked_at else "expired" if row.expires_at <= now else "works"
    return ApiKeyView(
        id=row.id,
        user_id=row.user_id,
        label=row.label,
        prefix=f"vk_{row.id[:8]}_",
        scopes=row.scopes.split(),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        state=state,
    )


def _in_utc(row: Row) -> Row:
    return tuple(value.astimezone(UTC) if isinstance(value, datetime) else value for value in row)
