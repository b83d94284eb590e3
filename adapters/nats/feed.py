"""The reading end of the feed: a durable pull consumer that is made again when it is gone or stalls."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import NamedTuple

import msgspec
import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError

from adapters.nats.connection import connect
from adapters.nats.messages import STREAM, SUBJECTS, NotOurs, from_message
from adapters.nats.stream import ensure_stream
from application.ports.ledger import RecordedEvent
from domain.kernel import UnknownEventType

_log = structlog.get_logger(__name__)
BATCH = 500
_PAUSE_S = 0.5
_FAULTS = (nats.errors.Error, APIError, OSError)


class Delivery(NamedTuple):
    """Events as they came: perhaps repeated, reordered, or with gaps."""

    events: list[RecordedEvent]
    messages: list[Msg]
    unreadable: bool
    """Some message was not an event this program can read. The ledger has it too, and tells a poison event from a newer
    one: look there."""


class Feed:
    """One durable consumer. Never raises for NATS's sake: without NATS there is just nothing to deliver."""

    def __init__(self, url: str, durable: str) -> None:
        self._url, self._durable = url, durable
        self._client: Client | None = None
        self._subscription: JetStreamContext.PullSubscription | None = None

    @property
    def connected(self) -> bool:
        """Whether deliveries can come."""
        return self._subscription is not None and self._client is not None and self._client.is_connected

    async def next(self, timeout_s: float) -> Delivery | None:
        """What has come; None when nothing did within the timeout, or NATS is away."""
        try:
            subscription = await self._subscribed()
            messages = await subscription.fetch(BATCH, timeout=timeout_s)
        except TimeoutError:
            return None
        except _FAULTS as error:
            _log.warning("feed_interrupted", error=str(error)[:200] or type(error).__name__)
            await self.renew()
            await asyncio.sleep(min(timeout_s, _PAUSE_S))
            return None
        events: list[RecordedEvent] = []
        unreadable = False
        for message in messages:
            try:
                events.append(from_message(message.headers, message.data))
            except (NotOurs, UnknownEventType, msgspec.MsgspecError) as error:
                unreadable = True
                _log.warning("unreadable_message", subject=message.subject, error=str(error)[:200])
        return Delivery(events, messages, unreadable)

    async def acknowledge(self, delivery: Delivery) -> None:
        """Only after what followed from it is committed."""
        if not delivery.messages:
            return
        # One acknowledgement answers for every message before it.
        newest = max(delivery.messages, key=lambda message: message.metadata.sequence.stream)
        with suppress(*_FAULTS):
            await newest.ack()

    async def renew(self) -> None:
        """Subscribe again at the next call."""
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            with suppress(*_FAULTS, TimeoutError):
                async with asyncio.timeout(2):
                    await subscription.unsubscribe()

    async def close(self) -> None:
        """Leave; the durable consumer stays, so that the next one goes on from here."""
        if self._client is not None:
            with suppress(*_FAULTS, TimeoutError):
                async with asyncio.timeout(2):
                    await self._client.close()

    async def _subscribed(self) -> JetStreamContext.PullSubscription:
        if self._client is None:
            self._client = await connect(self._url, name=self._durable)
        if self._subscription is None:
            config = ConsumerConfig(
                ack_policy=AckPolicy.ALL,
                deliver_policy=DeliverPolicy.ALL,
                max_ack_pending=20 * BATCH,
                ack_wait=30,
            )
            jetstream = self._client.jetstream(timeout=3)
            await ensure_stream(jetstream)
            self._subscription = await jetstream.pull_subscribe(
                SUBJECTS, durable=self._durable, stream=STREAM, config=config
            )
        return self._subscription
