"""The ledger port on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

import psycopg
from eventsourcing.persistence import EventStore, IntegrityError, InterfaceError, JSONTranscoder, OperationalError
from psycopg.rows import tuple_row

from adapters.keys.sealing import opened, states
from adapters.keys.subject_keys import PostgresSubjectKeys
from adapters.postgres.recorder import LedgerDatastore, LedgerMapper, LedgerRecorder, recorded
from application.ports.key_wrapping import KeyWrapping
from application.ports.ledger import LedgerUnavailable, NewEvent, RecordedEvent, VersionConflict
from domain import kernel
from projections import named_sql

Result = TypeVar("Result")

_QUERIES = named_sql.load("adapters.postgres", "ledger.sql")


class PostgresLedger(EventStore[str]):
    """Synchronous and thread-safe; the library's ``put`` and ``get`` work on it too."""

    def __init__(self, url: str, *, application_name: str, wrapping: KeyWrapping | None = None) -> None:
        """Without ``wrapping`` nothing personal can be appended, and what is sealed stays ``Closed``."""
        self.datastore = LedgerDatastore(url, application_name=application_name)
        self.keys = PostgresSubjectKeys(self.datastore.get_connection, wrapping) if wrapping else None
        self.ledger_recorder = LedgerRecorder(self.datastore)
        super().__init__(LedgerMapper(JSONTranscoder(), self.keys), self.ledger_recorder)

    def append(self, events: Sequence[NewEvent]) -> int:
        """As ``Ledger.append``. An append whose answer was lost is found again when it is repeated."""
        if not events:
            return self.head()
        payloads = states(events, self.keys)
        try:
            return self._guarded(lambda: self.ledger_recorder.append(events, payloads))
        except IntegrityError as error:
            already = self._position_if_stored(events)
            if already is not None:
                return already
            first = events[0]
            raise VersionConflict(
                f"Another writer appended to {first.stream} or a stream beside it first. Load it again and decide anew."
            ) from error

    def read(self, after: int, limit: int, *, types: Collection[str] | None = None) -> list[RecordedEvent]:
        """As ``Ledger.read``."""
        if types is None:
            return self._select("read", (after, limit))
        return self._select("read_types", (after, list(types), limit))

    def read_stream(
        self, stream: str, *, after: int = 0, limit: int | None = None, newest_first: bool = False
    ) -> list[RecordedEvent]:
        """As ``Ledger.read_stream``."""
        return self._select("read_stream_newest_first" if newest_first else "read_stream", (stream, after, limit))

    def read_log(self, prefix: str, *, limit: int, before: tuple[str, int] | None = None) -> list[RecordedEvent]:
        """As ``Ledger.read_log``."""
        stream, version = before or (f"{prefix};", 0)
        return self._select("read_log", (f"{prefix}:", f"{prefix};", stream, version, limit))

    def head(self) -> int:
        """As ``Ledger.head``."""
        return self._guarded(self.ledger_recorder.max_notification_id) or 0

    def close(self) -> None:
        """Give the connections back."""
        self.datastore.close()

    def _select(self, query: str, values: tuple[Any, ...]) -> list[RecordedEvent]:
        def select() -> list[tuple[Any, ...]]:
            with self.datastore.get_connection() as connection:
                cursor = connection.cursor(binary=True, row_factory=tuple_row)
                return cursor.execute(_QUERIES[query], values, prepare=True).fetchall()

        return opened([recorded(row) for row in self._guarded(select)], self.keys)

    def _position_if_stored(self, events: Sequence[NewEvent]) -> int | None:
        # A repeated append finds every event as it was: same bytes, same correlation. Any other is another writer's.
        position = 0
        for new in events:
            stored = self.read_stream(new.stream, after=new.version - 1, limit=1)
            if not stored or stored[0].version != new.version or stored[0].correlation_id != new.correlation_id:
                return None
            if kernel.encode(stored[0].event) != kernel.encode(new.event):
                return None
            position = stored[0].position
        return position

    def _guarded(self, call: Callable[[], Result]) -> Result:
        try:
            return call()
        except IntegrityError:
            raise
        except (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise LedgerUnavailable("PostgreSQL cannot be reached. Nothing is lost; try again shortly.") from error
