"""The eventsourcing library's recorder and mapper over the table ``ledger.events``.

The library's own append locks the whole table across several round trips and numbers events with a sequence, which
leaves holes. Here one call of ``ledger.append`` does it all: lock, number, insert, notify, commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

import psycopg
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, Notification, StoredEvent, Transcoder
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.rows import DictRow, dict_row

from adapters.keys.sealing import opened, states
from adapters.postgres.connection import parameters
from application.ports.ledger import NewEvent, RecordedEvent
from application.ports.subject_keys import SubjectKeys
from domain import catalog, kernel
from domain.times import EPOCH
from projections import arrays, named_sql

_QUERIES = named_sql.load("adapters.postgres", "ledger.sql")
WAIT_FOR_CONNECTION_S = 3.0
KNOWN_CONTEXTS = catalog.CONTEXTS
"""Named here so that whoever reads the ledger knows every event in it."""


class LedgerDatastore(PostgresDatastore):
    """A small connection pool to the ledger; opened at first use, so a process can start before PostgreSQL does."""

    def __init__(self, url: str, *, application_name: str, pool_size: int = 1, max_overflow: int = 7) -> None:
        super().__init__(
            *("", "", "", "", ""),
            connect_timeout=WAIT_FOR_CONNECTION_S,
            pre_ping=True,  # after PostgreSQL was restarted, nobody should be answered by a dead connection
            schema="ledger",
            originator_id_type="text",
            pool_size=pool_size,
            max_overflow=max_overflow,
        )
        self.pool.kwargs = parameters(url, application_name=application_name) | {"row_factory": dict_row}

    def after_connect_func(self) -> Any:
        """Prepare each new connection: autocommit (an append is one statement), and binary arrays."""
        configure = super().after_connect_func()

        def after_connect(connection: psycopg.Connection[Any]) -> None:
            configure(connection)
            arrays.register(connection)

        return after_connect

    def register_type_adapters(self) -> None:
        """Nothing: the library's composite types are not used, and looking them up would need a connection at once."""


@dataclass(frozen=True)
class LedgerEvent(StoredEvent):
    """A stored event with the metadata the ledger keeps beside it; fields as in ``NewEvent``."""

    schema_version: int = 1
    actor: str = "system"
    correlation_id: str = ""
    causation_id: str | None = None
    trace_id: str | None = None


