"""The checkups behind a report: each as it is now, with the corrections that made it so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import msgspec

from application.ports.ledger import RecordedEvent
from domain.checkups.checkup import Checkup, evolve
from domain.checkups.events import CheckupDetailsAmended, MeasurementAmended
from domain.checkups.results import Derived, Measurement

Correcting = MeasurementAmended | CheckupDetailsAmended


class Corrected(msgspec.Struct, frozen=True):
    """One correction."""

    number: int
    """As the report counts them."""
    recorded: RecordedEvent
    event: Correcting
    checkup: Checkup


class Histories(msgspec.Struct, frozen=True):
    """Those of one patient."""

    every: tuple[Checkup, ...]
    """All that count, oldest first."""
    shown: tuple[Checkup, ...]
    """Those of the period, oldest first."""
    voided: tuple[Checkup, ...]
    """Those of the period that were entered in error."""
    corrections: tuple[Corrected, ...]
    """Of what is shown, in the order in which they were made."""

    @property
    def latest(self) -> Checkup | None:
        """The last of the period."""
        return self.shown[-1] if self.shown else None

    def before(self, checkup: Checkup) -> Checkup | None:
        """The checkup before it, of whatever period."""
        earlier = self.every[: self.every.index(checkup)]
        return earlier[-1] if earlier else None

    def marks(self, checkup: Checkup, measurement_id: str) -> tuple[int, ...]:
        """Numbers of the corrections of one measurement."""
        return tuple(
            one.number
            for one in self.corrections
            if isinstance(one.event, MeasurementAmended)
            and one.checkup.id == checkup.id
            and one.event.measurement_id == measurement_id
        )


def histories(checkup_events: Iterable[RecordedEvent], *, start: date, end: date) -> Histories:
    """From all events of a patient's checkups; the period includes both days."""
    streams: defaultdict[str, list[RecordedEvent]] = defaultdict(list)
    for recorded in sorted(checkup_events, key=lambda one: one.position):
        streams[recorded.stream].append(recorded)
    checkups: list[Checkup] = []
    for events in streams.values():
        state: Checkup | None = None
        for recorded in events:
            state = evolve(state, recorded.event)
        if state is not None:
            checkups.append(state)
    ordered = sorted(checkups, key=lambda one: (one.date, one.recorded_at, one.id))
    shown = tuple(one for one in ordered if one.voided is None and start <= one.date <= end)
    known = {one.id: one for one in shown}
    found = [
        (recorded, recorded.event)
        for events in streams.values()
        for recorded in events
        if isinstance(recorded.event, Correcting) and recorded.event.checkup_id in known
    ]
    found.sort(key=lambda pair: pair[0].position)
    return Histories(
        every=tuple(one for one in ordered if one.voided is None),
        shown=shown,
        voided=tuple(one for one in ordered if one.voided is not None and start <= one.date <= end),
        corrections=tuple(
            Corrected(number, recorded, event, known[event.checkup_id])
            for number, (recorded, event) in enumerate(found, 1)
        ),
    )


Result = Measurement | Derived


def results_of(checkup: Checkup) -> dict[str, Result]:
    """By code: what counts is the last measurement of it; values that could not be derived are none."""
    found: dict[str, Result] = {one.code: one for one in checkup.results.measurements}
    return found | {one.code: one for one in checkup.results.derived if one.value is not None and one.code not in found}


def numbers_of(result: Result) -> tuple[Decimal, ...]:
    """The numbers of a result: two of a blood pressure, none of words; of a limit only when nothing else is known."""
    if isinstance(result, Measurement) and result.components:
        return tuple(part.value for part in result.components)
    return () if result.value is None else (result.value,)


def is_limit(result: Result) -> bool:
    """Whether only a limit is known, which is neither compared nor drawn."""
    return isinstance(result, Measurement) and result.comparator is not None
