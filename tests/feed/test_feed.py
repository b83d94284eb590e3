"""What is committed reaches the feed in order, whatever becomes of NATS; what the feed does reaches no read model."""

from __future__ import annotations

import asyncio
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime

import msgspec
import pytest
from nats.js.errors import NotFoundError

from adapters.ids import new_id
from adapters.nats.connection import connect
from adapters.nats.feed import Delivery
from adapters.nats.messages import STREAM, NotOurs, from_message, to_message
from adapters.nats.relay import Relay
from adapters.tasks import end
from application.runs import runs
from infra.processes import projector as process
from tests.support.read_models import dump, replayed
from tests.support.waiting import eventually_async
from tests.views.histories import eventful


async def drain(feed, head: int) -> list:
    """Everything the feed delivers until it has delivered ``head``."""
    events = []

    async def delivered() -> bool:
        delivery = await feed.next(5)
        if delivery is not None:
            events.extend(delivery.events)
            await feed.acknowledge(delivery)
        return bool(events) and max(e.position for e in events) >= head

    await eventually_async(delivered)
    return events


async def test_events_come_in_order_and_as_they_are_in_the_ledger(ledger, relay, feed):
    ledger.append(eventful(1, monitors=2, ticks=20))
    head = ledger.head()

    events = await drain(feed, head)

    assert events == ledger.read(0, 10_000)
    await eventually_async(lambda: asyncio.sleep(0, relay.position == head))


async def test_a_message_is_a_cloudevent_that_says_what_came_before_it(ledger, relay, own_nats):
    ledger.append(eventful(1, monitors=1, ticks=3))
    client = await connect(own_nats.url, name="test")
    await eventually_async(lambda: asyncio.sleep(0, relay.position == ledger.head()))
    message = await client.jetstream().get_msg(STREAM, seq=2)
    await client.close()

    stored = ledger.read(1, 1)[0]
    headers = message.headers or {}
    assert message.subject == f"vitalog.events.{stored.type}"
    assert (headers["ce-specversion"], headers["ce-id"], headers["ce-type"]) == ("1.0", "2", stored.type)
    assert (headers["ce-subject"], headers["ce-previousposition"]) == (stored.stream, "1")
    assert datetime.fromisoformat(headers["ce-time"]) == stored.recorded_at
    assert headers["Nats-Msg-Id"].endswith("/2")


def test_names_in_any_script_survive_the_headers():
    row = (7, "monitor:한글 1", 1, "monitoring.monitor-paused", 1, datetime.fromisoformat("2026-01-01T00:00:00+00:00"))
    who = ("김의사@병원", "7f8e9d0c-1b2a-4c3d-8e4f-5a6b7c8d9e0f", "probe-log:한글@3", None)
    message = to_message("L", (*row, *who, '{"monitor_id":"한글 1","at":"2026-01-01T00:00:00Z"}'))
    assert all(value.isascii() for value in message.headers.values())
    event = from_message(message.headers, message.body)
    assert (event.stream, event.actor, event.causation_id) == ("monitor:한글 1", "김의사@병원", "probe-log:한글@3")


@pytest.mark.parametrize("headers", [None, {}, {"ce-type": "x", "ce-schemaversion": "one"}])
def test_a_foreign_message_is_not_taken_for_an_event(headers):
    with pytest.raises(NotOurs):
        from_message(headers, b"{}")


async def test_only_one_relay_publishes_and_another_takes_over(ledger, database, own_nats, feed):
    first, second = Relay(database.url, own_nats.url), Relay(database.url, own_nats.url)
    running = asyncio.create_task(first.run())
    await eventually_async(lambda: asyncio.sleep(0, first.leading))
    standing_by = asyncio.create_task(second.run())
    ledger.append(eventful(2, monitors=1, ticks=5))
    await drain(feed, ledger.head())
    assert not second.leading

    await end(running)
    await eventually_async(lambda: asyncio.sleep(0, second.leading))
    events = eventful(3, monitors=1, ticks=5)
    before = ledger.head()
    ledger.append(events)
    received = await drain(feed, ledger.head())
    assert [e.position for e in received] == list(range(before + 1, ledger.head() + 1)), (
        "nothing twice, nothing left out"
    )
    await end(standing_by)


