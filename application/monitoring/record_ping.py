"""``RecordPing``: a job reports to its push monitor. Only recorded here; the prober decides what it means."""

from __future__ import annotations

import asyncio

from application.commands import ATTEMPTS, Context, NotFound, Result, Services, in_stream
from application.monitoring.revise_monitor import load_monitor
from application.ports.ledger import VersionConflict
from domain.monitoring.events import PingReceived, Signal, ping_stream


async def record_ping(
    services: Services,
    key: str,
    signal: Signal,
    context: Context,
    *,
    exit_status: int | None = None,
    region: str = "local",
) -> Result:
    """Record one ping under the key of its URL.

    Raises:
        NotFound: no push monitor has that key, or it is retired.
        LedgerUnavailable: nothing was stored; the client should try again.
    """
    monitor_id = services.vault.monitor_of_ping_key(key)
    if monitor_id is None:
        raise NotFound
    monitor = await load_monitor(services, monitor_id)
    if monitor.kind != "push" or monitor.retired:
        raise NotFound
    ping = PingReceived(
        monitor_id=monitor_id, at=services.clock.now(), signal=signal, exit_status=exit_status, region=region
    )
    stream = ping_stream(monitor_id, ping.at)
    for _ in range(ATTEMPTS):
        last = await asyncio.to_thread(services.ledger.read_stream, stream, limit=1, newest_first=True)
        version = last[0].version if last else 0
        try:
            position = await services.writer.append(in_stream(stream, version, [ping], context))
        except VersionConflict:
            continue
        return Result(monitor_id, position, version + 1)
    raise VersionConflict("Too many pings of one monitor at the same moment. Try again.")
