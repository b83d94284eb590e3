"""The login providers of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import httpx
import msgspec

from adapters.identity.naver import AUTHORIZE, PROFILE, TOKEN, NaverProvider
from adapters.identity.oidc import SCOPE, WITHIN_S, OidcProvider
from application.ports.clock import Clock
from application.ports.login_providers import LoginProvider

KAKAO = "https://kauth.kakao.com"
_LABELS = {"kakao": "Kakao", "naver": "Naver"}
_SCOPES = {"kakao": "openid account_email"}
"""Kakao calls the consent to the address so (Kakao Login, REST API, scope), and refuses scopes it does not know."""
_LOCAL = {"localhost", "127.0.0.1", "::1"}


class BadProviders(Exception):
    """The list of login providers cannot be; says what to change."""


class ProviderSetting(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One entry of ``VITALOG_OIDC``."""

    name: str
    """Part of the address: small letters, digits and hyphens."""
    preset: Literal["oidc", "kakao", "naver"] = "oidc"
    label: str = ""
    issuer: str = ""
    scope: str = ""
    """What is asked of the provider; see ``_SCOPES``."""
    client_id: str
    client_secret: str = ""
    client_secret_file: str = ""
    authorize: str = AUTHORIZE
    token: str = TOKEN
    profile: str = PROFILE
    """Where Naver is; for a look-alike in tests."""


_decoder = msgspec.json.Decoder(list[ProviderSetting])


def new_client() -> httpx.AsyncClient:
    """What providers are asked with: redirects are not followed."""
    return httpx.AsyncClient(timeout=WITHIN_S, follow_redirects=False, headers={"User-Agent": "Vitalog"})


def login_providers(text: str, http: httpx.AsyncClient, clock: Clock) -> dict[str, LoginProvider]:
    """Raises ``BadProviders``."""
    try:
        settings = _decoder.decode(text)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise BadProviders(f"The login providers are not as they should be: {error}.") from None
    made: dict[str, LoginProvider] = {}
    for setting in settings:
        if not setting.name or not all(c.isascii() and (c.islower() or c.isdigit() or c == "-") for c in setting.name):
            raise BadProviders("A login provider's name consists of small letters, digits and hyphens.")
        if setting.name in made:
            raise BadProviders(f"Two login providers are called {setting.name}.")
        made[setting.name] = _provider(setting, http, clock)
    return made


def _provider(setting: ProviderSetting, http: httpx.AsyncClient, clock: Clock) -> LoginProvider:
    label = setting.label or _LABELS.get(setting.preset, setting.name)
    if setting.preset == "naver":
        return NaverProvider(
            name=setting.name,
            label=label,
            client_id=setting.client_id,
            client_secret=_secret(setting),
            http=http,
            authorize=setting.authorize,
            token=setting.token,
            profile=setting.profile,
        )
    issuer = setting.issuer or (KAKAO if setting.preset == "kakao" else "")
    address = urlsplit(issuer)
    if address.scheme != "https" and not (address.scheme == "http" and address.hostname in _LOCAL):
        raise BadProviders(f"The issuer of the login provider {setting.name} must be an https:// address.")
    return OidcProvider(
        name=setting.name,
        label=label,
        issuer=issuer,
        client_id=setting.client_id,
        client_secret=_secret(setting),
        http=http,
        clock=clock,
        scope=setting.scope or _SCOPES.get(setting.preset, SCOPE),
    )


def _secret(setting: ProviderSetting) -> str:
    if not setting.client_secret_file:
        return setting.client_secret
    try:
        return Path(setting.client_secret_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise BadProviders(
            f"The client_secret_file of the login provider {setting.name} cannot be read: {setting.client_secret_file}."
        ) from None
