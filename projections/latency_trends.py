"""Read model ``latency_trends``: how fast, in buckets of 5 minutes, an hour and a day that can be added exactly.

Only outcomes that met their expectations count (``pass`` and ``slow``): the time of a failure says how fast it failed,
and that of a timeout how long we waited. Outcomes are collected per 5 minutes, then added to all resolutions at once.
"""

from __future__ import annotations

from domain.monitoring.events import ProbeRecorded
from projections.arrays import blobs, longs, texts, times
from projections.base import Database, Projection, Recorded, keep_recent
from projections.latencies import Hour, Latency, Sums, split_parts, tally

FIVE_MINUTES, HOUR, DAY = 300, 3_600, 86_400
CACHED = 10_000
"""How many hours, and how many days, are kept in memory."""
_PARTS = HOUR // FIVE_MINUTES
_COUNTED = ("pass", "slow")
_Key = tuple[str, int]
"""Monitor, and the number of the hour or day since 1970 UTC."""


class LatencyTrends(Projection):
    """Schema ``latency_trends``."""

    name = "latency_trends"

    def __init__(self, schema: str | None = None) -> None:
        super().__init__(schema)
        self._outcomes: dict[_Key, list[ProbeRecorded]] = {}
        self._hours: dict[_Key, Hour] = {}
        self._days: dict[_Key, Latency] = {}
        self._changed: tuple[list[_Key], list[_Key]] = [], []

    def observe(self, _record: Recorded, outcome: ProbeRecorded, started: int, /) -> None:
        """As ``Projection.observe``."""
        if outcome.total_ms is not None and outcome.total_ms >= 0 and outcome.verdict in _COUNTED:
            key = (outcome.monitor_id, started // (FIVE_MINUTES * 1_000_000))
            known = self._outcomes.get(key)
            if known is None:
                self._outcomes[key] = [outcome]
            else:
                known.append(outcome)

    def fetch(self, db: Database) -> None:
        """As ``Projection.fetch``: add the outcomes to the buckets of every resolution."""
        hours = sorted({(monitor_id, number * FIVE_MINUTES // HOUR) for monitor_id, number in self._outcomes})
        days = sorted({(monitor_id, number * HOUR // DAY) for monitor_id, number in hours})
        keep_recent(self._hours, hours, CACHED)
        keep_recent(self._days, days, CACHED)
        self._load(db, hours, days)
        sums: dict[_Key, Sums] = {key: Sums() for key in hours}
        for (monitor_id, number), outcomes in self._outcomes.items():
            key = monitor_id, number // _PARTS
            hour, place = self._hours[key], number % _PARTS
            day = self._days[monitor_id, number // (DAY // FIVE_MINUTES)]
            known = hour.parts.get(place)
            part = Latency.decode(known) if known else Latency()
            more = tally((part.histogram.counts, hour.whole.histogram.counts, day.histogram.counts), outcomes)
            more.into(part)
            hour.parts[place] = part.encode()
            sums[key].add(more)
        for key, more in sums.items():
            more.into(self._hours[key].whole)
            more.into(self._days[key[0], key[1] // (DAY // HOUR)])
        self._outcomes = {}
        self._changed = hours, days

    def flush(self, db: Database) -> None:
        """As ``Projection.flush``."""
        keys, day_keys = self._changed
        if keys:
            hours = [self._hours[key] for key in keys]
            columns = [
                *_columns(keys, HOUR),
                longs(hour.whole.histogram.count for hour in hours),
                blobs(hour.whole.encode() for hour in hours),
                blobs(hour.encode_parts() for hour in hours),
            ]
            db.execute(self.sql["save_hours"], columns, prepare=True)
            days = [self._days[key] for key in day_keys]
            columns = [
                *_columns(day_keys, DAY),
                longs(day.histogram.count for day in days),
                blobs(day.encode() for day in days),
            ]
            db.execute(self.sql["save_days"], columns, prepare=True)
            self._changed = [], []

    def forget(self) -> None:
        """As ``Projection.forget``."""
        self._outcomes = {}
        self._hours = {}
        self._days = {}
        self._changed = [], []

    def _load(self, db: Database, hours: list[_Key], days: list[_Key]) -> None:
        cursor = db.cursor(binary=True)
        new_hours = [key for key in hours if key not in self._hours]
        if new_hours:
            cursor.execute(self.sql["load_hours"], _columns(new_hours, HOUR), prepare=True)
            for monitor_id, at, whole, parts in cursor.fetchall():
                self._hours[monitor_id, int(at.timestamp()) // HOUR] = Hour(Latency.decode(whole), split_parts(parts))
            for key in new_hours:
                if key not in self._hours:
                    self._hours[key] = Hour()
        new_days = [key for key in days if key not in self._days]
        if new_days:
            cursor.execute(self.sql["load_days"], _columns(new_days, DAY), prepare=True)
            for monitor_id, at, whole in cursor.fetchall():
                self._days[monitor_id, int(at.timestamp()) // DAY] = Latency.decode(whole)
            for key in new_days:
                if key not in self._days:
                    self._days[key] = Latency()


def _columns(keys: list[_Key], length_s: int) -> list[object]:
    return [
        texts(monitor_id for monitor_id, _ in keys),
        times(number * length_s * 1_000_000 for _, number in keys),
    ]
