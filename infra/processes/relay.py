"""``vitalog relay``: publishes the ledger to NATS JetStream."""

from __future__ import annotations

import asyncio

from adapters.nats.relay import Relay
from infra.processes.runtime import run_until_stopped, until
from infra.settings import Settings


def run(settings: Settings) -> int:
    """Until SIGTERM or SIGINT; returns the exit code."""
    relay = Relay(settings.require_database_url(), settings.require_nats_url())

    async def main(stop: asyncio.Event) -> None:
        await until(stop, relay.run())

    return run_until_stopped(main)
