"""Processes end when they are told to, even when a library swallows a cancellation."""

from __future__ import annotations

import asyncio

import pytest

from adapters.tasks import end
from infra.processes.runtime import until


async def stubborn(swallowed: list[int]) -> None:
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            swallowed.append(1)
            if len(swallowed) == 2:
                raise


async def test_a_swallowed_cancellation_is_repeated():
    swallowed: list[int] = []
    task = asyncio.create_task(stubborn(swallowed))
    await asyncio.sleep(0)
    await end(task)
    assert task.cancelled()
    assert len(swallowed) == 2


async def test_work_is_done_until_the_signal_comes():
    stop, swallowed = asyncio.Event(), list[int]()
    running = asyncio.create_task(until(stop, stubborn(swallowed)))
    await asyncio.sleep(0)
    stop.set()
    await running
    assert len(swallowed) == 2


async def test_work_that_fails_is_not_taken_for_work_that_ended():
    async def fail() -> None:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await until(asyncio.Event(), fail())
