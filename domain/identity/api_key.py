"""Keys for programs: what they may at most, and until when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec

from domain.identity.events import ApiKeyIssued, ApiKeyRevoked
from domain.kernel import Event
from domain.refusal import Refused, line

LONGEST_LABEL = 100
LONGEST_LIFE = timedelta(days=366)


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as its stream tells it."""

    id: str
    user_id: str
    label: str
    scopes: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


class NewApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for; not yet checked."""

    label: str
    scopes: Collection[str]
    expires_at: datetime


def issue(key_id: str, user_id: str, asked: NewApiKey, allowed: Collection[str], at: datetime) -> ApiKeyIssued:
    """``allowed``: permissions of the user.

    Raises:
        Refused: it could do nothing, or more than its user; it would expire at once, or not within a year.
    """
    scopes = tuple(sorted(set(asked.scopes)))
    if not scopes:
        raise Refused("Name at least one permission: a key without scopes can do nothing.", "scopes")
    for scope in scopes:
        if scope not in allowed:
            raise Refused(f"You do not have the permission {scope[:60]}, so a key of yours cannot have it.", "scopes")
    if not at < asked.expires_at <= at + LONGEST_LIFE:
        raise Refused("A key must expire in the future, and within 366 days.", "expires_at")
    return ApiKeyIssued(
        key_id=key_id,
        user_id=user_id,
        at=at,
        label=line(asked.label, "label", LONGEST_LABEL),
        scopes=scopes,
        expires_at=asked.expires_at,
    )


def revoke(key: ApiKey, at: datetime) -> list[Event]:
    """Nothing when it is revoked."""
    return [] if key.revoked_at else [ApiKeyRevoked(key_id=key.id, user_id=key.user_id, at=at)]


def evolve(key: ApiKey | None, event: Event) -> ApiKey | None:
    """The key after the event; None before the first one."""
    if isinstance(event, ApiKeyIssued):
        return ApiKey(
            id=event.key_id,
            user_id=event.user_id,
            label=event.label,
            scopes=event.scopes,
            issued_at=event.at,
            expires_at=event.expires_at,
        )
    if key is not None and isinstance(event, ApiKeyRevoked):
        return msgspec.structs.replace(key, revoked_at=event.at)
    return key
