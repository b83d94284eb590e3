"""What is unusual in a month, from the read models."""

from __future__ import annotations

import asyncio
from datetime import tzinfo

from api.context import Api
from domain.identity.review import Span
from domain.identity.unusual import Finding, find
from projections.queries.audit import persons, reads_in


async def unusual_in(api: Api, span: Span, zone: tzinfo) -> list[Finding]:
    """In order of time. Raises ``LedgerUnavailable``."""
    async with api.connection() as db:
        reads = await reads_in(db, span.start, span.end)
        people = {read.actor.removeprefix("user:") for read in reads}
        known = await persons(db, people | {patient for read in reads for patient in read.patients})
    # Of a busy month there is much to go through; others are not to wait for it.
    return await asyncio.to_thread(find, reads, known, zone)
