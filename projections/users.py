"""Read model ``users``: who may log in and do what, which sessions have ended, which API keys there are.

Who a user is stays sealed under the user's own key; only the keyed hash of the e-mail address can be searched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from domain.identity.addresses import canonical
from domain.identity.events import (
    AccountLinked,
    AccountUnlinked,
    ApiKeyIssued,
    ApiKeyRevoked,
    LoggedIn,
    PasswordSet,
    RoleGranted,
    RoleRevoked,
    SessionEnded,
    TotpDisabled,
    TotpEnabled,
    UserCreated,
    UserDisabled,
    UserEnabled,
    UserErased,
    UserEvent,
    UserRevised,
)
from domain.identity.user import ROLES, Account, Language
from domain.kernel import Event
from projections.base import Batch, Database, Fold, Projection, Recorded

KEPT = timedelta(days=31)
"""A session older than this has expired long ago."""


class Sealed(msgspec.Struct, frozen=True):
    """What tells who a user is."""

    email: str
    name: str
    language: Language
    accounts: tuple[Account, ...] = ()


class UserRow(msgspec.Struct, kw_only=True):
    """Fields in the order of the table's columns."""

    id: str
    email_print: str
    sealed: bytes
    roles: str
    enabled: bool
    has_password: bool
    totp: bool
    patient_id: str | None
    created_at: datetime
    version: int


class SessionRow(msgspec.Struct, kw_only=True):
    """As above."""

    id: str
    user_id: str
    began_at: datetime
    ended_at: datetime | None = None
    why: str | None = None


class ApiKeyRow(msgspec.Struct, kw_only=True):
    """As above."""

    id: str
    user_id: str
    label: str
    scopes: str
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


_sealed = msgspec.json.Decoder(Sealed)


def row_context(user_id: str) -> bytes:
    """What a user's sealed row is bound to."""
    return f"users/{user_id}".encode()


def opened(plain: bytes) -> Sealed:
    """What was sealed."""
    return _sealed.decode(plain)


