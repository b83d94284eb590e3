"""What every command shares: who asks, what it answers, and the load–decide–append loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from application.ports.clock import Clock
from application.ports.ledger import Ledger, NewEvent, RecordedEvent, VersionConflict
from application.ports.subject_keys import BlindIndex, SubjectErased, SubjectKeys
from application.ports.vault import Vault
from application.writer import LedgerWriter
from domain.kernel import Closed, Event

ATTEMPTS = 8
_PAGE = 5_000
State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Services:
    """What use cases need of the world; made once per process by ``infra.wiring``."""

    ledger: Ledger
    writer: LedgerWriter
    vault: Vault
    clock: Clock
    keys: SubjectKeys
    blind: BlindIndex


class Context(msgspec.Struct, frozen=True):
    """Who asks, and as part of what."""

    actor: str
    """Stable identity such as ``admin`` or ``prober:local``."""
    correlation_id: str
    """UUID text: what the command belongs to. Several commands may share it if each has a ``cause`` of its own."""
    trace_id: str | None = None
    cause: str | None = None
    """What asked for it, such as ``request:<uuid>``: the events' causation id. None: the correlation id says it."""

    @property
    def once(self) -> str:
        """What makes the command itself unique: repeating it with the same one has no second effect."""
        return self.cause or self.correlation_id

    def repeats(self, recorded: RecordedEvent) -> bool:
        """Whether the event was recorded by this very command before."""
        return self.once == (recorded.causation_id if self.cause else recorded.correlation_id)


class Result(msgspec.Struct, frozen=True):
    """What a command reached."""

    id: str
    position: int
    """Ledger position of its last event; of the stream's last event when nothing had to change."""
    version: int
    """Version of the stream after it."""


class NotFound(Exception):
    """There is nothing with that id."""


class StaleVersion(Exception):
    """The stream has moved on since the caller read it."""

    def __init__(self, current: int) -> None:
        super().__init__(
            f"It has changed since you read it: it is at version {current} now. Read it again, then repeat the change."
        )
        self.current = current


async def load(
    services: Services,
    stream: str,
    evolve: Callable[[State | None, Event], State | None],
    *,
    known: Callable[[list[RecordedEvent]], list[RecordedEvent]] = lambda events: events,
) -> tuple[State, list[RecordedEvent]]:
    """What a stream's events, or the first of them that were ``known`` then, come to; and these events, at least one.

    Raises:
        NotFound: there are none.
        SubjectErased: the stream is about somebody who was erased.
        LedgerUnavailable: PostgreSQL cannot be reached.
    """
    history = known(await asyncio.to_thread(services.ledger.read_stream, stream))
    state: State | None = None
    for recorded in history:
        if isinstance(recorded.event, Closed):
            raise SubjectErased(f"{stream} is about somebody who was erased.")
        state = evolve(state, recorded.event)
    if state is None:
        raise NotFound
    return state, history


async def every(services: Services, types: Sequence[str]) -> AsyncIterator[RecordedEvent]:
    """Every event of these types that there is, oldest first. Raises ``LedgerUnavailable``."""
    position = 0
    while page := await asyncio.to_thread(services.ledger.read, position, _PAGE, types=types):
        for recorded in page:
            yield recorded
        position = page[-1].position


async def change(
    services: Services,
    context: Context,
    *,
    id: str,
    stream: str,
    evolve: Callable[[State | None, Event], State | None],
    decide: Callable[[State], Sequence[Event]],
    expected_version: int | None = None,
) -> Result:
    """Load a stream, decide, append; decide anew when another writer came first.

    Raises:
        NotFound: the stream is empty.
        SubjectErased: the stream is about somebody who was erased.
        StaleVersion: the stream is not at ``expected_version``.
        domain.refusal.Refused: the decision was refused.
        LedgerUnavailable: nothing was stored.
    """
    for _ in range(ATTEMPTS):
        state, history = await load(services, stream, evolve)
        version = history[-1].version
        repeated = [recorded for recorded in history if context.repeats(recorded)]
        if repeated:
            return Result(id, repeated[-1].position, repeated[-1].version)
        if expected_version is not None and expected_version != version:
            raise StaleVersion(version)
        events = decide(state)
        if not events:
            return Result(id, history[-1].position, version)
        try:
            position = await services.writer.append(in_stream(stream, version, events, context))
        except VersionConflict:
            continue
        return Result(id, position, version + len(events))
    raise VersionConflict(f"Others keep changing {stream}. Try again.")


def in_stream(stream: str, version: int, events: Sequence[Event], context: Context) -> list[NewEvent]:
    """The events as the next versions of a stream that is at ``version``."""
    return [
        NewEvent(
            stream, version + number, event, context.actor, context.correlation_id, context.cause, context.trace_id
        )
        for number, event in enumerate(events, 1)
    ]
