"""Events into read models, rows and checkpoint in one transaction; what cannot be folded parks, the rest goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import psycopg
import structlog

from adapters.keys.people import People, opened_for_folding
from application.ports.ledger import RecordedEvent
from application.ports.subject_keys import SubjectKey
from domain.kernel import event_types
from projections import arrays, named_sql
from projections.base import Batch, Projection, Undecodable
from projections.runner import PoisonEvent, Runner

_log = structlog.get_logger(__name__)
_SQL = named_sql.load("adapters.postgres", "projections.sql")
_LONGEST_NOTICE = 7_900
"""PostgreSQL takes less than 8000 bytes."""


class Gap(Exception):
    """An event is missing before the first of a batch: read the ledger from ``expected`` on."""

    def __init__(self, expected: int, got: int) -> None:
        super().__init__(f"Expected event {expected}, got {got}. Read the events between from the ledger.")
        self.expected = expected
        self.got = got


class ReadModelMissing(Exception):
    """A read model has no checkpoint. Restart the projector: it makes what is missing."""


class Folding:
    """Some read models that move together, over one connection (in autocommit mode).

    What they remember is valid only while their checkpoints say so: another projector, or a swapped rebuild, changes
    position or generation, and then everything remembered is dropped.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        projections: Sequence[Projection],
        *,
        notify: bool = True,
        people: People | None = None,
    ) -> None:
        """``notify``: tell listeners of channel ``projections`` after each batch. Without ``people`` everything
        sealed stays ``Closed``.
        """
        self._db = connection
        self._people = people
        self._keys: Mapping[str, SubjectKey] = {}
        arrays.register(connection)
        self._projections = {projection.schema: projection for projection in projections}
        self._names = sorted(self._projections)
        self._runner = Runner(projections)
        self._alone = {projection.schema: Runner([projection]) for projection in projections}
        self._notify = notify
        self._known: dict[str, tuple[int, int]] = {}
        self._parked: dict[str, set[str]] = {}
        self.position = 0
        """Every event up to here is folded into all of them."""

    def refresh(self) -> int:
        """Read the checkpoints anew; returns ``position``."""
        with self._db.transaction():
            self._lock()
        return self.position

    def apply(self, events: Sequence[RecordedEvent]) -> None:
        """Fold the events (consecutive positions) that are not folded yet; idempotent.

        Raises:
            Gap: the first event is not the next one.
            KeyRefused: this process was given the wrong key-encryption key.
            psycopg.Error: PostgreSQL is away, or the tables are not what they should be. Nothing is remembered.
        """
        if not events:
            return
        events, self._keys = opened_for_folding(events, self._people, self._db)
        try:
            self._transact(events)
        except BaseException as error:
            self._forget()
            if not _is_poison(error):
                raise
            _log.warning(
                "projection_batch_failed", first=events[0].position, size=len(events), error=_text(error, events)
            )
            for name in self._names:
                alone = Folding(self._db, [self._projections[name]], notify=self._notify, people=self._people)
                alone._keys = self._keys
                alone.bisect(events)
            self.refresh()
        finally:
            self._keys = {}

    def bisect(self, events: Sequence[RecordedEvent]) -> None:
        """Fold what can be folded of the events, and park what fails alone with the later events of its stream."""
        try:
            self._transact(events)
        except Exception as error:
            self._forget()
            if not _is_poison(error):
                raise
            if len(events) == 1:
                self._park(events[0], error)
                return
            middle = len(events) // 2
            self.bisect(events[:middle])
            self.bisect(events[middle:])

    def _transact(self, events: Sequence[RecordedEvent]) -> None:
        last = events[-1].position
        with self._db.transaction():
            self._lock()
            behind = {name: position for name, (position, _) in self._known.items() if position < last}
            if not behind:
                return
            if events[0].position > min(behind.values()) + 1:
                raise Gap(min(behind.values()) + 1, events[0].position)
            if len(behind) == len(self._names) and len(set(behind.values())) == 1 and not any(self._parked.values()):
                self._write(self._runner, events[self.position + 1 - events[0].position :], self._names, last)
            else:
                for name, position in behind.items():
                    due = events[position + 1 - events[0].position :]
                    self._write(self._alone[name], self._without_parked(name, due), [name], last)
        for name in behind:
            self._known[name] = last, self._known[name][1]
        self.position = min(position for position, _ in self._known.values())

    def _write(self, runner: Runner, events: Sequence[RecordedEvent], names: list[str], last: int) -> None:
        batch = Batch(events, self._keys, self._people.blind if self._people else None)
        runner.fold(self._db, batch)
        with self._db.pipeline():
            runner.flush(self._db)
            self._db.execute(_SQL["advance"], [last, names], prepare=True)
            if self._notify:  # repeated within one transaction, it is heard once
                self._db.execute(_SQL["notify"], [_notice(last, batch.monitors)], prepare=True)

    def _lock(self) -> None:
        rows = self._db.execute(_SQL["lock_checkpoints"], [self._names], prepare=True).fetchall()
        known: dict[str, tuple[int, int]] = {name: (position, generation) for name, position, generation in rows}
        if known.keys() != self._projections.keys():
            missing = ", ".join(sorted(self._projections.keys() - known.keys()))
            raise ReadModelMissing(f"The read model {missing} has no checkpoint. Restart the projector: it makes it.")
        if known != self._known:
            self._runner.forget()
            self._known = known
            self._parked = {name: set() for name in self._names}
            for name, stream in self._db.execute(_SQL["parked_streams"], [self._names], prepare=True).fetchall():
                self._parked[name].add(stream)
        self.position = min(position for position, _ in known.values())

    def _without_parked(self, name: str, events: Sequence[RecordedEvent]) -> Sequence[RecordedEvent]:
        parked = self._parked[name]
        later = [event for event in events if event.stream in parked] if parked else []
        if not later:
            return events
        self._dead_letters(
            name, later, poison=False, error="It waits behind an earlier event of its stream that failed."
        )
        return [event for event in events if event.stream not in parked]

    def _park(self, event: RecordedEvent, error: Exception) -> None:
        (name,) = self._names
        text = _text(error, [event])
        with self._db.transaction():
            self._lock()
            if event.position != self.position + 1:
                return
            self._dead_letters(name, [event], poison=True, error=text)
            self._db.execute(_SQL["advance"], [event.position, [name]], prepare=True)
        self._forget()
        _log.error("event_parked", projection=name, position=event.position, stream=event.stream, error=text)

    def _dead_letters(self, name: str, events: Sequence[RecordedEvent], *, poison: bool, error: str) -> None:
        columns: list[object] = [
            [event.position for event in events],
            [event.stream for event in events],
            [event.version for event in events],
            [_stored_type(event) for event in events],
            [poison] * len(events),
            [error] * len(events),
        ]
        self._db.execute(_SQL["park"], [name, *columns], prepare=True)

    def _forget(self) -> None:
        self._runner.forget()
        self._known = {}


