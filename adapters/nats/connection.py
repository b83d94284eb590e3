"""How every process connects to NATS: it keeps trying, and nothing waits for it."""

from __future__ import annotations

import structlog
from nats.aio.client import Client

_log = structlog.get_logger(__name__)


async def connect(url: str, *, name: str) -> Client:
    """A client that reconnects for ever. Raises ``OSError`` or ``nats.errors.Error`` when the first attempt fails."""

    async def on_error(error: Exception) -> None:
        _log.warning("nats_error", error=str(error)[:200] or type(error).__name__)

    async def on_disconnect() -> None:
        if not client.is_closed:
            _log.warning("nats_disconnected")

    async def on_reconnect() -> None:
        _log.info("nats_reconnected")

    client = Client()
    try:
        await client.connect(
            url,
            name=f"vitalog {name}",
            allow_reconnect=True,
            # Without a bound the library would try the first connection for ever, and its caller would stand still.
            max_reconnect_attempts=1,
            reconnect_time_wait=0.5,  # type: ignore[arg-type]  seconds; fractions work
            connect_timeout=3,
            ping_interval=10,
            max_outstanding_pings=2,
            error_cb=on_error,
            disconnected_cb=on_disconnect,
            reconnected_cb=on_reconnect,
        )
    except BaseException:
        await client.close()
        raise
    client.options["max_reconnect_attempts"] = -1
    return client
