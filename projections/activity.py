"""Read model ``activity``: the audit trail, who did what to whom, and who was shown whose data.

Every event of the ledger is in it, of any context, except observations and pings: those have streams of their own. What
is sealed under a person's key is not repeated here, so that an erasure leaves the trail as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from domain.identity.events import AccessDenied, PersonalDataRead
from domain.kernel import Closed, Event, encode, event_types
from domain.monitoring.events import PingReceived, ProbeRecorded
from projections.base import Database, Fold, Projection, Recorded

_NAMED = ("patient_id", "checkup_id", "user_id", "key_id", "monitor_id", "incident_id")
"""Fields that say whom an event concerns, of those that anybody may know."""
_BY_STREAM = frozenset({"patient", "checkup", "erasure", "user", "logins", "api-key", "monitor", "incident", "health"})
"""Kinds of streams whose names consist of ids."""


class Activity(Projection):
    """Schema ``activity``. Rows are only ever added, so nothing is loaded or kept."""

    name = "activity"
    version = 2

    def __init__(self, schema: str | None = None) -> None:
        super().__init__(schema)
        self._entries: list[tuple[object, ...]] = []
        self._subjects: list[tuple[object, ...]] = []

    def folds(self) -> Mapping[type[Event], Fold]:
        """As ``Projection.folds``."""
        kinds = {*event_types().values(), Closed} - {ProbeRecorded, PingReceived}
        return dict.fromkeys(kinds, self._fold)

    def flush(self, db: Database) -> None:
        """As ``Projection.flush``."""
        for statement, rows in (("save", self._entries), ("save_subjects", self._subjects)):
            if rows:
                db.execute(self.sql[statement], [list(column) for column in zip(*rows, strict=True)], prepare=True)
        self.forget()

    def forget(self) -> None:
        """As ``Projection.forget``."""
        self._entries, self._subjects = [], []

    def _fold(self, record: Recorded, event: Event) -> None:
        # Of a sealed event only what is known without its key: a replay after the erasure finds no more.
        sealed = event.sealed or isinstance(event, Closed)
        kind, _, subject = record.stream.partition(":")
        self._entries.append(
            (
                record.position,
                record.recorded_at,
                record.actor,
                event.stored_type if isinstance(event, Closed) else event.type,
                record.stream,
                kind,
                subject,
                None if sealed else getattr(event, "monitor_id", None),
                record.correlation_id,
                record.causation_id,
                None if sealed else encode(event).decode(),
            )
        )
        self._subjects += [(one, record.position) for one in sorted(set(_concerned(record.stream, event)))]


def _concerned(stream: str, event: Event) -> Iterator[str]:
    kind, *ids = stream.split(":")
    if kind in _BY_STREAM:
        yield from ids
    if event.sealed:
        return
    for name in _NAMED:
        if isinstance(named := getattr(event, name, None), str):
            yield named
    if isinstance(event, PersonalDataRead | AccessDenied):
        yield from event.subjects
