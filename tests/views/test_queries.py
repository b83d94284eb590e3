"""Questions to the read models, answered from events that were really folded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from application.ports.ledger import NewEvent
from domain.monitoring import monitor as m
from domain.monitoring.histogram import Histogram, tenths
from domain.monitoring.uptime import BadWindow
from projections.queries import activity, incidents, latency, monitors, status, uptime
from tests.views.histories import START, History

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def db(database) -> AsyncIterator[psycopg.AsyncConnection]:
    async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def tell(ledger, projector):
    """``tell(history)``: append what it wrote, and fold it."""

    def told(history: History) -> int:
        position = ledger.append(history.take())
        assert projector.catch_up() == position
        return position

    return told


def minutes(history: History, monitor_id: str, verdicts: str, **outcome: float) -> None:
    """A verdict a minute: p, s, f, e; a dot is a minute without an outcome."""
    words = {"p": "pass", "s": "slow", "f": "fail", "e": "error"}
    for verdict in verdicts:
        if verdict != ".":
            history.observe(monitor_id, words[verdict], at=history.now, **outcome)
        history.now += MINUTE


async def test_a_monitor_is_shown_with_its_definition_status_and_last_outcome(db, tell) -> None:
    history = History()
    shop = history.register("shop", tags=("eu", "web"), expect={"status": ["200-299"]}, degraded_over_ms=500.0)
    minutes(history, shop, "ppp", total_ms=12.3)
    tell(history)
    view = await monitors.get_monitor(db, shop, now=history.now)
    assert view is not None
    assert (view.name, view.kind, view.tags, view.expect) == ("shop", "http", ("eu", "web"), {"status": ["200-299"]})
    assert (view.status, view.since, view.paused, view.version) == ("up", START, False, 1)
    assert view.last_outcome is not None
    assert (view.last_outcome.verdict, view.last_outcome.total_ms) == ("pass", 12.3)
    assert view.last_outcome.started_at == START + 2 * MINUTE
    assert view.last_outcome.position == 5  # registered, outcome, went up, outcome, outcome


async def test_a_status_lapses_at_the_moment_nothing_vouches_for_it_any_more(db, tell) -> None:
    history = History()
    shop = history.register()
    minutes(history, shop, "p")
    tell(history)
    lapse = START + timedelta(seconds=75)
    before = await monitors.get_monitor(db, shop, now=lapse - timedelta(microseconds=1))
    after = await monitors.get_monitor(db, shop, now=lapse)
    assert before is not None
    assert after is not None
    assert (before.status, before.since) == ("up", START)
    assert (after.status, after.since) == ("unknown", lapse)


async def test_a_paused_monitor_is_unknown_until_it_is_observed_after_its_resumption(db, tell) -> None:
    history = History()
    shop = history.register()
    minutes(history, shop, "p")
    history.pause(shop)
    history.observe(shop, at=history.now - MINUTE / 2)
    tell(history)
    paused = await monitors.get_monitor(db, shop, now=history.now)
    assert paused is not None
    assert (paused.status, paused.paused, paused.since) == ("unknown", True, START + MINUTE)
    history.now += MINUTE
    history.resume(shop)
    tell(history)
    resumed = await monitors.get_monitor(db, shop, now=history.now)
    assert resumed is not None
    assert (resumed.status, resumed.paused, resumed.since) == ("unknown", False, START + 2 * MINUTE)
    minutes(history, shop, "p")
    tell(history)
    observed = await monitors.get_monitor(db, shop, now=history.now)
    assert observed is not None
    assert observed.status == "up"


async def test_monitors_are_listed_by_name_or_id_page_by_page_and_filtered(db, tell) -> None:
    history = History()
    ids = {name: history.register(name, tags=(name[0],)) for name in ("beta", "alpha", "beta two", "Gamma", "old")}
    minutes(history, ids["beta"], "p")
    history.pause(ids["alpha"])
    history.retire(ids["old"])
    tell(history)

    async def names(**filters) -> list[str]:
        return [view.name for view in await monitors.list_monitors(db, now=START + MINUTE, **filters)]

    assert await names() == ["Gamma", "alpha", "beta", "beta two"]
    assert await names(limit=2) == ["Gamma", "alpha"]
    assert await names(limit=2, after=("alpha", ids["alpha"])) == ["beta", "beta two"]
    assert await names(tag="b") == ["beta", "beta two"]
    assert await names(status="up") == ["beta"]
    assert await names(status="paused") == ["alpha"]
    assert await names(status="unknown") == ["Gamma", "beta two"]
    assert await names(q="GAM") == ["Gamma"]
    assert await names(q="%") == []
    assert set(await names(include_retired=True)) == set(ids)
    by_id = await monitors.list_monitors(db, now=START, order="id", limit=2)
    rest = await monitors.list_monitors(db, now=START, order="id", after=(by_id[-1].name, by_id[-1].id))
    assert [view.id for view in by_id + rest] == sorted(set(ids.values()) - {ids["old"]})
    counts = await monitors.count_by_status(db, now=START + MINUTE)
    assert counts == {"up": 1, "degraded": 0, "down": 0, "unknown": 2, "paused": 1}


async def test_uptime_is_exact_with_back_dated_downtime_gaps_and_pauses(db, tell) -> None:
    history = History()
    shop = history.register()
    minutes(history, shop, "ppffffp" + "..." + "p")
    history.pause(shop)
    history.now += 5 * MINUTE
    tell(history)
    report = await uptime.uptime(db, shop, start=START - MINUTE, end=START + timedelta(days=1), now=history.now)
    assert report is not None
    assert report.seconds.up == 120 + 75 + 60
    assert report.seconds.down == 240
    assert report.seconds.unknown == 240 - 75
    assert report.seconds.paused == 300
    assert report.uptime_percent == 51.5151
    assert report.coverage_percent == 75.0
    assert report.policy.name == "time-weighted"
    found = await uptime.intervals(db, shop, start=START, end=START + timedelta(days=1), now=history.now)
    assert found is not None
    assert [(i.status, (i.to_at - i.from_at).total_seconds()) for i in found] == [
        ("up", 120), ("down", 240), ("up", 75), ("unknown", 165), ("up", 60), ("paused", 300)
    ]  # fmt: skip


async def test_uptime_by_local_days_adds_up_and_leaves_out_the_future_and_the_time_before_registration(
    db, tell
) -> None:
    history = History()
    shop = history.register()
    minutes(history, shop, "p" * 600)
    tell(history)
    zone = "America/New_York"  # the night of 8 March 2026 has 23 hours
    window = {"start": datetime(2026, 3, 7, 5, tzinfo=UTC), "end": datetime(2026, 3, 10, 4, tzinfo=UTC)}
    found = await uptime.uptimes(db, [shop, "nobody"], **window, now=history.now, zone=zone, bucket="day")
    assert list(found) == [shop]
    report = found[shop]
    assert report.seconds.up == 36_000
    assert report.buckets is not None
    assert [(b.to_at - b.from_at).total_seconds() / 3600 for b in report.buckets] == [24, 23, 24]
    assert [b.seconds.up for b in report.buckets] == [7 * 3600, 3 * 3600, 0]
    assert [b.uptime_percent for b in report.buckets] == [100.0, 100.0, None]


async def test_uptime_of_nobody_is_none_and_a_bad_window_is_refused(db, projector) -> None:
    window = {"start": START, "end": START + MINUTE, "now": START}
    assert await uptime.uptime(db, "nobody", **window) is None
    assert await uptime.intervals(db, "nobody", **window) is None
    with pytest.raises(BadWindow):
        await uptime.uptime(db, "nobody", **window, zone="Mars/Base")


async def test_latency_points_of_any_step_equal_the_histogram_of_their_outcomes(db, tell) -> None:
    history = History()
    shop = history.register(interval_s=60.0)
    outcomes: list[tuple[datetime, float]] = []
    for n in range(3 * 24 * 60):
        took = round(20 + 500 * (n % 7) / (1 + n % 11), 1)
        history.observe(shop, "pass" if n % 13 else "fail", total_ms=took, at=history.now)
        if n % 13:
            outcomes.append((history.now, took))
        history.now += MINUTE
    tell(history)
    start, end = START + timedelta(minutes=17), START + timedelta(days=2, hours=5, minutes=3)
    inside = [
        (at, took)
        for at, took in outcomes
        if START + timedelta(minutes=15) <= at < START + timedelta(days=2, hours=5, minutes=5)
    ]
    for step_s in (300, 900, 3600, 7200, 86_400, 3 * 86_400):
        expected: dict[int, Histogram] = {}
        for at, took in inside:
            expected.setdefault(int(at.timestamp()) // step_s * step_s, Histogram()).add(tenths(took))
        points = await latency.latency(db, shop, start=start, end=end, step_s=step_s)
        found = [(int(p.at.timestamp()), p.count, p.p50_ms, p.p99_ms, p.max_ms) for p in points]
        assert found == [(at, h.count, *h.percentiles((50, 99)), h.maximum / 10) for at, h in sorted(expected.items())]
        assert sum(p.count for p in points) == len(inside)
        assert {p.phases.dns_ms for p in points} - {None} == {0.4}
        assert {p.phases.tls_ms for p in points} == {None}


@pytest.mark.parametrize(("step_s", "days"), [(0, 1), (-300, 1), (301, 1), (300, 0), (300, 365)])
async def test_an_impossible_step_is_refused(step_s, days, db, projector) -> None:
    with pytest.raises(latency.BadStep):
        await latency.latency(db, "x", start=START, end=START + timedelta(days=days), step_s=step_s)


async def test_an_incident_tells_its_story(db, tell) -> None:
    history = History()
    shop, other = history.register("shop"), history.register("other")
    minutes(history, shop, "pff")
    minutes(history, other, "ff")
    tell(history)
    first, second = sorted(history.incidents, key=lambda i: history.incidents[i].started_at)
    listed = await incidents.list_incidents(db)
    assert [i.id for i in listed] == [second, first]
    assert [i.id for i in await incidents.list_incidents(db, before=(listed[0].started_at, listed[0].id))] == [first]
    down = await monitors.get_monitor(db, shop, now=START + 3 * MINUTE)
    assert down is not None
    assert (down.status, down.since, down.incident_id) == ("down", START + MINUTE, first)

    history.look_after(first)
    minutes(history, shop, "p")
    tell(history)
    story = await incidents.get_incident(db, first)
    assert story is not None
    assert (story.state, story.resolution, story.acknowledged_by) == ("resolved", "recovered", "ann")
    assert (story.started_at, story.confirmed_at) == (START + MINUTE, START + 2 * MINUTE)
    assert story.version == 3
    assert [(entry.version, entry.type) for entry in story.timeline] == [
        (1, "monitoring.incident-opened"), (2, "monitoring.incident-acknowledged"), (3, "monitoring.incident-resolved")
    ]  # fmt: skip
    assert story.timeline[1].data["note"] == "looking"
    assert [i.id for i in await incidents.list_incidents(db, state="open")] == [second]
    assert [i.id for i in await incidents.list_incidents(db, monitor_id=shop)] == [first]
    up = await monitors.get_monitor(db, shop, now=history.now)
    assert up is not None
    assert up.incident_id is None
    assert await incidents.get_incident(db, "nothing") is None


async def test_activity_holds_decisions_and_commands_but_no_observations(db, tell) -> None:
    history = History()
    shop = history.register()
    minutes(history, shop, "ppp")
    history.change(shop, m.revise(history.monitors[shop], {"name": "store"}, history.now))
    tell(history)
    trail = await activity.list_activity(db)
    assert [entry.type.removeprefix("monitoring.monitor-") for entry in trail] == ["revised", "went-up", "registered"]
    assert trail[0].data is not None
    assert trail[0].data["changes"] == {"name": "store"}
    assert (trail[0].subject_kind, trail[0].subject, trail[0].monitor_id, trail[0].actor) == (
        "monitor",
        shop,
        shop,
        "tester",
    )
    assert [e.position for e in await activity.list_activity(db, before=trail[0].position, limit=1)] == [
        trail[1].position
    ]
    assert [e.type for e in await activity.list_activity(db, actor="prober")] == ["monitoring.monitor-went-up"]
    assert len(await activity.list_activity(db, correlation_id=trail[1].correlation_id)) == 1
    assert len(await activity.list_activity(db, monitor_id=shop)) == 3


async def test_projections_say_where_they_stand(db, ledger, projector, tell) -> None:
    history = History()
    history.register()
    position = tell(history)
    history.register("two")
    ledger.append(history.take())
    found = await status.list_projections(db)
    assert [view.name for view in found] == list(status.NAMES)
    assert {(view.position, view.head, view.lag, view.state, view.dead_letters) for view in found} == {
        (position, position + 1, 1, "running", 0)
    }


async def test_listeners_hear_of_each_batch_and_whom_it_concerns(database, ledger, projector) -> None:
    history = History()
    shop = history.register()
    events: list[NewEvent] = history.take()
    with psycopg.connect(database.url, autocommit=True) as listener:
        listener.execute("LISTEN projections")
        position = ledger.append(events)
        projector.catch_up()
        notices = [notice.payload for notice in listener.notifies(timeout=30, stop_after=1)]
        many = [history.register(f"m{n}") for n in range(300)]
        last = ledger.append(history.take())
        projector.catch_up()
        notices += [notice.payload for notice in listener.notifies(timeout=30, stop_after=1)]
    assert notices == [f'{{"position":{position},"monitors":["{shop}"]}}', f'{{"position":{last},"monitors":"*"}}']
    assert len(many) == 300
