"""What the use cases of identity need beside what all use cases need."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from application.commands import Services
from application.ports.credentials import Credentials
from application.ports.login_providers import LoginProviders
from application.ports.passwords import Passwords
from application.ports.tokens import Secrets, SignedTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Made once per process by ``infra.wiring``."""

    commands: Services
    credentials: Credentials
    passwords: Passwords
    tokens: SignedTokens
    secrets: Secrets
    providers: LoginProviders
    close: Callable[[], Awaitable[None]]
    """Let go of threads and connections."""
