"""``vitalog projector``: folds events into the read models, from the feed, and from the ledger when in doubt."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog

from adapters.nats.feed import Delivery, Feed
from adapters.postgres.projector import Projector
from application.ports.ledger import LedgerUnavailable
from application.runs import runs
from infra.processes.runtime import run_until_stopped, until
from infra.settings import Settings
from infra.wiring import people

_log = structlog.get_logger(__name__)
_POLL_S = 1.0
_STALLS = 3
"""So many times in a row the ledger was ahead of a silent feed: the consumer is made again."""
Result = TypeVar("Result")


def run(settings: Settings) -> int:
    """Until SIGTERM or SIGINT; returns the exit code."""
    url, nats_url = settings.require_database_url(), settings.require_nats_url()

    async def main(stop: asyncio.Event) -> None:
        stopping = threading.Event()
        projector = Projector(url, people=people(settings))
        rebuilds = threading.Thread(target=projector.run_rebuilds, args=[stopping], name="rebuilds")
        rebuilds.start()
        feed = Feed(nats_url, "read-models")
        # One thread for all folding: the projector's connection and its folded state belong to it.
        with ThreadPoolExecutor(1, thread_name_prefix="folding") as folding:
            try:
                await until(stop, _follow(projector, feed, folding, stopping))
            finally:
                stopping.set()
                await feed.close()
                await asyncio.to_thread(rebuilds.join)
                await _on(folding, projector.close)

    return run_until_stopped(main)


async def _follow(projector: Projector, feed: Feed, folding: ThreadPoolExecutor, stopping: threading.Event) -> None:
    while True:
        try:
            await _on(folding, lambda: projector.start(stop=stopping))
            await _on(folding, lambda: projector.catch_up(stop=stopping))
            _log.info("projecting", position=projector.position)
            await _follow_feed(projector, feed, folding, stopping)
        except LedgerUnavailable as error:
            _log.warning("waiting_for_ledger", why=str(error))
            await asyncio.sleep(_POLL_S)


async def _follow_feed(
    projector: Projector, feed: Feed, folding: ThreadPoolExecutor, stopping: threading.Event
) -> None:
    silences = 0
    while True:
        delivery = await feed.next(_POLL_S)
        if delivery is not None:
            silences = 0
            await _on(folding, lambda delivery=delivery: _apply(projector, delivery))
            await feed.acknowledge(delivery)
            continue
        # Silence: a lost tail, a deleted stream and a stalled consumer all look like this. The ledger's head tells.
        before = projector.position
        if await _on(folding, lambda: projector.catch_up(stop=stopping)) == before:
            silences = 0
            continue
        silences += 1
        if silences >= _STALLS:
            _log.warning("feed_stalled", position=projector.position)
            await feed.renew()
            silences = 0


def _apply(projector: Projector, delivery: Delivery) -> None:
    for run_ in runs(delivery.events):
        projector.apply(run_)
    if delivery.unreadable:
        projector.catch_up()


async def _on(executor: ThreadPoolExecutor, call: Callable[[], Result]) -> Result:
    return await asyncio.get_running_loop().run_in_executor(executor, call)
