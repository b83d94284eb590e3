"""What a read model is to the runner: folds for events, and how its changed rows are fetched and written."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar

import psycopg

from domain.kernel import Event
from domain.monitoring.events import ProbeRecorded
from projections import named_sql

Database = psycopg.Connection[Any]
Key = TypeVar("Key")
Value = TypeVar("Value")


class Recorded(Protocol):
    """An event as the ledger holds it; see ``application.ports.ledger.RecordedEvent``."""

    @property
    def position(self) -> int: ...
    @property
    def stream(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def actor(self) -> str: ...
    @property
    def correlation_id(self) -> str: ...
    @property
    def causation_id(self) -> str | None: ...
    @property
    def event(self) -> Event: ...


Fold = Callable[[Recorded, Any], None]


class Undecodable(Event, frozen=True, kw_only=True, tag=False):
    """Stands for an event whose stored JSON cannot be read: whoever folds it fails, and it is parked."""

    type: ClassVar[str] = "undecodable"
    schema_version: ClassVar[int] = 0
    stored_type: str
    error: str


class RowKey(Protocol):
    """The key of a person, as far as read models need it; see ``application.ports.subject_keys.SubjectKey``."""

    def seal_row(self, context: bytes, plain: bytes) -> bytes:
        """The same plain text gives the same box, so that a replay is byte-identical."""
        ...

    def open_row(self, context: bytes, box: bytes) -> bytes:
        """What ``seal_row`` was given."""
        ...


class Fingerprints(Protocol):
    """See ``application.ports.subject_keys.BlindIndex``."""

    def fingerprint(self, kind: str, text: str, /) -> str:
        """A keyed hash by which personal data can be looked up."""
        ...


class NoFingerprints:
    """Where nothing personal is folded."""

    def fingerprint(self, kind: str, _: str, /) -> str:
        """Raises ``RuntimeError``: a projector that meets personal data needs the key."""
        raise RuntimeError(f"This projector was given no key for its blind index of {kind}.")


class Batch:
    """Some events in position order, whom they concern, and the keys of the people among these.

    Sealed events come opened; those of erased people are ``domain.kernel.Closed``. Whatever a read model keeps after
    an erasure must not depend on what was sealed: a replay sees only ``Closed``.
    """

    def __init__(
        self,
        events: Sequence[Recorded],
        keys: Mapping[str, RowKey] | None = None,
        blind: Fingerprints | None = None,
    ) -> None:
        self.events = events
        self.keys = keys or {}
        """By subject, of everybody whom an opened event is about."""
        self.blind = blind or NoFingerprints()
        self.monitors: set[str] = set()
        """Monitors that any event of the batch speaks of."""
        self.rare: list[Recorded] = []
        """The events that are not outcomes."""
        add, rare = self.monitors.add, self.rare.append
        for record in events:
            event = record.event
            if type(event) is ProbeRecorded:
                add(event.monitor_id)
                continue
            rare(record)
            monitor_id = getattr(event, "monitor_id", None)
            if monitor_id is not None:
                add(monitor_id)


class Projection:
    """One read model. Its rows are a function of the events in order: never of the clock, a zone, or batch sizes.

    A batch goes through ``load`` (fetch what the events will change), ``observe`` and ``folds`` (in memory, no I/O),
    ``fetch`` (what only folding told) and ``flush`` (one statement per table). After a failure ``forget`` drops
    everything that is in memory.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    """To be raised when the folds change what they make of the same events: the read model is then built anew."""

    def __init__(self, schema: str | None = None) -> None:
        """``schema``: where its tables are; its own name, unless it is built beside."""
        self.schema = schema or self.name
        self.sql = statements(self.name, self.schema)

    @property
    def shape(self) -> str:
        """Names the definition: another one when ``version`` or the tables change."""
        definition = statements(self.name)["create"]
        return f"{self.version}-{hashlib.sha256(definition).hexdigest()[:16]}"

    def folds(self) -> Mapping[type[Event], Fold]:
        """What is done with each kind of event; outcomes go to ``observe``."""
        return {}

    def load(self, db: Database, batch: Batch) -> None:
        """Fetch the state that ``batch`` changes, unless it is in memory."""

    def observe(self, record: Recorded, outcome: ProbeRecorded, started: int, /) -> None:
        """Fold one outcome; ``started`` is its ``started_at`` in microseconds since 1970 UTC."""

    def fetch(self, db: Database) -> None:
        """After folding: fetch rows that deltas are to be added to."""

    def flush(self, db: Database) -> None:
        """Write the changed rows. Runs in a pipeline: results cannot be read."""

    def forget(self) -> None:
        """Drop everything that is in memory."""


def statements(name: str, schema: str | None = None) -> dict[str, bytes]:
    """The named statements of ``projections/{name}.sql``, addressed to ``schema`` instead of the schema ``name``."""
    found = named_sql.load("projections", f"{name}.sql")
    if schema is None or schema == name:
        return found
    its_own = re.compile(rf"\b{name}\.(?=\w)|(?<=\bSCHEMA ){name}\b".encode())
    here, there = name.encode(), schema.encode()
    return {key: its_own.sub(lambda match: match[0].replace(here, there), sql) for key, sql in found.items()}


def keep_recent(cache: dict[Key, Value], used: Iterable[Key], limit: int) -> None:
    """Bound a cache: the entries used longest ago go first."""
    if len(cache) <= limit // 2:
        return
    for key in used:
        if key in cache:
            cache[key] = cache.pop(key)
    for key in list(cache)[: max(len(cache) - limit, 0)]:
        del cache[key]
