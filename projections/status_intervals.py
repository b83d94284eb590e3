"""Read model ``status_intervals``: every monitor's timeline, from which uptime is computed exactly.

The folding is ``domain.monitoring.timeline``; here its spans are fetched and stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from domain.kernel import Event
from domain.monitoring.events import (
    STATUS_AFTER,
    MonitorDegraded,
    MonitorPaused,
    MonitorRegistered,
    MonitorResumed,
    MonitorRetired,
    MonitorWentDown,
    MonitorWentUp,
    ProbeRecorded,
)
from domain.monitoring.timeline import FOREVER, Span, Timeline
from domain.times import micros
from projections.arrays import texts, times
from projections.base import Batch, Database, Fold, Projection, Recorded, keep_recent

CACHED = 20_000
"""How many timelines are kept in memory, each with the tail of its spans only."""


class StatusIntervals(Projection):
    """Schema ``status_intervals``."""

    name = "status_intervals"

    def __init__(self, schema: str | None = None) -> None:
        super().__init__(schema)
        self._timelines: dict[str, Timeline] = {}
        self._changed: set[str] = set()

    def folds(self) -> Mapping[type[Event], Fold]:
        """As ``Projection.folds``."""
        return {
            MonitorRegistered: self._register,
            MonitorPaused: self._pause,
            MonitorResumed: self._resume,
            MonitorRetired: self._retire,
            **dict.fromkeys((MonitorWentUp, MonitorDegraded, MonitorWentDown), self._confirm),
        }

    def load(self, db: Database, batch: Batch) -> None:
        """As ``Projection.load``: the tails of timelines, and more of them for events that reach further back."""
        keep_recent(self._timelines, batch.monitors, CACHED)
        reach = _reach(batch)
        wanted: dict[str, int] = {}
        for monitor_id, at in reach.items():
            timeline = self._timelines.get(monitor_id)
            if timeline is not None and at <= timeline.floor:
                wanted[monitor_id] = at
        missing = [monitor_id for monitor_id in batch.monitors if monitor_id not in self._timelines]
        if missing:
            for row in db.execute(self.sql["load_timelines"], [missing], prepare=True).fetchall():
                timeline = self._timelines[row[0]] = Timeline(micros(row[1]))
                timeline.retired = None if row[2] is None else micros(row[2])
                timeline.status = row[3]
                timeline.effective = timeline.mark = micros(row[4])
                timeline.turned = False
                wanted[row[0]] = min(timeline.effective, reach.get(row[0], timeline.effective))
        if wanted:
            self._load_spans(db, wanted)

    def observe(self, _record: Recorded, outcome: ProbeRecorded, started: int, /) -> None:
        """As ``Projection.observe``."""
        if outcome.verdict == "error":
            return
        timeline = self._timelines.get(outcome.monitor_id)
        if timeline is not None:
            timeline.observe(started, outcome.vouches_ms * 1000)
            self._changed.add(outcome.monitor_id)

    def flush(self, db: Database) -> None:
        """As ``Projection.flush``."""
        changed = [(key, self._timelines[key]) for key in sorted(self._changed)]
        removed = [(key, start) for key, timeline in changed for start in sorted(timeline.removed)]
        if removed:
            columns = [texts(key for key, _ in removed), times(start for _, start in removed)]
            db.execute(self.sql["remove_spans"], columns, prepare=True)
        turned = [(key, timeline) for key, timeline in changed if timeline.turned]
        if turned:
            columns = [
                texts(key for key, _ in turned),
                times(timeline.registered for _, timeline in turned),
                times(timeline.retired for _, timeline in turned),
                texts(timeline.status for _, timeline in turned),
                times(timeline.mark for _, timeline in turned),
            ]
            db.execute(self.sql["save_timelines"], columns, prepare=True)
        spans = [(key, span) for key, timeline in changed for span in timeline.changed()]
        if spans:
            columns = [
                texts(key for key, _ in spans),
                times(span.start for _, span in spans),
                times(None if span.end == FOREVER else span.end for _, span in spans),
                texts(span.state for _, span in spans),
                times(span.seen for _, span in spans),
            ]
            db.execute(self.sql["save_spans"], columns, prepare=True)
        for _, timeline in changed:
            timeline.settle()
        self._changed = set()

    def forget(self) -> None:
        """As ``Projection.forget``."""
        self._timelines = {}
        self._changed = set()

    def _load_spans(self, db: Database, wanted: dict[str, int]) -> None:
        values = [texts(wanted), times(wanted.values())]
        tails: dict[str, list[Span]] = {monitor_id: [] for monitor_id in wanted}
        for row in db.execute(self.sql["load_spans"], values, prepare=True).fetchall():
            end: datetime | None = row[2]
            span = Span(micros(row[1]), FOREVER if end is None else micros(end), row[3], micros(row[4]))
            tails[row[0]].append(span)
        for monitor_id, spans in tails.items():
            timeline = self._timelines[monitor_id]
            timeline.spans = spans
            timeline.floor = wanted[monitor_id] - 1
            timeline.effective = max([timeline.effective, *(span.seen for span in spans)])

    def _register(self, _: Recorded, event: MonitorRegistered) -> None:
        if event.monitor_id not in self._timelines:
            self._timelines[event.monitor_id] = Timeline(micros(event.at))
            self._changed.add(event.monitor_id)

    def _pause(self, _: Recorded, event: MonitorPaused) -> None:
        if timeline := self._touch(event.monitor_id):
            timeline.pause(micros(event.at))

    def _resume(self, _: Recorded, event: MonitorResumed) -> None:
        if timeline := self._touch(event.monitor_id):
            timeline.resume(micros(event.at))

    def _retire(self, _: Recorded, event: MonitorRetired) -> None:
        if timeline := self._touch(event.monitor_id):
            timeline.retire(micros(event.at))

    def _confirm(self, _: Recorded, event: MonitorWentUp | MonitorDegraded | MonitorWentDown) -> None:
        if timeline := self._touch(event.monitor_id):
            timeline.confirm(micros(event.since), STATUS_AFTER[type(event)])

    def _touch(self, monitor_id: str) -> Timeline | None:
        timeline = self._timelines.get(monitor_id)
        if timeline is not None:
            self._changed.add(monitor_id)
        return timeline


def _reach(batch: Batch) -> dict[str, int]:
    # The earliest time each monitor's rare events speak of.
    reach: dict[str, int] = {}
    for record in batch.rare:
        event = record.event
        if isinstance(event, MonitorPaused | MonitorResumed | MonitorRetired):
            at = micros(event.at)
        elif isinstance(event, MonitorWentUp | MonitorDegraded | MonitorWentDown):
            at = micros(event.since)
        else:
            continue
        reach[event.monitor_id] = min(at, reach.get(event.monitor_id, at))
    return reach
