"""Login with Naver: OAuth 2.0 with a profile request, as Naver has no ID tokens (developers.naver.com, login API)."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

import httpx

from adapters.identity.oidc import answered
from application.ports.login_providers import Claimed, ProviderRefused

ISSUER = "https://nid.naver.com"
AUTHORIZE = f"{ISSUER}/oauth2.0/authorize"
TOKEN = f"{ISSUER}/oauth2.0/token"
PROFILE = "https://openapi.naver.com/v1/nid/me"


class NaverProvider:
    """Implements ``application.ports.login_providers.LoginProvider``. Naver does not say whether an address was
    verified, so an account has to be linked before somebody can log in with it.
    """

    issuer = ISSUER

    def __init__(
        self,
        *,
        name: str,
        label: str,
        client_id: str,
        client_secret: str,
        http: httpx.AsyncClient,
        authorize: str = AUTHORIZE,
        token: str = TOKEN,
        profile: str = PROFILE,
    ) -> None:
        self.name, self.label = name, label
        self._client_id, self._client_secret = client_id, client_secret
        self._http = http
        self._authorize, self._token, self._profile = authorize, token, profile

    async def authorize_at(self, *, redirect_uri: str, state: str, nonce: str, challenge: str) -> str:  # noqa: ARG002
        """As ``LoginProvider.authorize_at``; Naver knows neither nonce nor PKCE: the state alone ties it together."""
        query = {
            "response_type": "code", "client_id": self._client_id, "redirect_uri": redirect_uri, "state": state,
        }  # fmt: skip
        return f"{self._authorize}?{urlencode(query)}"

    async def exchange(self, code: str, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> Claimed:  # noqa: ARG002
        """As ``LoginProvider.exchange``."""
        form = {
            "grant_type": "authorization_code",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "code": code,
            "state": state,
        }
        # Naver answers 200 with an error in it.
        access = (await answered(self._http, "POST", self._token, data=form)).get("access_token")
        if not isinstance(access, str):
            raise ProviderRefused("it refused the code")
        told = await answered(self._http, "GET", self._profile, headers={"Authorization": f"Bearer {access}"})
        profile = told.get("response")
        subject = cast("dict[str, Any]", profile).get("id") if isinstance(profile, dict) else None
        if told.get("resultcode") != "00" or not isinstance(subject, str) or not subject:
            raise ProviderRefused("it did not say who it is about")
        return Claimed(ISSUER, subject)
