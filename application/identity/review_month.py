"""``ReviewMonth``: a person signs that they looked through a month's accesses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from application.commands import ATTEMPTS, Context, Result, Services, in_stream
from application.ports.ledger import VersionConflict
from domain.identity.events import MonthReviewed, review_stream


async def review_month(
    services: Services, month: str, decide: Callable[[bool], MonthReviewed], context: Context
) -> Result:
    """``decide``: the signature (``domain.identity.review.sign``), given whether somebody has signed. Repeating the
    command finds the same signature.

    Raises:
        Refused: as ``sign``.
        LedgerUnavailable: nothing was stored.
    """
    stream = review_stream(month)
    for _ in range(ATTEMPTS):
        history = await asyncio.to_thread(services.ledger.read_stream, stream)
        for recorded in history:
            if context.repeats(recorded):
                return Result(month, recorded.position, recorded.version)
        version = history[-1].version if history else 0
        try:
            position = await services.writer.append(in_stream(stream, version, [decide(bool(history))], context))
        except VersionConflict:
            continue
        return Result(month, position, version + 1)
    raise VersionConflict(f"Others keep reviewing {month}. Try again.")
