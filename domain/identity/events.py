"""Every event of the identity context. Secrets (password hashes, one-time-password seeds, tokens) are in none of them:
they are in the vault. What tells who a user is is sealed under the user's own key.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from domain.kernel import Event, SealedEvent, event_type

Role = Literal["admin", "operator", "clinician", "auditor", "viewer", "patient"]
LoginMethod = Literal["password", "password+totp", "oidc"]
FailureReason = Literal["unknown-account", "wrong-password", "wrong-code", "disabled", "locked", "not-linked"]
SessionEnd = Literal["logged-out", "revoked", "token-reused", "user-disabled", "password-changed"]
Purpose = Literal[
    "treatment", "patient-request", "quality", "research", "billing", "legal", "public-health", "operations"
]
"""Why personal data was looked at; after HL7 PurposeOfUse. A code, not a text, so that it can name nobody."""


@event_type("identity.user-created")
class UserCreated(SealedEvent, frozen=True, kw_only=True):
    """Version 1 of stream ``user:{user_id}``."""

    user_id: str
    at: datetime
    email: str
    name: str
    language: Literal["en", "ko"] = "en"
    roles: tuple[Role, ...]
    patient_id: str | None = None
    """Whose record the user may see in the role ``patient``."""


@event_type("identity.user-revised")
class UserRevised(SealedEvent, frozen=True, kw_only=True):
    """Stream ``user:{user_id}``."""

    user_id: str
    at: datetime
    email: str
    name: str
    language: Literal["en", "ko"] = "en"
    patient_id: str | None = None


@event_type("identity.role-granted")
class RoleGranted(Event, frozen=True, kw_only=True):
    """Stream ``user:{user_id}``."""

    user_id: str
    at: datetime
    role: Role


@event_type("identity.role-revoked")
class RoleRevoked(Event, frozen=True, kw_only=True):
    """Stream ``user:{user_id}``."""

    user_id: str
    at: datetime
    role: Role


@event_type("identity.user-disabled")
class UserDisabled(Event, frozen=True, kw_only=True):
    """No token, key or password of the user works from now on. Stream ``user:{user_id}``."""

    user_id: str
    at: datetime


@event_type("identity.user-enabled")
class UserEnabled(Event, frozen=True, kw_only=True):
    """Stream ``user:{user_id}``."""

    user_id: str
    at: datetime


@event_type("identity.user-erased")
class UserErased(Event, frozen=True, kw_only=True):
    """The user's key is destroyed: who it was, and from where they logged in, can never be read again. Stream
    ``erasure:{user_id}``, which names nobody; nothing follows in the user's own streams.
    """

    user_id: str
    at: datetime


@event_type("identity.password-set")
class PasswordSet(Event, frozen=True, kw_only=True):
    """Stream ``user:{user_id}``. Every session of the user ends with it."""

    user_id: str
    at: datetime


@event_type("identity.totp-enabled")
class TotpEnabled(Event, frozen=True, kw_only=True):
    """A one-time password is asked for from now on. Stream ``user:{user_id}``."""

    user_id: str
    at: datetime


@event_type("identity.totp-disabled")
class TotpDisabled(Event, frozen=True, kw_only=True):
    """Stream ``user:{user_id}``."""

    user_id: str
    at: datetime


@event_type("identity.account-linked")
class AccountLinked(SealedEvent, frozen=True, kw_only=True):
    """The user may log in through an OpenID Connect issuer. Stream ``user:{user_id}``."""

    user_id: str
    at: datetime
    issuer: str
    subject: str


@event_type("identity.account-unlinked")
class AccountUnlinked(SealedEvent, frozen=True, kw_only=True):
    """Stream ``user:{user_id}``."""

    user_id: str
    at: datetime
    issuer: str
    subject: str


@event_type("identity.email-claimed")
class EmailClaimed(Event, frozen=True, kw_only=True):
    """An e-mail address belongs to a user. Stream ``email:{keyed hash of the address}``: that two writers cannot both
    append the same version of it keeps addresses unique.
    """

    user_id: str
    at: datetime


@event_type("identity.email-released")
class EmailReleased(Event, frozen=True, kw_only=True):
    """It belongs to nobody any more. Stream as above."""

    user_id: str
    at: datetime


@event_type("identity.logged-in")
class LoggedIn(SealedEvent, frozen=True, kw_only=True):
    """A session began. Stream ``logins:{user_id}``."""

    user_id: str
    at: datetime
    session_id: str
    method: LoginMethod
    address: str
    """Where the request came from: an IP address is personal data."""


@event_type("identity.login-failed")
class LoginFailed(SealedEvent, frozen=True, kw_only=True):
    """Somebody tried to be this user. Stream ``logins:{user_id}``."""

    user_id: str
    at: datetime
    reason: FailureReason
    address: str


@event_type("identity.stranger-failed")
class StrangerFailed(Event, frozen=True, kw_only=True):
    """Somebody tried to log in as nobody we know. Stream ``strangers:{UTC day}``."""

    at: datetime
    network: str
    """The /24 or /48 the request came from: enough to see an attack, too little to name anyone."""


@event_type("identity.session-ended")
class SessionEnded(Event, frozen=True, kw_only=True):
    """Its tokens work no longer. Stream ``logins:{user_id}``."""

    user_id: str
    at: datetime
    session_id: str
    why: SessionEnd


@event_type("identity.api-key-issued")
class ApiKeyIssued(Event, frozen=True, kw_only=True):
    """A key for programs; it can do what its scopes and its user's roles both allow. Stream ``api-key:{key_id}``."""

    key_id: str
    user_id: str
    at: datetime
    label: str
    scopes: tuple[str, ...]
    """Permissions of ``api.policy``."""
    expires_at: datetime


