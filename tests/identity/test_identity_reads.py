"""Who is shown personal data is in the ledger before they are, whatever happens at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from adapters.postgres.ledger import PostgresLedger
from application.commands import Context
from application.identity.record_read import MAX_SUBJECTS, Reads
from application.ports.ledger import LedgerUnavailable, NewEvent
from application.writer import LedgerWriter
from domain.identity.events import AccessDenied, PersonalDataRead
from tests.http.support import make_services

NIGHT = datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC)


class Clock:
    """Says what it is told."""

    def __init__(self) -> None:
        self.at = NIGHT

    def now(self) -> datetime:
        return self.at

    def now_us(self) -> int:
        return round(self.at.timestamp() * 1_000_000)

    def monotonic(self) -> float:
        return 0.0


class FaultyLedger(PostgresLedger):
    """The real ledger; `before` and `after` are called around every append, and may raise."""

    def __init__(self, url: str) -> None:
        super().__init__(url, application_name="faulty")
        self.appends = 0
        self.before: Any = lambda: None
        self.after: Any = lambda: None

    def append(self, events):
        self.appends += 1
        self.before()
        position = super().append(events)
        self.after()
        return position


class Office:
    """One process that answers reads."""

    def __init__(self, url: str, ledger: FaultyLedger, writer: LedgerWriter) -> None:
        self.ledger = ledger
        self.clock = Clock()
        self.services = replace(make_services(url).commands, ledger=ledger, writer=writer, clock=self.clock)
        self.reads = Reads(self.services, "p1")

    async def show(self, *subjects: str, actor: str = "user:ann", **more: Any) -> int:
        return await self.reads.shown(Context(actor, str(uuid4())), operation="GET /x", subjects=subjects, **more)

    def stream(self, day: str = "2026-11-20") -> list[Any]:
        return self.ledger.read_stream(f"reads:{day}:p1")

    def versions(self, day: str = "2026-11-20") -> list[int]:
        return [recorded.version for recorded in self.stream(day)]


@pytest.fixture
def office(database: Any) -> Iterator[Office]:
    ledger = FaultyLedger(database.url)
    writer = LedgerWriter(ledger)
    yield Office(database.url, ledger, writer)
    writer.close()
    ledger.close()


async def test_a_read_is_in_the_ledger_with_who_whose_and_why_before_it_is_answered(office: Office) -> None:
    position = await office.show("p-1", "p-2", "p-1", purpose="treatment")

    (recorded,) = office.stream()
    assert recorded.position == position
    assert recorded.actor == "user:ann"
    assert recorded.event == PersonalDataRead(
        at=NIGHT, operation="GET /x", subjects=("p-1", "p-2"), purpose="treatment"
    )


async def test_hundreds_of_reads_at_once_get_versions_without_a_gap_in_few_appends(office: Office) -> None:
    positions = await asyncio.gather(*(office.show(f"p-{n}") for n in range(400)))

    assert office.versions() == list(range(1, 401))
    assert {recorded.event.subjects[0] for recorded in office.stream()} == {f"p-{n}" for n in range(400)}
    assert max(positions) == 400
    assert office.ledger.appends <= 5


async def test_many_people_are_told_in_several_events_that_none_is_missing_from(office: Office) -> None:
    people = [f"p-{n}" for n in range(2 * MAX_SUBJECTS + 1)]
    await office.show(*people, purpose="quality", export=True)

    events = [recorded.event for recorded in office.stream()]
    assert [len(event.subjects) for event in events] == [MAX_SUBJECTS, MAX_SUBJECTS, 1]
    assert [subject for event in events for subject in event.subjects] == people
    assert all(event.export and event.purpose == "quality" for event in events)


async def test_a_read_that_cannot_be_recorded_is_refused_and_leaves_no_gap_behind(office: Office) -> None:
    await office.show("p-1")

    def away() -> None:
        raise LedgerUnavailable("gone")

    office.ledger.before = away
    refused = await asyncio.gather(*(office.show(f"p-{n}") for n in range(20)), return_exceptions=True)
    assert all(isinstance(answer, LedgerUnavailable) for answer in refused)
    office.ledger.before = lambda: None
    await office.show("p-2")

    assert office.versions() == [1, 2]


async def test_a_read_whose_answer_was_lost_on_the_way_is_not_written_over(office: Office) -> None:
    def lost() -> None:
        raise LedgerUnavailable("the connection broke after the commit")

    await office.show("p-0")
    office.ledger.after = lost
    with pytest.raises(LedgerUnavailable):
        await office.show("p-1")
    office.ledger.after = lambda: None
    await office.show("p-2")

    assert [recorded.event.subjects for recorded in office.stream()] == [("p-0",), ("p-1",), ("p-2",)]


async def test_an_intruder_in_its_stream_delays_a_read_but_loses_none(office: Office) -> None:
    await office.show("p-1")
    intruder = AccessDenied(at=NIGHT, operation="GET /y")
    office.ledger.append([NewEvent("reads:2026-11-20:p1", 2, intruder, "user:eve", str(uuid4()))])
    await asyncio.gather(*(office.show(f"q-{n}") for n in range(10)))

    assert office.versions() == list(range(1, 13))
    assert [recorded.actor for recorded in office.stream()].count("user:ann") == 11


async def test_a_reader_who_goes_away_takes_no_other_with_them(office: Office) -> None:
    gone, stays = asyncio.create_task(office.show("p-1")), asyncio.create_task(office.show("p-2"))
    await asyncio.sleep(0)
    gone.cancel()

    assert await stays
    assert office.versions() in ([1], [1, 2])
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_every_utc_day_has_a_stream_of_its_own(office: Office) -> None:
    await asyncio.gather(office.show("p-1"), office.show("p-2"))
    late = asyncio.create_task(office.show("p-3"))
    await asyncio.sleep(0)
    office.clock.at += timedelta(seconds=2)
    await asyncio.gather(late, office.show("p-4"))

    assert office.versions() == [1, 2, 3]
    assert office.versions("2026-11-21") == [1]


async def test_who_was_refused_is_recorded_too(office: Office) -> None:
    await office.reads.denied(Context("user:eve", str(uuid4())), operation="GET /x", subjects=["p-1"])

    (recorded,) = office.stream()
    assert recorded.actor == "user:eve"
    assert recorded.event == AccessDenied(at=NIGHT, operation="GET /x", subjects=("p-1",))
