"""Kill -9 each process in turn under load: what was acknowledged is stored, once, and views equal a fresh replay."""

from __future__ import annotations

import threading
from collections import Counter

import httpx
import psycopg

from adapters.postgres.projector import Projector
from infra.embedded.postgres import EmbeddedPostgres
from tests.support.read_models import dump, replayed
from tests.support.waiting import eventually

VICTIMS = ("api", "prober", "relay", "projector", "nats", "postgres", "api", "prober")


class Load(threading.Thread):
    """Registers push monitors as fast as it can, repeating each command until it is acknowledged."""

    def __init__(self, instance) -> None:
        super().__init__()
        self.instance = instance
        self.acknowledged: list[tuple[str, int]] = []
        self.enough = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.enough.is_set():
            number += 1
            body = {"name": f"job {number}", "kind": "push", "interval_s": 3600}
            while True:
                try:
                    answer = self.instance.api.post(
                        "/monitors", json=body, headers={"Idempotency-Key": f"load-{number}"}
                    )
                except httpx.HTTPError:
                    continue
                if answer.status_code == 201:
                    self.acknowledged.append((answer.json()["id"], answer.json()["position"]))
                    break
                assert answer.status_code in {409, 503}, answer.text


def test_whatever_is_killed_nothing_acknowledged_is_lost_and_the_views_equal_a_replay(instance, target):
    instance.start()
    for n in range(20):
        body = {"name": f"web {n}", "kind": "http", "target": target.url, "interval_s": 1, "timeout_s": 1}
        instance.api.post("/monitors", json=body | {"retry_interval_s": 0.5}).raise_for_status()
    load = Load(instance)
    load.start()
    try:
        for number, victim in enumerate(VICTIMS):
            (target.stop if number % 2 else target.start)() if number else None
            killed = eventually(lambda victim=victim: instance.child(victim))
            killed.kill()
            eventually(lambda pid=killed.pid, victim=victim: (p := instance.child(victim)) and p.pid != pid)
            before = len(load.acknowledged)
            eventually(lambda before=before: len(load.acknowledged) > before + 3, patience_s=120)
            head = eventually(lambda: _head(instance))
            eventually(lambda head=head: _outcomes_since(instance, head), patience_s=120)
    finally:
        load.enough.set()
        load.join()
    eventually(instance.caught_up, patience_s=120)
    assert instance.stop() == 0, instance.log()

    with EmbeddedPostgres(instance.data_dir) as server:
        _check_ledger(server.url, load.acknowledged)
        # The prober stores its last outcomes while it stops; the projector may have stopped before.
        _catch_up(server.url)
        found = dump(server.url)
        assert found == replayed(server.url)


def _catch_up(url: str) -> None:
    """What is missing in the read models, from the ledger."""
    projector = Projector(url)
    projector.start()
    projector.catch_up()
    projector.close()


def _head(instance) -> int:
    try:
        return instance.get("/projections")["items"][0]["head"]
    except httpx.HTTPError:
        return 0


def _outcomes_since(instance, position: int) -> bool:
    """The prober is at work, and what it sees is stored."""
    try:
        return bool(instance.get("/events", after=position, type="monitoring.probe-recorded", limit=1)["items"])
    except httpx.HTTPError:
        return False


def _check_ledger(url: str, acknowledged: list[tuple[str, int]]) -> None:
    with psycopg.connect(url, autocommit=True) as db:
        rows = db.execute(
            "SELECT notification_id, originator_id, originator_version, topic, correlation_id FROM ledger.events "
            "ORDER BY notification_id"
        ).fetchall()
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1)), "positions have no gaps"
    by_position = {row[0]: row for row in rows}
    for monitor_id, position in acknowledged:
        assert by_position[position][1] == f"monitor:{monitor_id}", "what was acknowledged is where it was said to be"
    registered = Counter(row[1] for row in rows if row[3] == "monitoring.monitor-registered")
    assert set(registered.values()) == {1}
    assert len(registered) == len(acknowledged) + 20 + 4, "no command had its effect twice; 4 watch Vitalog itself"
    versions: dict[str, int] = {}
    for row in rows:
        assert row[2] == versions.get(row[1], 0) + 1, f"{row[1]} has every version once, in order"
        versions[row[1]] = row[2]
    outcomes = Counter(row[4] for row in rows if row[3] == "monitoring.probe-recorded")
    assert len(outcomes) > 100
    assert set(outcomes.values()) == {1}, "no outcome was stored twice"