class LedgerMapper(Mapper[str]):
    """Between ``NewEvent`` and the library's ``StoredEvent``: stable type names instead of topics, msgspec JSON, and
    each person's own key instead of one cipher for everything.
    """

    def __init__(self, transcoder: Transcoder, keys: SubjectKeys | None = None) -> None:
        super().__init__(transcoder)
        self._keys = keys

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> LedgerEvent:
        """Raises ``AttributeError`` for anything that is not a ``NewEvent``."""
        new = cast(NewEvent, domain_event)
        return LedgerEvent(
            originator_id=new.stream,
            originator_version=new.version,
            topic=new.event.type,
            state=states([new], self._keys)[0],
            schema_version=new.event.schema_version,
            actor=new.actor,
            correlation_id=new.correlation_id,
            causation_id=new.causation_id,
            trace_id=new.trace_id,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[str]:
        """The ``NewEvent`` that was stored, upcast to today's schema version."""
        stored = cast(LedgerEvent, stored_event)
        closed = RecordedEvent(
            0,
            str(stored.originator_id),
            stored.originator_version,
            EPOCH,
            stored.actor,
            stored.correlation_id,
            stored.causation_id,
            stored.trace_id,
            stored.schema_version,
            kernel.decode(stored.topic, stored.schema_version, stored.state),
        )
        open_ = opened([closed], self._keys)[0]
        return NewEvent(
            open_.stream,
            open_.version,
            open_.event,
            open_.actor,
            open_.correlation_id,
            open_.causation_id,
            open_.trace_id,
        )


class LedgerRecorder(PostgresApplicationRecorder):
    """Reads and appends ``ledger.events``; a drop-in for the library's application recorder."""

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = "events") -> None:
        super().__init__(datastore, events_table_name=events_table_name)

    def create_table(self) -> None:
        """Nothing: the migrations make the table."""

    def append(self, events: Sequence[NewEvent], payloads: Sequence[bytes]) -> int:
        """Store the events, each with its JSON, in one transaction and one round trip; returns the last position.

        Raises:
            eventsourcing.persistence.IntegrityError: a (stream, version) is taken.
            eventsourcing.persistence.OperationalError: PostgreSQL is away; whether it was stored is unknown.
        """
        return self._insert(
            [e.stream for e in events],
            [e.version for e in events],
            [e.event.type for e in events],
            [e.event.schema_version for e in events],
            [e.actor for e in events],
            [e.correlation_id for e in events],
            [e.causation_id for e in events],
            [e.trace_id for e in events],
            list(payloads),
        )

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """The library's entry point. Events without metadata are attributed to ``system``."""
        if not stored_events:
            return []
        events = [e if isinstance(e, LedgerEvent) else LedgerEvent(**vars(e)) for e in stored_events]
        head = self._insert(
            [str(e.originator_id) for e in events],
            [e.originator_version for e in events],
            [e.topic for e in events],
            [e.schema_version for e in events],
            [e.actor for e in events],
            [e.correlation_id or str(uuid4()) for e in events],
            [e.causation_id for e in events],
            [e.trace_id for e in events],
            [e.state for e in events],
        )
        return range(head - len(events) + 1, head + 1)

    def _insert(  # noqa: PLR0917  the columns of the table, in its order
        self,
        streams: list[str],
        versions: list[int],
        types: list[str],
        schema_versions: list[int],
        actors: list[str],
        correlation_ids: list[str],
        causation_ids: list[str | None],
        trace_ids: list[str | None],
        states: list[bytes],
    ) -> int:
        with self.datastore.get_connection() as connection:
            row = connection.execute(
                _QUERIES["append"],
                (
                    arrays.texts(streams),
                    arrays.longs(versions),
                    arrays.texts(types),
                    arrays.shorts(schema_versions),
                    arrays.texts(actors),
                    arrays.uuids(correlation_ids),
                    arrays.texts(causation_ids),
                    arrays.texts(trace_ids),
                    arrays.encoded_texts(states),
                ),
                prepare=True,
            ).fetchone()
        assert row is not None
        return row["head"]

    def select_events(
        self,
        originator_id: Any,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Stored events of one stream."""
        query = "stored_events_newest_first" if desc else "stored_events"
        rows = self._rows(query, [str(originator_id), gt or 0, lte if lte is not None else 2**62, limit])
        return [LedgerEvent(**_stored(row)) for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Stored events in position order."""
        after = (start or 0) - (1 if inclusive_of_start and start is not None else 0)
        types = list(topics) or None
        rows = self._rows("notifications", [after, stop if stop is not None else 2**62, types, types, limit])
        return [
            Notification(
                id=row["notification_id"],
                originator_id=row["originator_id"],
                originator_version=row["originator_version"],
                topic=row["topic"],
                state=row["state"].encode(),
            )
            for row in rows
        ]

    def max_notification_id(self) -> int | None:
        """Position of the newest event; None in an empty ledger. Unlike the library's, it does not retry for
        seconds.
        """
        return self._rows("head", [])[0]["head"] or None

    def _rows(self, query: str, values: list[Any]) -> list[DictRow]:
        with self.datastore.get_connection() as connection:
            return connection.execute(_QUERIES[query], values, prepare=True).fetchall()


def _stored(row: DictRow) -> dict[str, Any]:
    return {
        "originator_id": row["originator_id"],
        "originator_version": row["originator_version"],
        "topic": row["topic"],
        "state": row["state"].encode(),
        "schema_version": row["schema_version"],
        "actor": row["actor"],
        "correlation_id": str(row["correlation_id"]),
        "causation_id": row["causation_id"],
        "trace_id": row["trace_id"],
    }


def recorded(row: tuple[Any, ...]) -> RecordedEvent:
    """A row of the ``read…`` queries as an event. Raises as ``domain.kernel.decode`` does."""
    return RecordedEvent(
        row[0],
        row[1],
        row[2],
        row[5],
        row[6],
        str(row[7]),
        row[8],
        row[9],
        row[4],
        kernel.decode(row[3], row[4], row[10]),
    )
