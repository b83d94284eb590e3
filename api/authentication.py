"""From what a request carries to who is asking."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple

from api.access import COOKIE, Access
from api.principal import BOOTSTRAP, Principal
from application.ports.clock import Clock

BOOTSTRAP_PRINCIPAL = Principal(actor=BOOTSTRAP, roles=frozenset({"admin"}))


class Identified(NamedTuple):
    """Who is asking; or None, and the problem with the credential that was sent, if one was."""

    principal: Principal | None = None
    refusal: str | None = None


NOBODY = Identified()


class Authenticator:
    """One per application."""

    def __init__(self, access: Access, clock: Clock) -> None:
        self._access = access
        self._clock = clock

    async def bearer(self, authorization: bytes, address: str) -> Identified:  # noqa: ARG002
        """Who an ``Authorization`` header stands for."""
        if self._access.is_bootstrap(authorization):
            return Identified(BOOTSTRAP_PRINCIPAL)
        return NOBODY

    async def cookie(self, header: str) -> Identified:
        """Who a ``Cookie`` header stands for."""
        value = _session_cookie(header)
        if value is not None and self._access.session_is_good(value, int(self._clock.now().timestamp())):
            return Identified(BOOTSTRAP_PRINCIPAL)
        return NOBODY


def _session_cookie(header: str) -> str | None:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return None if found is None else found.value
