"""Monitors over HTTP: registered, read, revised, retired; always with the ledger position that was reached."""

from __future__ import annotations

from typing import Any


async def test_a_monitor_is_registered_and_read_back(product: Any) -> None:
    made = await product.http.post(
        "/api/v1/monitors", json={"name": "Shop", "kind": "http", "target": "https://shop.example/", "interval_s": 5}
    )
    assert made.status_code == 201
    body = made.json()
    assert made.headers["Location"] == f"/api/v1/monitors/{body['id']}"
    assert made.headers["ETag"] == '"1"'
    assert made.headers["Vitalog-Position"] == str(body["position"])
    shown = await product.read(f"/monitors/{body['id']}", body["position"])
    assert (shown["name"], shown["status"], shown["paused"], shown["version"]) == ("Shop", "unknown", False, 1)
    assert shown["timeout_s"] == 5.0
    assert "secret_ref" not in shown


async def test_a_monitor_can_be_read_at_once_without_naming_a_position(product: Any) -> None:
    made = await product.register()
    assert (await product.http.get(f"/api/v1/monitors/{made['id']}")).status_code == 200


async def test_outcomes_change_the_status_uptime_latency_and_incidents(product: Any) -> None:
    made = await product.register()
    position = await product.observe(made["id"], "pass", "pass", "fail", "fail", every_s=1.0)
    shown = await product.read(f"/monitors/{made['id']}", position)
    assert shown["status"] == "down"
    assert shown["last_outcome"]["verdict"] == "fail"
    uptime = await product.read(f"/monitors/{made['id']}/uptime?bucket=day", position)
    assert set(uptime["seconds"]) == {"up", "degraded", "down", "maintenance", "paused", "unknown"}
    assert uptime["buckets"]
    latency = await product.read(f"/monitors/{made['id']}/latency", position)
    assert latency["points"][0]["count"] == 2
    incident = (await product.read("/incidents?state=open", position))["items"][0]
    assert incident["monitor_id"] == made["id"]
    detail = await product.read(f"/incidents/{incident['id']}", position)
    assert detail["timeline"][0]["type"] == "monitoring.incident-opened"


async def test_outcomes_are_paged_newest_first_through_links(product: Any) -> None:
    made = await product.register()
    await product.observe(made["id"], *["pass"] * 5, every_s=1.0)
    path, seen = f"/api/v1/monitors/{made['id']}/outcomes?limit=2", list[str]()
    while path:
        answer = await product.http.get(path)
        seen += [item["started_at"] for item in answer.json()["items"]]
        path = answer.links.get("next", {}).get("url")
    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)


async def test_a_stale_if_match_is_refused_with_the_present_version(product: Any) -> None:
    made = await product.register()
    path = f"/api/v1/monitors/{made['id']}"
    revised = await product.http.patch(path, json={"name": "New"}, headers={"If-Match": made_etag(made)})
    assert (revised.status_code, revised.headers["ETag"]) == (200, '"2"')
    stale = await product.http.patch(path, json={"name": "Newer"}, headers={"If-Match": made_etag(made)})
    assert (stale.status_code, stale.json()["version"], stale.json()["type"]) == (412, 2, "/problems/stale")
    missing = await product.http.patch(path, json={"name": "Newer"})
    assert missing.status_code == 428


async def test_pausing_resuming_and_retiring_answer_with_positions(product: Any) -> None:
    made = await product.register()
    path = f"/api/v1/monitors/{made['id']}"
    positions = [made["position"]]
    for action in ("pause", "resume", "probe"):
        answer = await product.http.post(f"{path}/{action}")
        assert answer.status_code in {200, 202}
        positions.append(answer.json()["position"])
    retired = await product.http.delete(path, headers={"If-Match": "*"})
    positions.append(retired.json()["position"])
    assert positions == sorted(set(positions))
    assert (await product.read(f"/monitors/{made['id']}", positions[-1]))["retired"] is True
    refused = await product.http.post(f"{path}/pause")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/refused")


async def test_monitors_are_listed_by_name_in_pages(product: Any) -> None:
    for name in ("c", "a", "b"):
        made = await product.register(name, tags=["x"])
    first = await product.http.get(f"/api/v1/monitors?limit=2&tag=x&min_position={made['position']}")
    assert [item["name"] for item in first.json()["items"]] == ["a", "b"]
    second = await product.http.get(first.links["next"]["url"])
    assert [item["name"] for item in second.json()["items"]] == ["c"]
    assert second.json()["next"] is None


def made_etag(made: dict[str, Any]) -> str:
    return f'"{made["version"]}"'
