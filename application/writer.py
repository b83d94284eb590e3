"""The coalescing writer: many callers' appends in one transaction, because an append costs a disk flush whatever its
size.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from application.ports.ledger import Ledger, LedgerUnavailable, NewEvent, VersionConflict
from application.ports.subject_keys import SubjectErased

MAX_EVENTS = 5_000
"""Events in one transaction, at most."""
MAX_WAITING = 10_000
"""Appends that may wait; beyond it callers are told the ledger is unavailable instead of filling the memory."""


class _Request(NamedTuple):
    events: Sequence[NewEvent]
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[int]


class LedgerWriter:
    """Appends from asyncio through one thread. While one transaction is being flushed, the next one gathers."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._requests: queue.Queue[_Request | None] = queue.Queue(MAX_WAITING)
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    async def append(self, events: Sequence[NewEvent]) -> int:
        """As ``Ledger.append``: all of ``events`` in one transaction, or none."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[int] = loop.create_future()
        try:
            self._requests.put_nowait(_Request(events, loop, answer))
        except queue.Full:
            raise LedgerUnavailable("Too many appends are waiting for PostgreSQL. Try again shortly.") from None
        return await answer

    def close(self) -> None:
        """Finish what was asked for, then stop."""
        self._requests.put(None)
        self._thread.join()

    def _run(self) -> None:
        open_ = True
        while open_:
            first = self._requests.get()
            if first is None:
                return
            batch, size = [first], len(first.events)
            while size < MAX_EVENTS:
                try:
                    request = self._requests.get_nowait()
                except queue.Empty:
                    break
                if request is None:
                    open_ = False
                    break
                batch.append(request)
                size += len(request.events)
            self._append(batch)

    def _append(self, batch: list[_Request]) -> None:
        if len(batch) == 1:
            self._append_alone(batch[0])
            return
        try:
            head = self._ledger.append([event for request in batch for event in request.events])
        except (VersionConflict, SubjectErased):
            # One of them was too late. Only that one is to be refused.
            for request in batch:
                self._append_alone(request)
        except Exception as error:  # noqa: BLE001  every caller gets its answer, whatever happened
            for request in batch:
                _refuse(request, error)
        else:
            for request in reversed(batch):
                _resolve(request, head)
                head -= len(request.events)

    def _append_alone(self, request: _Request) -> None:
        try:
            position = self._ledger.append(request.events)
        except Exception as error:  # noqa: BLE001  every caller gets its answer, whatever happened
            _refuse(request, error)
        else:
            _resolve(request, position)


def _resolve(request: _Request, position: int) -> None:
    _settle(request, lambda: None if request.answer.done() else request.answer.set_result(position))


def _refuse(request: _Request, error: Exception) -> None:
    _settle(request, lambda: None if request.answer.done() else request.answer.set_exception(error))


def _settle(request: _Request, settle: Callable[[], None]) -> None:
    # RuntimeError: the caller's event loop has ended, so nobody waits for the answer any more.
    with suppress(RuntimeError):
        request.loop.call_soon_threadsafe(settle)
