"""Which reads of patients' data somebody should look at: not wrong by themselves, and not to be overlooked.

The Korean safety standard for personal data (개인정보의 안전성 확보조치 기준, article 8) has access logs looked through
every month. What counts as unusual is ours; all of it is here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta, tzinfo
from typing import Literal, NamedTuple

MANY_PATIENTS = 30
"""Different patients of whom one person sees something ..."""
WITHIN = timedelta(hours=1)
"""... in so short a time."""
OPENS, CLOSES = time(7), time(20)
"""Office hours by the installation's clock: from ``OPENS`` until before ``CLOSES``."""
CLOSED = frozenset({6})
"""Days of the week without office hours, Monday is 0."""

Kind = Literal["many-patients", "namesake", "out-of-hours"]


class Read(NamedTuple):
    """Somebody was shown something about patients."""

    position: int
    at: datetime
    actor: str
    """The person: ``user:{user_id}`` also behind an API key; ``admin``."""
    patients: tuple[str, ...]


class Person(NamedTuple):
    """A user or a patient, as far as it matters here."""

    own: str | None
    """Of a user: the patient whose record is their own."""
    families: frozenset[str]
    """Fingerprints of family names."""


class Finding(NamedTuple):
    """Something to look at, with the positions of the events it was made from."""

    kind: Kind
    actor: str
    start: datetime
    end: datetime
    patients: tuple[str, ...]
    positions: tuple[int, ...]


_NOBODY = Person(None, frozenset())


def find(reads: Iterable[Read], persons: Mapping[str, Person], zone: tzinfo) -> list[Finding]:
    """Everything unusual, in order of time. ``reads`` in order of position; ``persons`` by id of user or patient.

    Whoever looks at their own record does nothing unusual.
    """
    by_actor: dict[str, list[Read]] = defaultdict(list)
    for read in reads:
        own = _person(persons, read.actor).own
        others = tuple(patient for patient in read.patients if patient != own)
        if others:
            by_actor[read.actor].append(read._replace(patients=others))
    found: list[Finding] = []
    for actor, theirs in by_actor.items():
        found += _many(actor, theirs)
        found += _namesakes(actor, theirs, persons)
        found += _out_of_hours(actor, theirs, zone)
    return sorted(found, key=lambda one: (one.start, one.kind, one.actor, one.positions))


def in_office_hours(at: datetime, zone: tzinfo) -> bool:
    """Whether a moment lies in them."""
    local = at.astimezone(zone)
    return local.weekday() not in CLOSED and OPENS <= local.time() < CLOSES


def _many(actor: str, reads: Sequence[Read]) -> list[Finding]:
    """Stretches in which every moment belongs to an hour with too many patients; overlapping hours are one finding."""
    ordered = sorted(reads, key=lambda read: (read.at, read.position))
    stretches: list[tuple[int, int]] = []
    seen: Counter[str] = Counter()
    first = 0
    for last, read in enumerate(ordered):
        seen.update(read.patients)
        while read.at - ordered[first].at >= WITHIN:
            seen.subtract(ordered[first].patients)
            first += 1
        if sum(count > 0 for count in seen.values()) >= MANY_PATIENTS:
            if stretches and first <= stretches[-1][1]:
                stretches[-1] = stretches[-1][0], last
            else:
                stretches.append((first, last))
        seen = +seen
    return [_finding("many-patients", actor, ordered[first : last + 1]) for first, last in stretches]


def _namesakes(actor: str, reads: Sequence[Read], persons: Mapping[str, Person]) -> list[Finding]:
    families = _person(persons, actor).families
    if not families:
        return []
    by_patient: dict[str, list[Read]] = defaultdict(list)
    for read in reads:
        for patient in read.patients:
            if families & persons.get(patient, _NOBODY).families:
                by_patient[patient].append(read._replace(patients=(patient,)))
    return [_finding("namesake", actor, theirs) for theirs in by_patient.values()]


def _out_of_hours(actor: str, reads: Sequence[Read], zone: tzinfo) -> list[Finding]:
    by_night: dict[object, list[Read]] = defaultdict(list)
    for read in reads:
        if not in_office_hours(read.at, zone):
            # One night is one finding, though it lies on two days.
            by_night[(read.at.astimezone(zone).replace(tzinfo=None) - timedelta(hours=OPENS.hour)).date()].append(read)
    return [_finding("out-of-hours", actor, theirs) for theirs in by_night.values()]


def _finding(kind: Kind, actor: str, reads: Sequence[Read]) -> Finding:
    return Finding(
        kind,
        actor,
        min(read.at for read in reads),
        max(read.at for read in reads),
        tuple(sorted({patient for read in reads for patient in read.patients})),
        tuple(sorted(read.position for read in reads)),
    )


def _person(persons: Mapping[str, Person], actor: str) -> Person:
    return persons.get(actor.removeprefix("user:"), _NOBODY)
