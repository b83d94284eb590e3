"""Others who can tell who somebody is: OpenID Connect issuers, and Naver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec


class Claimed(msgspec.Struct, frozen=True):
    """Who somebody is, according to a provider that was asked and answered as it should."""

    issuer: str
    subject: str
    verified_email: str | None = None
    """An address the provider vouches for."""


class ProviderRefused(Exception):
    """The provider's answer is not to be trusted; says why, for a person."""


class ProviderUnavailable(Exception):
    """The provider does not answer."""


class LoginProvider(Protocol):
    """One provider of the settings."""

    name: str
    label: str
    """What people read on the button."""
    issuer: str

    async def authorize_at(self, *, redirect_uri: str, state: str, nonce: str, challenge: str) -> str:
        """Where the browser is sent. ``challenge``: the PKCE challenge (S256). Raises ``ProviderUnavailable``."""
        ...

    async def exchange(self, code: str, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> Claimed:
        """Who came back with ``code``.

        Raises:
            ProviderRefused: the code, or what it was exchanged for, is not what it should be.
            ProviderUnavailable: the provider does not answer.
        """
        ...


LoginProviders = Mapping[str, LoginProvider]
