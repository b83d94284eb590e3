"""Who is asking, as far as a request could prove it, and what that allows."""

from __future__ import annotations

from functools import cached_property

import msgspec

from api.policy import EVENT_CONTEXTS, OWN_ROLE, PERMISSIONS

BOOTSTRAP = "admin"
"""The actor of the token that the settings hold."""


class Principal(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A person, a program with an API key, or the bootstrap token."""

    actor: str
    """``admin`` (the bootstrap token), ``user:{user_id}`` or ``api-key:{key_id}``: in every event it causes."""
    roles: frozenset[str]
    """Of an API key: those of its user."""
    scopes: frozenset[str] | None = None
    """Permissions an API key is restricted to; None: everything the roles allow."""
    patient_id: str | None = None
    """Whose record the role ``patient`` may see."""
    user_id: str | None = None
    session_id: str | None = None
    """None: the bootstrap token, or an API key."""

    @cached_property
    def permissions(self) -> frozenset[str]:
        """Everything it may do, be it to its own record only."""
        allowed = frozenset(name for name, roles in PERMISSIONS.items() if roles & self.roles)
        return allowed if self.scopes is None else allowed & self.scopes

    @property
    def in_person(self) -> bool:
        """Whether a user is logged in, rather than a program with a key or the bootstrap token."""
        return self.user_id is not None and self.scopes is None

    def may(self, permission: str) -> bool:
        """Whether it is allowed, be it for its own record only (see ``own_only``)."""
        return permission in self.permissions

    def own_only(self, permission: str) -> bool:
        """Whether it is allowed by the role ``patient`` alone: for the record ``patient_id`` and no other."""
        granting = PERMISSIONS.get(permission, frozenset[str]()) & self.roles
        return self.may(permission) and granting == frozenset({OWN_ROLE})

    @cached_property
    def event_contexts(self) -> frozenset[str]:
        """Contexts whose events it may read; with ``own_only("events.read")`` those of its own record alone.

        What the own record opens is not opened for every record by another role beside it.
        """
        if not self.may("events.read"):
            return frozenset()
        roles = self.roles if self.own_only("events.read") else self.roles - {OWN_ROLE}
        return frozenset(context for role in roles for context in EVENT_CONTEXTS.get(role, ()))