def _is_poison(error: BaseException) -> bool:
    # The event's fault, not the database's: a lost connection, a missing table or a full disk would park everything.
    if isinstance(error, psycopg.Error):
        return isinstance(error, psycopg.DataError | psycopg.IntegrityError)
    return isinstance(error, Exception) and not isinstance(error, Gap | ReadModelMissing | MemoryError | OSError)


def _text(error: BaseException, events: Sequence[RecordedEvent]) -> str:
    kinds = event_types()
    if not isinstance(error, PoisonEvent) and any(
        (kind := kinds.get(_stored_type(event))) is None or kind.sealed for event in events
    ):
        # Words may quote what could not be taken; kept in plain, they would outlive the person's erasure.
        return f"{type(error).__name__}; its words are not kept, they may tell something about a person."
    return f"{type(error).__name__}: {error}".replace("\0", "")[:1000]


def _stored_type(event: RecordedEvent) -> str:
    return event.event.stored_type if isinstance(event.event, Undecodable) else event.type


def _notice(position: int, monitors: set[str]) -> str:
    notice = msgspec.json.encode({"position": position, "monitors": sorted(monitors)})
    if len(notice) > _LONGEST_NOTICE:
        notice = msgspec.json.encode({"position": position, "monitors": "*"})
    return notice.decode()
