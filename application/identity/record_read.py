"""``RecordRead``: personal data is shown only after the ledger holds who is shown whose, and what for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from application.commands import ATTEMPTS, Context, Services
from application.ports.ledger import NewEvent, VersionConflict
from domain.identity.events import AccessDenied, PersonalDataRead, Purpose, reads_stream

MAX_SUBJECTS = 500
"""In one event: a list of more people becomes several."""
_AT_ONCE = 1_000
"""Events of one append."""

_Event = PersonalDataRead | AccessDenied


class _Waiting(NamedTuple):
    events: Sequence[_Event]
    context: Context
    recorded: asyncio.Future[int]


class Reads:
    """The reads that one process answers: one per process, on one event loop.

    Every read waits for the disk, but many share one append: while one is under way the next ones gather, and the
    versions of the process's own stream are given out by the one that appends. So they have no gaps, whatever fails.
    """

    def __init__(self, services: Services, process: str) -> None:
        """``process``: an id that no other process has, nor had."""
        self._services = services
        self._process = process
        self._waiting: list[_Waiting] = []
        self._appending: asyncio.Task[None] | None = None
        self._newest: tuple[str, int] | None = None
        """Stream and version of the last event; None: the ledger has to be asked."""

    async def shown(
        self,
        context: Context,
        *,
        operation: str,
        subjects: Iterable[str],
        purpose: Purpose | None = None,
        export: bool = False,
    ) -> int:
        """Record that ``context.actor`` is about to be shown data of ``subjects``; returns the position reached.

        An export of nobody's data is recorded too: that it was tried is worth knowing.

        Raises:
            LedgerUnavailable: it is not recorded, so nothing may be shown.
        """
        at = self._services.clock.now()
        named = tuple(dict.fromkeys(subjects))
        parts = [named[first : first + MAX_SUBJECTS] for first in range(0, len(named), MAX_SUBJECTS)] or [()]
        return await self._record(
            context,
            [
                PersonalDataRead(at=at, operation=operation, subjects=part, purpose=purpose, export=export)
                for part in parts
            ],
        )

    async def denied(self, context: Context, *, operation: str, subjects: Iterable[str] = ()) -> int:
        """Record that ``context.actor`` asked for what is not theirs to see. Raises as ``shown``."""
        at = self._services.clock.now()
        named = tuple(dict.fromkeys(subjects))[:MAX_SUBJECTS]
        return await self._record(context, [AccessDenied(at=at, operation=operation, subjects=named)])

    async def _record(self, context: Context, events: Sequence[_Event]) -> int:
        waiting = _Waiting(events, context, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._appending is None:
            self._appending = asyncio.create_task(self._append_all())
        return await waiting.recorded

    async def _append_all(self) -> None:
        try:
            while self._waiting:
                batch = self._take()
                try:
                    position = await self._append(batch)
                except Exception as error:  # noqa: BLE001  whatever it is, each of the readers must hear of it
                    for waiting in batch:
                        if not waiting.recorded.done():
                            waiting.recorded.set_exception(error)
                else:
                    for waiting in batch:
                        if not waiting.recorded.done():
                            waiting.recorded.set_result(position)
        finally:
            self._appending = None

    def _take(self) -> list[_Waiting]:
        taken = size = 0
        for waiting in self._waiting:
            size += len(waiting.events)
            if taken and size > _AT_ONCE:
                break
            taken += 1
        batch, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return batch

    async def _append(self, batch: Sequence[_Waiting]) -> int:
        for _ in range(ATTEMPTS):
            new = await self._numbered(batch)
            # Until it is known what became of it, the ledger alone knows the next version: it may be stored and the
            # answer lost.
            self._newest = None
            try:
                position = await self._services.writer.append(new)
            except VersionConflict:
                continue
            self._newest = new[-1].stream, new[-1].version
            return position
        raise VersionConflict(f"Another process keeps writing down its reads as process {self._process}.")

    async def _numbered(self, batch: Sequence[_Waiting]) -> list[NewEvent]:
        new: list[NewEvent] = []
        stream, version = self._newest or ("", 0)
        for waiting in batch:
            asked = waiting.context
            for event in waiting.events:
                if (todays := reads_stream(event.at.date(), self._process)) != stream:
                    stream, version = todays, await self._version_of(todays)
                version += 1
                new.append(
                    NewEvent(stream, version, event, asked.actor, asked.correlation_id, asked.cause, asked.trace_id)
                )
        return new

    async def _version_of(self, stream: str) -> int:
        read_stream = self._services.ledger.read_stream
        newest = await asyncio.to_thread(read_stream, stream, limit=1, newest_first=True)
        return newest[0].version if newest else 0
