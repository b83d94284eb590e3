"""Login through an OpenID Connect issuer: authorization code with PKCE (OpenID Connect Core 1.0, 3.1; RFC 7636)."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from application.ports.clock import Clock
from application.ports.login_providers import Claimed, ProviderRefused, ProviderUnavailable

SCOPE = "openid email"
WITHIN_S = 10.0
KEPT_S = 3600.0
"""How long an issuer's own description of itself is believed."""
KEYS_AGAIN_S = 30.0
"""An unknown key makes us look for new ones, but not more often than this."""
LEEWAY_S = 60
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"]
"""Signatures that only the issuer can make: neither ``none`` nor a MAC with a key that both sides know."""
_LONGEST_SUBJECT = 255


class OidcProvider:
    """Implements ``application.ports.login_providers.LoginProvider``."""

    def __init__(
        self,
        *,
        name: str,
        label: str,
        issuer: str,
        client_id: str,
        client_secret: str,
        http: httpx.AsyncClient,
        clock: Clock,
        scope: str = SCOPE,
    ) -> None:
        self.name, self.label, self.issuer = name, label, issuer
        self._client_id, self._client_secret = client_id, client_secret
        self._http, self._clock, self._scope = http, clock, scope
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def authorize_at(self, *, redirect_uri: str, state: str, nonce: str, challenge: str) -> str:
        """As ``LoginProvider.authorize_at``."""
        endpoint = _text(await self._described(), "authorization_endpoint")
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": self._scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def exchange(self, code: str, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> Claimed:  # noqa: ARG002
        """As ``LoginProvider.exchange``."""
        described = await self._described()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self._client_id,
            "code_verifier": verifier,
        }
        methods: list[str] = described.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        basic = None
        if "client_secret_post" in methods or not self._client_secret:
            form |= {"client_secret": self._client_secret} if self._client_secret else {}
        else:
            basic = httpx.BasicAuth(self._client_id, self._client_secret)
        tokens = await answered(self._http, "POST", _text(described, "token_endpoint"), data=form, auth=basic)
        id_token = tokens.get("id_token")
        if not isinstance(id_token, str):
            raise ProviderRefused("it sent no ID token")
        claims = await self._verified(id_token, nonce)
        return Claimed(self.issuer, claims["sub"], await self._email(described, claims, tokens))

    async def _verified(self, id_token: str, nonce: str) -> dict[str, Any]:
        claims = await self._signed(id_token)
        audience = claims.get("aud")
        audiences = cast("list[Any]", audience) if isinstance(audience, list) else [audience]
        now_s = self._clock.now().timestamp()
        subject, expires, issued = claims.get("sub"), claims.get("exp"), claims.get("iat")
        if claims.get("iss") != self.issuer:
            raise ProviderRefused("the ID token is of another issuer")
        if self._client_id not in audiences or (len(audiences) > 1 and claims.get("azp") != self._client_id):
            raise ProviderRefused("the ID token was made for somebody else")
        if not isinstance(expires, int | float) or expires + LEEWAY_S <= now_s:
            raise ProviderRefused("the ID token has expired")
        if not isinstance(issued, int | float) or issued - LEEWAY_S > now_s:
            raise ProviderRefused("the ID token is not valid yet")
        if claims.get("nonce") != nonce:
            raise ProviderRefused("the ID token belongs to another login")
        if not isinstance(subject, str) or not 1 <= len(subject) <= _LONGEST_SUBJECT:
            raise ProviderRefused("the ID token does not say who it is about")
        return claims

    async def _signed(self, id_token: str) -> dict[str, Any]:
        for fresh in (False, True):
            try:
                return dict(jwt.decode(id_token, await self._published(fresh=fresh), algorithms=ALGORITHMS).claims)
            except (JoseError, ValueError, TypeError, KeyError):
                # The issuer may have begun to sign with a new key.
                continue
        raise ProviderRefused("the ID token is not signed by the issuer")

    async def _email(self, described: dict[str, Any], claims: dict[str, Any], tokens: dict[str, Any]) -> str | None:
        """The address, if the issuer vouches for it. Kakao says so in its user info only."""
        told = claims
        endpoint, access = described.get("userinfo_endpoint"), tokens.get("access_token")
        if "email_verified" not in claims and isinstance(endpoint, str) and isinstance(access, str):
            headers = {"Authorization": f"Bearer {access}"}
            told = await answered(self._http, "GET", endpoint, headers=headers)
            if told.get("sub") != claims["sub"]:
                raise ProviderRefused("the user info is about somebody else")
        email = told.get("email")
        return email if told.get("email_verified") in {True, "true"} and isinstance(email, str) else None

    async def _described(self) -> dict[str, Any]:
        now = self._clock.monotonic()
        if self._metadata is None or now - self._metadata[0] > KEPT_S:
            address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            described = await answered(self._http, "GET", address)
            if described.get("issuer") != self.issuer:
                raise ProviderRefused("it describes itself as another issuer")
            self._metadata = now, described
        return self._metadata[1]

    async def _published(self, *, fresh: bool) -> KeySet:
        now = self._clock.monotonic()
        kept = self._keys
        if kept is None or now - kept[0] > (KEYS_AGAIN_S if fresh else KEPT_S):
            published = await answered(self._http, "GET", _text(await self._described(), "jwks_uri"))
            try:
                kept = self._keys = now, KeySet.import_key_set(cast("Any", published))
            except (JoseError, ValueError, TypeError, KeyError):
                raise ProviderRefused("its keys cannot be read") from None
        return kept[1]


async def answered(http: httpx.AsyncClient, method: str, address: str, **sent: Any) -> dict[str, Any]:
    """The JSON object that a provider answers.

    Raises:
        ProviderRefused: it refuses, or answers something else.
        ProviderUnavailable: it does not answer.
    """
    try:
        answer = await http.request(
            method, address, headers={"Accept": "application/json", **sent.pop("headers", {})}, **sent
        )
    except httpx.HTTPError as error:
        raise ProviderUnavailable(type(error).__name__) from error
    if answer.status_code >= 500:
        raise ProviderUnavailable(f"status {answer.status_code}")
    if answer.status_code != 200:
        raise ProviderRefused(f"it answered with status {answer.status_code}")
    try:
        told = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise ProviderRefused("it did not answer with a JSON object")
    return cast("dict[str, Any]", told)


def _text(described: dict[str, Any], name: str) -> str:
    value = described.get(name)
    if not isinstance(value, str):
        raise ProviderRefused(f"it does not name its {name}")
    return value
