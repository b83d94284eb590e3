"""From what a request carries to who is asking.

What a token or a key proves is looked up at most once a second; a command that changes it makes this process look anew
at once (``forget``). The read model ``users`` is believed only while it knows the user's newest event: a projector that
stands still must not keep anybody in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple, TypeVar

from api.access import COOKIE, Access
from api.limits import WRONG_TOKENS, AttemptLimits
from api.principal import BOOTSTRAP, Principal
from api.services import Database
from application.commands import NotFound
from application.identity.administrators import bootstrap_works
from application.identity.services import Identity
from application.identity.users import load_user, version_of
from application.ports.ledger import LedgerUnavailable
from application.ports.subject_keys import SubjectErased
from application.ports.tokens import Audience, TokenRefused
from domain.identity.events import user_stream
from projections.queries.users import Standing, standing_of_key, standing_of_user

BELIEVED_S = 1.0
_KEPT = 10_000
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
BOOTSTRAP_PRINCIPAL = Principal(actor=BOOTSTRAP, roles=frozenset({"admin"}))


class Identified(NamedTuple):
    """Who is asking; or None, and the problem with the credential that was sent, if one was."""

    principal: Principal | None = None
    refusal: str | None = None


NOBODY = Identified()


class Authenticator:
    """One per application."""

    def __init__(self, access: Access, identity: Identity, database: Database, limits: AttemptLimits) -> None:
        self._access = access
        self._identity = identity
        self._database = database
        self._limits = limits
        self._clock = identity.commands.clock
        self._standings: dict[tuple[str, str], tuple[Standing | None, float]] = {}
        self._keys: dict[bytes, tuple[str | None, float]] = {}
        self._bootstrap: tuple[bool, float] = (True, float("-inf"))
        self._epoch = 0

    def forget(self) -> None:
        """Look everything up anew: something has changed."""
        self._epoch += 1
        self._standings.clear()
        self._keys.clear()
        self._bootstrap = self._bootstrap[0], float("-inf")

    async def bearer(self, authorization: bytes, address: str) -> Identified:
        """Who an ``Authorization`` header stands for.

        Raises:
            Problem: too many wrong ones came from the address.
            LedgerUnavailable: it cannot be looked up.
        """
        if self._access.is_bootstrap(authorization):
            return await self._as_bootstrap()
        scheme, _, credential = authorization.partition(b" ")
        if scheme.lower() != b"bearer":
            return NOBODY
        token = credential.strip().decode("latin-1")
        found = await (self._by_key(token) if token.startswith("vk_") else self._by_token(token, "vitalog-api"))
        if found.principal is None and found.refusal != "token-expired":
            self._limits.take(WRONG_TOKENS, address)
        return found

    async def cookie(self, header: str) -> Identified:
        """Who a ``Cookie`` header stands for. Raises ``LedgerUnavailable``."""
        value = _session_cookie(header)
        if value is None:
            return NOBODY
        if self._access.session_is_good(value, int(self._clock.now().timestamp())):
            return await self._as_bootstrap()
        return Identified((await self._by_token(value, "vitalog-page")).principal)

    async def still_holds(self, principal: Principal) -> bool:
        """Whether somebody who was let in a while ago may still do exactly what they could then.

        Raises:
            LedgerUnavailable: it cannot be looked up.
        """
        if principal.user_id is None:
            return (await self._as_bootstrap()).principal is not None
        if principal.session_id is not None:
            standing = await self._standing(principal.user_id, principal.session_id, self._of_user)
        else:
            standing = await self._standing("", principal.actor.partition(":")[2], self._of_key)
        return (
            standing is not None
            and standing.enabled
            and not standing.ended
            and (standing.roles, standing.patient_id) == (principal.roles, principal.patient_id)
        )

    async def _as_bootstrap(self) -> Identified:
        works, until = self._bootstrap
        if self._clock.monotonic() >= until:
            epoch = self._epoch
            try:
                works = await bootstrap_works(self._identity.commands)
            except LedgerUnavailable:
                # While the ledger is away nothing can be read or changed with it; what was known last goes on.
                works = self._bootstrap[0]
            if epoch == self._epoch:
                self._bootstrap = works, self._clock.monotonic() + BELIEVED_S
        return Identified(BOOTSTRAP_PRINCIPAL) if works else Identified(None, "bootstrap-token-off")

    async def _by_token(self, token: str, audience: Audience) -> Identified:
        try:
            grant = self._identity.tokens.verify(token, audience=audience, now_s=int(self._clock.now().timestamp()))
        except TokenRefused as refused:
            code = "token-expired" if refused.expired else "token-refused" if token.count(".") == 2 else "unauthorized"
            return Identified(None, code)
        standing = await self._standing(grant.user_id, grant.session_id, self._of_user)
        if refusal := _why_not(standing, "session-ended"):
            return Identified(None, refusal)
        assert standing is not None
        return Identified(
            Principal(
                actor=f"user:{grant.user_id}",
                roles=standing.roles,
                patient_id=standing.patient_id,
                user_id=grant.user_id,
                session_id=grant.session_id,
            )
        )

    async def _by_key(self, key: str) -> Identified:
        key_id = await self._key_id(self._identity.secrets.digest(key))
        standing = None if key_id is None else await self._standing("", key_id, self._of_key)
        if refusal := _why_not(standing, "api-key-refused"):
            return Identified(None, refusal if refusal == "account-disabled" else "api-key-refused")
        assert standing is not None
        return Identified(
            Principal(
                actor=f"api-key:{key_id}",
                roles=standing.roles,
                scopes=standing.scopes,
                patient_id=standing.patient_id,
                user_id=standing.user_id,
            )
        )

    async def _key_id(self, digest: bytes) -> str | None:
        kept = self._keys.get(digest)
        if kept is not None and self._clock.monotonic() < kept[1]:
            return kept[0]
        epoch = self._epoch
        key_id = await self._identity.credentials.api_key(digest, self._clock.now())
        if epoch == self._epoch:
            _keep(self._keys, digest, (key_id, self._clock.monotonic() + BELIEVED_S))
        return key_id

    async def _standing(
        self, user_id: str, session_id: str, look: Callable[[str, str], Awaitable[Standing | None]]
    ) -> Standing | None:
        kept = self._standings.get((user_id, session_id))
        if kept is not None and self._clock.monotonic() < kept[1]:
            return kept[0]
        epoch = self._epoch
        standing = await look(user_id, session_id)
        if epoch == self._epoch:
            _keep(self._standings, (user_id, session_id), (standing, self._clock.monotonic() + BELIEVED_S))
        return standing

    async def _of_user(self, user_id: str, session_id: str) -> Standing | None:
        live = await self._identity.credentials.session_is_live(session_id, self._clock.now())
        async with self._database.connection() as db:
            standing = await standing_of_user(db, user_id)
        standing = await self._brought_up_to_date(user_id, standing)
        return None if standing is None else standing._replace(ended=not live)

    async def _of_key(self, _: str, key_id: str) -> Standing | None:
        works = await self._identity.credentials.api_key_works(key_id, self._clock.now())
        async with self._database.connection() as db:
            standing = await standing_of_key(db, key_id)
        if standing is not None:
            standing = await self._brought_up_to_date(standing.user_id, standing)
        return None if standing is None else standing._replace(ended=standing.ended or not works)

    async def _brought_up_to_date(self, user_id: str, standing: Standing | None) -> Standing | None:
        """As the ledger has it now; None: there is no such user."""
        commands = self._identity.commands
        if standing is not None and standing.version == await version_of(commands, user_stream(user_id)):
            return standing
        try:
            user = await load_user(commands, user_id)
        except (NotFound, SubjectErased):
            return None
        known = standing or Standing(user_id, frozenset(), False, None, 0)
        return known._replace(
            roles=frozenset(user.roles), enabled=user.enabled, patient_id=user.patient_id, version=user.version
        )


def _keep(kept: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    if len(kept) >= _KEPT:
        kept.clear()
    kept[key] = value


def _why_not(standing: Standing | None, ended: str) -> str | None:
    if standing is None:
        return "token-refused"
    if not standing.enabled:
        return "account-disabled"
    return ended if standing.ended else None


def _session_cookie(header: str) -> str | None:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return None if found is None else found.value