@event_type("identity.api-key-revoked")
class ApiKeyRevoked(Event, frozen=True, kw_only=True):
    """Stream ``api-key:{key_id}``."""

    key_id: str
    user_id: str
    at: datetime


@event_type("identity.bootstrap-token-switched")
class BootstrapTokenSwitched(Event, frozen=True, kw_only=True):
    """Whether the token from the settings still works. Stream ``bootstrap-token:installation``."""

    at: datetime
    works: bool


@event_type("identity.personal-data-read")
class PersonalDataRead(Event, frozen=True, kw_only=True):
    """Somebody was shown personal data. Stream ``reads:{UTC day}:{id of the process}``."""

    at: datetime
    operation: str
    """What was asked, as method and route: ``GET /api/v1/patients/{patient_id}``."""
    subjects: tuple[str, ...]
    """Pseudonymous ids of those whose data it was."""
    purpose: Purpose | None = None
    """Always given for lists and exports."""
    export: bool = False
    """It left as a file."""


@event_type("identity.access-denied")
class AccessDenied(Event, frozen=True, kw_only=True):
    """Somebody asked for what is not theirs to see. Stream as above."""

    at: datetime
    operation: str
    subjects: tuple[str, ...] = ()


@event_type("identity.kek-rotated")
class KekRotated(Event, frozen=True, kw_only=True):
    """Every person's key was wrapped anew by a new key-encryption key. Stream ``kek:installation``."""

    at: datetime
    wrapping_key: str
    """Id of the new key; says nothing about it."""
    keys: int
    """How many were wrapped anew."""


@event_type("identity.month-reviewed")
class MonthReviewed(Event, frozen=True, kw_only=True):
    """A person looked through a month's accesses and signs for it. Stream ``review:{yyyy-mm}``."""

    at: datetime
    month: str
    """``2026-11``."""
    until_position: int
    """The newest event the review covers."""
    reads: int
    flagged: int
    """Unusual accesses that were shown."""
    conclusion: Literal["nothing-found", "followed-up", "escalated"]
    note: str | None = None


UserEvent = (
    UserCreated | UserRevised | RoleGranted | RoleRevoked | UserDisabled | UserEnabled | PasswordSet | TotpEnabled
    | TotpDisabled | AccountLinked | AccountUnlinked
)  # fmt: skip


def user_stream(user_id: str) -> str:
    """Who the user is and what they may do."""
    return f"user:{user_id}"


def user_erasure_stream(user_id: str) -> str:
    """That the user was erased: readable for ever."""
    return f"erasure:{user_id}"


def logins_stream(user_id: str) -> str:
    """When and from where the user logged in, or somebody tried to; apart from the user, because it grows."""
    return f"logins:{user_id}"


def email_stream(fingerprint: str) -> str:
    """Whose an e-mail address is: ``fingerprint`` is its keyed hash."""
    return f"email:{fingerprint}"


def api_key_stream(key_id: str) -> str:
    """One key's life."""
    return f"api-key:{key_id}"


def stranger_stream(day: date) -> str:
    """Failed logins of accounts that do not exist."""
    return f"strangers:{day}"


def reads_stream(day: date, process: str) -> str:
    """Reads answered by one process on one UTC day: nobody else appends to it."""
    return f"reads:{day}:{process}"


def review_stream(month: str) -> str:
    """Reviews of one month, ``2026-11``."""
    return f"review:{month}"


KEK_STREAM = "kek:installation"
BOOTSTRAP_STREAM = "bootstrap-token:installation"