@pytest.mark.parametrize("wipe", ["stream", "consumer"])
async def test_a_wiped_stream_or_consumer_is_made_again_and_nothing_is_missed(
    wipe, ledger, database, relay, feed, projector, own_nats
):
    events = eventful(4, monitors=4, ticks=60)
    third = len(events) // 3
    client = await connect(own_nats.url, name="test")
    jetstream = client.jetstream()
    following = asyncio.create_task(follow(projector, feed))
    for n, part in enumerate((events[:third], events[third : 2 * third], events[2 * third :])):
        ledger.append(part)
        if n < 2:
            await eventually_async(lambda: asyncio.sleep(0, relay.position == ledger.head()))
            await (jetstream.delete_stream(STREAM) if wipe == "stream" else delete_consumer(jetstream))
    await eventually_async(lambda: asyncio.sleep(0, projector.position == ledger.head()))
    ledger.append(eventful(5, monitors=1, ticks=5))
    await eventually_async(lambda: asyncio.sleep(0, projector.position == relay.position == ledger.head()))
    await end(following)
    await client.close()
    projector.close()

    found = dump(database.url)
    assert sum(map(len, found.values())) > 100
    assert found == replayed(database.url)


async def follow(projector, feed) -> None:
    """The projector process's own loop, on this test's event loop."""
    with ThreadPoolExecutor(1) as folding:
        await process._follow_feed(projector, feed, folding, threading.Event())


async def delete_consumer(jetstream) -> None:
    with suppress(NotFoundError):
        await jetstream.delete_consumer(STREAM, "read-models")


@pytest.mark.parametrize("seed", range(4))
async def test_duplicated_shuffled_and_lost_messages_change_no_read_model(
    seed, ledger, database, relay, feed, projector
):
    ledger.append(eventful(10 + seed, monitors=5, ticks=80))
    events = await drain(feed, ledger.head())
    dice = random.Random(seed)
    delivered = [event for event in events if dice.random() > 0.1]
    delivered += dice.choices(events, k=len(events) // 3)
    # Local disorder, as redelivery gives, and some that comes from far away.
    delivered.sort(key=lambda event: event.position + dice.choice((0, 0, 5, 40, 300)) * dice.random())
    while delivered:
        size = dice.choice((1, 3, 50, 200))
        process._apply(projector, Delivery(delivered[:size], [], unreadable=False))
        delivered = delivered[size:]
    projector.catch_up()
    projector.close()

    found = dump(database.url)
    assert sum(map(len, found.values())) > 100
    assert found == replayed(database.url)


async def test_nats_away_stops_nothing_and_the_feed_goes_on_afterwards(
    ledger, database, relay, feed, projector, own_nats
):
    following = asyncio.create_task(follow(projector, feed))
    ledger.append(eventful(6, monitors=2, ticks=20))
    await eventually_async(lambda: asyncio.sleep(0, projector.position == ledger.head()))
    own_nats.stop()
    before = ledger.head()
    ledger.append(eventful(7, monitors=2, ticks=20))
    await eventually_async(lambda: asyncio.sleep(0, projector.position == ledger.head()))
    assert relay.position == before

    own_nats.start()
    await eventually_async(lambda: asyncio.sleep(0, relay.position == ledger.head()))
    await end(following)


async def test_what_another_ledger_once_published_is_never_taken_for_ours(
    ledger, database, projector, own_nats, feed, relay
):
    """A new database, or one restored from a backup, beside a NATS that remembers more than it should."""
    ledger.append(eventful(20, monitors=2, ticks=30))
    await eventually_async(lambda: asyncio.sleep(0, relay.position == ledger.head()))
    foreign = (await drain(feed, ledger.head()))[:]
    stolen = [msgspec.structs.replace(event, correlation_id=new_id()) for event in foreign]
    ahead = [msgspec.structs.replace(event, position=event.position + 500) for event in foreign]

    for delivered in (stolen[:40], ahead, stolen[40:]):
        process._apply(projector, Delivery(delivered, [], unreadable=False))
    assert projector.position == ledger.head()
    projector.close()

    assert dump(database.url) == replayed(database.url)


def test_runs_are_once_each_in_order_and_split_at_gaps(ledger):
    ledger.append(eventful(1, monitors=1, ticks=10))
    a, b, c, _, e = ledger.read(0, 5)
    assert runs([c, a, e, b, a]) == [[a, b, c], [e]]
    assert runs([]) == []
