"""Vitalog watches itself first: its API, its NATS and its PostgreSQL are its first monitors.

They are registered once per data directory. A person may change or remove them; only a target that moved (NATS
had to take another port) is brought up to date.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import structlog

from infra.embedded.server import write_private
from infra.supervisor.servers import Servers
from infra.words import t

_log = structlog.get_logger(__name__)
_POLICY = {"interval_s": 10, "timeout_s": 5, "tags": ["vitalog"]}
_TRIES = 30
_PAUSE_S = 1.0


class SelfWatch:
    """``register`` it once the API answers."""

    def __init__(self, data_dir: Path, url: str, token: str, servers: Servers, *, say: Callable[[str], None]) -> None:
        """``say`` prints a line for the person at the terminal."""
        self._say = say
        self._record = data_dir / "self-monitors.json"
        self._wanted = _wanted(url, servers)
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}

    def register(self) -> None:
        """Register what is missing, move what moved; again and again for half a minute while the API cannot yet."""
        with httpx.Client(base_url=f"{self._url}/api/v1", headers=self._headers, trust_env=False, timeout=10) as client:
            for name, monitor in self._wanted.items():
                for _ in range(_TRIES):
                    try:
                        self._settle(client, name, monitor)
                        break
                    except httpx.HTTPStatusError as error:
                        if _says_switched_off(error.response):
                            # Whoever switched the token off is an administrator, and can do it in our place.
                            self._say(
                                t(
                                    "The monitor {name} could not be brought up to date: the admin token is switched "
                                    "off. Log in (`vitalog login`) and give it its new target, or run `vitalog access "
                                    "bootstrap-token on --here` and start again.",
                                    name=monitor["name"],
                                )
                            )
                            break
                        if error.response.status_code < 500:
                            _log.error("self_monitor_refused", name=name, answer=error.response.text)
                            break
                        time.sleep(_PAUSE_S)
                    except httpx.HTTPError:
                        time.sleep(_PAUSE_S)

    def _settle(self, client: httpx.Client, name: str, monitor: Mapping[str, Any]) -> None:
        known = self._known()
        target = cast("str", monitor["target"])
        print_of_target = hashlib.sha256(target.encode()).hexdigest()
        was = known.get(name)
        if was is None:
            key = f"bootstrap-{name}-{print_of_target[:16]}"
            answer = client.post("/monitors", json=dict(monitor), headers={"Idempotency-Key": key}).raise_for_status()
            known[name] = {"id": answer.json()["id"], "target_sha256": print_of_target}
        elif was["target_sha256"] != print_of_target:
            self._move(client, was["id"], target)
            known[name] = {"id": was["id"], "target_sha256": print_of_target}
        else:
            return
        write_private(self._record, json.dumps(known, indent=2) + "\n")

    @staticmethod
    def _move(client: httpx.Client, monitor_id: str, target: str) -> None:
        found = client.get(f"/monitors/{monitor_id}")
        if found.status_code not in {404, 410}:
            found.raise_for_status()
        if found.status_code in {404, 410} or found.json().get("retired"):
            return  # a person removed it
        headers = {"If-Match": found.headers["ETag"]}
        client.patch(f"/monitors/{monitor_id}", json={"target": target}, headers=headers).raise_for_status()

    def _known(self) -> dict[str, dict[str, str]]:
        try:
            return cast("dict[str, dict[str, str]]", json.loads(self._record.read_text()))
        except (OSError, ValueError):
            return {}


def is_switched_off(url: str, token: str) -> bool:
    """Whether an administrator has switched the admin token off; False also when nobody answers."""
    try:
        answer = httpx.get(
            f"{url}/api/v1/me", headers={"Authorization": f"Bearer {token}"}, timeout=10, trust_env=False
        )
    except httpx.HTTPError:
        return False
    return _says_switched_off(answer)


def _says_switched_off(answer: httpx.Response) -> bool:
    return answer.status_code == 401 and "bootstrap-token-off" in answer.text


def _wanted(url: str, servers: Servers) -> dict[str, dict[str, Any]]:
    monitors = {"api": _POLICY | {"name": "Vitalog API", "kind": "http", "target": f"{url}/livez"}}
    if servers.nats is not None:
        host, port = servers.nats.address
        monitors["nats-http"] = _POLICY | {
            "name": "Vitalog NATS (HTTP)",
            "kind": "http",
            "target": f"{servers.nats.monitor_url}/healthz",
        }
    else:
        first = urlsplit(servers.nats_url.split(",")[0].strip())
        host, port = first.hostname or "127.0.0.1", first.port or 4222
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    monitors["nats"] = _POLICY | {"name": "Vitalog NATS", "kind": "tcp", "target": where}
    monitors["postgres"] = _POLICY | {
        "name": "Vitalog PostgreSQL",
        "kind": "postgres",
        "target": servers.database_url,
    }
    return monitors
