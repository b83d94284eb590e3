"""The projector: keeps every read model up with the ledger, from the feed and from the ledger itself."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import psycopg
import structlog

from adapters.keys.people import People
from adapters.postgres import backlog
from adapters.postgres.connection import parameters
from adapters.postgres.folding import Folding, Gap
from adapters.postgres.read_models import ensure_read_models
from adapters.postgres.rebuild import rebuild_once
from application.ports.ledger import LedgerUnavailable, RecordedEvent
from application.ports.subject_keys import KeyRefused
from domain.checkups.events import PatientErased
from domain.identity.events import UserErased
from domain.kernel import subject_of
from projections import named_sql, registry

_log = structlog.get_logger(__name__)
_SQL = named_sql.load("adapters.postgres", "projections.sql")
_IS_STORED = named_sql.load("adapters.postgres", "ledger.sql")["is_stored"]
_LEAD = named_sql.load("adapters.postgres", "operations.sql")["lead"]
BATCH = 20_000
"""Events per transaction when catching up."""
_POLL_S = 0.5


class Stopped(Exception):
    """The ledger holds an event that this program does not know. Upgrade the program, then start it again."""


class Projector:
    """One at a time is active in the whole installation; others stand by until its session ends. Not thread-safe."""

    def __init__(
        self, url: str, *, application_name: str = "projector", batch: int = BATCH, people: People | None = None
    ) -> None:
        """Without ``people`` nothing personal is folded."""
        self._url = url
        self._people = people
        self._name = application_name
        self._batch = batch
        self._db: psycopg.Connection[Any] | None = None
        self._folding: Folding | None = None

    def start(self, *, wait: bool = True, stop: threading.Event | None = None) -> bool:
        """Become the active projector and make the read models that are missing; again after ``LedgerUnavailable``.

        Returns False when another one is active and ``wait`` is False, or ``stop`` was set while waiting.

        Raises:
            LedgerUnavailable: PostgreSQL cannot be reached.
        """
        self.close()
        patience = stop or threading.Event()
        try:
            db = self._db = self._connect()
            announced = False
            # The lock is held by the session that writes: whoever loses the one loses the other.
            while not _leads(db):
                if not wait or patience.is_set():
                    self.close()
                    return False
                if not announced:
                    announced = True
                    _log.info("standing_by", role="projector")
                patience.wait(_POLL_S)
            ensure_read_models(db)
            self._folding = Folding(db, [registry.build(name) for name in registry.NAMES], people=self._people)
            self._folding.refresh()
        except psycopg.OperationalError as error:
            self.close()
            raise _unavailable() from error
        return True

    @property
    def position(self) -> int:
        """Every event up to here is in every read model."""
        return self._folding.position if self._folding else 0

    def apply(self, events: Sequence[RecordedEvent]) -> None:
        """Fold events of the feed: consecutive positions, in order. What is folded already is dropped, and a gap before
        them is fetched from the ledger.

        Raises:
            LedgerUnavailable: PostgreSQL is away; start again, then repeat.
            Stopped: as ``catch_up``.
        """
        db, folding = self._active()
        try:
            if events and not _is_stored(db, events[-1]):
                # A broker may hold what another ledger, or this one before it was restored, once published.
                _log.warning("foreign_events", position=events[-1].position)
                self.catch_up()
                return
            self._fold(db, folding, events)
        except Gap as gap:
            self.catch_up(until=gap.got - 1)
            self._fold(db, folding, events)
        except psycopg.OperationalError as error:
            self.close()
            raise _unavailable() from error

    def catch_up(self, until: int | None = None, *, stop: threading.Event | None = None) -> int:
        """Fold from the ledger until ``until``, or its head, or ``stop`` is set. Returns ``position``.

        Raises:
            LedgerUnavailable: PostgreSQL is away; start again, then repeat.
            Stopped: an event is of a type or version that this program does not know. Everything before it is folded,
                and the reason is in the checkpoints.
        """
        db, folding = self._active()
        try:
            goal = min(until, backlog.head(db)) if until is not None else backlog.head(db)
            if folding.position >= goal:
                return folding.position
            for section in backlog.sections(db, self._connect, folding.position, goal, self._batch):
                if stop and stop.is_set():
                    break
                self._fold(db, folding, section.events)
                if section.unknown:
                    db.execute(_SQL["stop"], [section.unknown, list(registry.NAMES)])
                    raise Stopped(section.unknown)
        except psycopg.OperationalError as error:
            self.close()
            raise _unavailable() from error
        return folding.position

    def run_rebuilds(self, stop: threading.Event) -> None:
        """Execute requested rebuilds, on a connection of their own, until ``stop`` is set: the body of a thread."""
        while not stop.is_set():
            try:
                if self.rebuild_once(stop):
                    continue
            except psycopg.Error as error:
                _log.warning("rebuild_waits", error=str(error).strip()[:200])
            stop.wait(_POLL_S)

    def rebuild_once(self, stop: threading.Event | None = None) -> bool:
        """Execute the oldest requested rebuild; False when there is none, or another process is at it."""
        name = f"{self._name} rebuild"
        return rebuild_once(self._url, application_name=name, batch=self._batch, stop=stop, people=self._people)

    def close(self) -> None:
        """Give up the lead."""
        if self._db is not None:
            self._db.close()
        self._db = self._folding = None

    def _fold(self, db: psycopg.Connection[Any], folding: Folding, events: Sequence[RecordedEvent]) -> None:
        erased = [subject_of(one.stream) for one in events if isinstance(one.event, PatientErased | UserErased)]
        try:
            if erased and self._people:
                # Whoever confirmed the erasure destroys the key as well; should that process have died in between, it
                # is done here, before the checkpoint says that this event is dealt with.
                self._people.keys(db).destroy(erased)
            folding.apply(events)
        except KeyRefused as error:
            self.close()
            raise LedgerUnavailable(str(error)) from error

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(**parameters(self._url, application_name=self._name), autocommit=True)

    def _active(self) -> tuple[psycopg.Connection[Any], Folding]:
        if self._db is None or self._folding is None:
            raise LedgerUnavailable("This projector is not active. Start it first.")
        return self._db, self._folding


def _is_stored(db: psycopg.Connection[Any], event: RecordedEvent) -> bool:
    # Histories that part never meet again: if the newest event is ours, so are those before it.
    values = [event.position, event.stream, event.version, event.correlation_id, event.recorded_at]
    row = db.execute(_IS_STORED, values, prepare=True).fetchone()
    return bool(row and row[0])


def _leads(db: psycopg.Connection[Any]) -> bool:
    row = db.execute(_LEAD, ["projector"]).fetchone()
    return bool(row and row[0])


def _unavailable() -> LedgerUnavailable:
    return LedgerUnavailable("PostgreSQL cannot be reached. Read models stand still until it is back; nothing is lost.")
