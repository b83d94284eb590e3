"""The whole story, as a new user lives it: add, see it fail, see it recover, stop, start, and trust the numbers."""

from __future__ import annotations

import signal
import socket
import subprocess
from datetime import UTC, datetime

import httpx

from tests.support.servers import ROOT
from tests.support.waiting import eventually

DOWN, UP = "monitoring.monitor-went-down", "monitoring.monitor-went-up"


def test_a_service_goes_down_and_comes_back_and_every_number_leads_to_its_events(instance, target, as_json):
    instance.start()
    added = as_json(
        instance.run("monitor", "add", target.url, "--name", "Shop", "--every", "1s", "--timeout", "1s", "--json")
    )
    monitor_id = added["id"]
    eventually(lambda: instance.get(f"/monitors/{monitor_id}")["status"] == "up")

    target.stop()
    eventually(lambda: instance.get(f"/monitors/{monitor_id}")["status"] == "down")
    (incident,) = instance.get("/incidents", monitor_id=monitor_id)["items"]
    assert incident["state"] == "open"
    first_failure = next(
        outcome
        for outcome in reversed(instance.get(f"/monitors/{monitor_id}/outcomes")["items"])
        if outcome["verdict"] == "fail"
    )
    assert incident["started_at"] == first_failure["started_at"] < incident["confirmed_at"]

    target.start()
    eventually(lambda: instance.get(f"/monitors/{monitor_id}")["status"] == "up")
    resolved = instance.get(f"/incidents/{incident['id']}")
    assert (resolved["state"], resolved["resolution"]) == ("resolved", "recovered")

    _uptime_is_exactly_what_the_transitions_say(instance, monitor_id, incident["started_at"], resolved["resolved_at"])
    told = instance.run("events", "tail", "--from", "1", "--no-follow", "--json").stdout
    assert all(name in told for name in (DOWN, UP, "incident-opened", "incident-resolved", monitor_id))
    assert instance.stop(signal.SIGINT) == 0, instance.log()


def _uptime_is_exactly_what_the_transitions_say(instance, monitor_id: str, fell: str, rose: str) -> None:
    report = instance.get(f"/monitors/{monitor_id}/uptime", **{"from": fell, "to": rose})
    lasted = (datetime.fromisoformat(rose) - datetime.fromisoformat(fell)).total_seconds()
    assert report["seconds"]["down"] + report["seconds"]["unknown"] == lasted
    assert report["uptime_percent"] == 0
    whole = instance.get(f"/monitors/{monitor_id}/uptime")
    assert 0 < whole["uptime_percent"] < 100
    seconds = whole["seconds"]
    exact = 100 * seconds["up"] / (seconds["up"] + seconds["down"])
    assert whole["uptime_percent"] <= exact < whole["uptime_percent"] + 0.0001 + 1e-9


def test_its_own_absence_is_no_data_and_nothing_is_lost_over_a_restart(instance, target):
    instance.start()
    body = {"name": "Shop", "kind": "http", "target": target.url, "interval_s": 1, "timeout_s": 0.5}
    monitor_id = instance.api.post("/monitors", json=body | {"retry_interval_s": 0.5}).json()["id"]
    eventually(lambda: instance.get(f"/monitors/{monitor_id}")["status"] == "up")
    assert instance.stop() == 0
    stopped = datetime.now(UTC)

    # What was seen last speaks for interval + timeout + grace; only after that is there something to be honest about.
    eventually(lambda: (datetime.now(UTC) - stopped).total_seconds() > 7)
    target.stop()
    time_of_start = datetime.now(UTC)
    instance.start()
    eventually(lambda: instance.get(f"/monitors/{monitor_id}")["status"] == "down")

    report = instance.get(f"/monitors/{monitor_id}/uptime")
    gap = (time_of_start - stopped).total_seconds()
    assert report["seconds"]["unknown"] >= gap - 6.5
    assert report["coverage_percent"] < 100
    (incident,) = instance.get("/incidents", monitor_id=monitor_id)["items"]
    assert datetime.fromisoformat(incident["started_at"]) > time_of_start, "our absence is not the target's downtime"
    gaps = instance.get("/events", type="monitoring.listening-gap-recorded")["items"]
    assert all(datetime.fromisoformat(gap["data"]["to_at"]) > stopped for gap in gaps)


def test_a_second_up_on_the_same_data_directory_says_so_and_ends(instance):
    instance.start()
    second = instance.run("up")
    assert second.returncode == 3
    assert str(instance.port) in second.stderr
    assert "already runs" in second.stderr


def test_the_readme_s_curl_registers_a_monitor(instance, target):
    instance.start()
    blocks = (ROOT / "README.md").read_text().split("```")[1::2]
    (block,) = [block for block in blocks if "curl" in block and "/api/v1/monitors" in block]
    script = block.removeprefix("sh\n").replace("127.0.0.1:8080", f"127.0.0.1:{instance.port}")
    script = script.replace("~/.local/share/vitalog/admin-token", "<(echo $VITALOG_ADMIN_TOKEN)")
    finished = subprocess.run(
        ["bash", "-c", script], env=instance.environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert finished.returncode == 0, finished.stderr
    assert '"position"' in finished.stdout, finished.stdout


def test_a_taken_port_is_said_before_anything_is_started(instance):
    with socket.create_server(("127.0.0.1", instance.port)):
        finished = instance.run("up")
    assert finished.returncode != 0
    assert "VITALOG_PORT" in finished.stderr
    assert not (instance.data_dir / "postgres").exists()


def test_the_page_and_the_probes_of_itself_are_there_within_seconds(instance):
    instance.start()
    eventually(lambda: [m["status"] for m in instance.get("/monitors")["items"]] == ["up"] * 4, patience_s=120)
    assert httpx.get(f"{instance.url}/livez").status_code == 200