class Users(Projection):
    """Schema ``users``. Nothing is kept in memory between batches."""

    name = "users"

    def __init__(self, schema: str | None = None) -> None:
        super().__init__(schema)
        self._batch = Batch([])
        self.forget()

    def folds(self) -> Mapping[type[Event], Fold]:
        """As ``Projection.folds``."""
        users: dict[type[Event], Fold] = dict.fromkeys(UserEvent.__args__, self._fold_user)
        return {
            **users,
            UserCreated: self._created,
            LoggedIn: self._began,
            SessionEnded: self._ended,
            ApiKeyIssued: self._issued,
            ApiKeyRevoked: self._revoked,
            UserErased: self._erase,
        }

    def load(self, db: Database, batch: Batch) -> None:
        """As ``Projection.load``."""
        self.forget()
        self._batch = batch
        events = [record.event for record in batch.rare]
        users = sorted({event.user_id for event in events if isinstance(event, UserEvent)})
        owners = sorted({event.user_id for event in events if isinstance(event, LoggedIn | SessionEnded)})
        keys = sorted({event.key_id for event in events if isinstance(event, ApiKeyRevoked)})
        for row in db.execute(self.sql["load_users"], [users], prepare=True).fetchall() if users else []:
            self._users[row[0]] = UserRow(**dict(zip(UserRow.__struct_fields__, row, strict=True)))
        for row in db.execute(self.sql["load_sessions"], [owners], prepare=True).fetchall() if owners else []:
            self._sessions[row[0]] = SessionRow(**dict(zip(SessionRow.__struct_fields__, row, strict=True)))
        for row in db.execute(self.sql["load_api_keys"], [keys], prepare=True).fetchall() if keys else []:
            self._keys[row[0]] = ApiKeyRow(**dict(zip(ApiKeyRow.__struct_fields__, row, strict=True)))

    def flush(self, db: Database) -> None:
        """As ``Projection.flush``."""
        self._save(db, "save_users", [self._users[user_id] for user_id in sorted(self._changed)])
        self._save(db, "save_sessions", [row for _, row in sorted(self._sessions.items())])
        if self._dropped:
            db.execute(self.sql["drop_sessions"], [sorted(self._dropped)], prepare=True)
        self._save(db, "save_api_keys", [row for _, row in sorted(self._keys.items())])
        if self._erased:
            db.execute(self.sql["erase"], {"users": sorted(self._erased)}, prepare=True)
        self.forget()

    def forget(self) -> None:
        """As ``Projection.forget``."""
        self._users: dict[str, UserRow] = {}
        self._changed: set[str] = set()
        self._sessions: dict[str, SessionRow] = {}
        self._dropped: set[str] = set()
        self._keys: dict[str, ApiKeyRow] = {}
        self._erased: set[str] = set()

    def _save(self, db: Database, statement: str, rows: Sequence[msgspec.Struct]) -> None:
        if rows:
            fields = rows[0].__struct_fields__
            db.execute(self.sql[statement], [[getattr(row, name) for row in rows] for name in fields], prepare=True)

    def _created(self, record: Recorded, event: UserCreated) -> None:
        email_print, sealed = self._seal(event.user_id, Sealed(event.email, event.name, event.language))
        self._users[event.user_id] = UserRow(
            id=event.user_id,
            email_print=email_print,
            sealed=sealed,
            roles=" ".join(event.roles),
            enabled=True,
            has_password=False,
            totp=False,
            patient_id=event.patient_id,
            created_at=event.at,
            version=record.version,
        )
        self._changed.add(event.user_id)

    def _fold_user(self, record: Recorded, event: UserEvent) -> None:
        row = self._users.get(event.user_id)
        if row is None:
            return  # of somebody who was erased: who it was is not there to begin with
        row.version = record.version
        self._changed.add(row.id)
        match event:
            case RoleGranted() | RoleRevoked():
                roles = set(row.roles.split()) - {event.role}
                roles |= {event.role} if isinstance(event, RoleGranted) else set()
                row.roles = " ".join(role for role in ROLES if role in roles)
            case UserDisabled() | UserEnabled():
                row.enabled = isinstance(event, UserEnabled)
            case PasswordSet():
                row.has_password = True
            case TotpEnabled() | TotpDisabled():
                row.totp = isinstance(event, TotpEnabled)
            case _:
                self._reseal(row, event)

    def _reseal(self, row: UserRow, event: UserEvent) -> None:
        told = self._told(row)
        if isinstance(event, UserRevised):
            told = Sealed(event.email, event.name, event.language, told.accounts)
            row.patient_id = event.patient_id
        elif isinstance(event, AccountLinked | AccountUnlinked):
            account = Account(event.issuer, event.subject)
            kept = tuple(known for known in told.accounts if known != account)
            accounts = (*kept, account) if isinstance(event, AccountLinked) else kept
            told = msgspec.structs.replace(told, accounts=accounts)
        row.email_print, row.sealed = self._seal(row.id, told)

    def _began(self, _: Recorded, event: LoggedIn) -> None:
        old = [s for s in self._sessions.values() if s.user_id == event.user_id and s.began_at < event.at - KEPT]
        for session in old:
            del self._sessions[session.id]
            self._dropped.add(session.id)
        self._sessions[event.session_id] = SessionRow(id=event.session_id, user_id=event.user_id, began_at=event.at)

    def _ended(self, _: Recorded, event: SessionEnded) -> None:
        session = self._sessions.get(event.session_id)
        if session is not None and session.ended_at is None:
            session.ended_at, session.why = event.at, event.why

    def _issued(self, _: Recorded, event: ApiKeyIssued) -> None:
        self._keys[event.key_id] = ApiKeyRow(
            id=event.key_id,
            user_id=event.user_id,
            label=event.label,
            scopes=" ".join(event.scopes),
            issued_at=event.at,
            expires_at=event.expires_at,
        )

    def _revoked(self, _: Recorded, event: ApiKeyRevoked) -> None:
        if key := self._keys.get(event.key_id):
            key.revoked_at = event.at

    def _erase(self, _: Recorded, event: UserErased) -> None:
        # What is left of them in memory is saved before and dropped with the rest, keys issued in this batch too.
        self._erased.add(event.user_id)

    def _told(self, row: UserRow) -> Sealed:
        return opened(self._batch.keys[row.id].open_row(row_context(row.id), row.sealed))

    def _seal(self, user_id: str, told: Sealed) -> tuple[str, bytes]:
        plain = msgspec.json.encode(told)
        print_ = self._batch.blind.fingerprint("email", canonical(told.email))
        return print_, self._batch.keys[user_id].seal_row(row_context(user_id), plain)
