"""The admin token, switched off and on again, and everything that comes with it in the meantime."""

from __future__ import annotations

import json
from pathlib import Path

import httpx

from tests.support.databases import Database
from tests.support.installation import TOKEN, installed
from tests.support.waiting import eventually

EMAIL, PASSWORD = "root@example.org", "correct horse battery"


def test_whoever_has_the_machine_gets_back_in_though_nobody_can_log_in(database: Database, tmp_path: Path) -> None:
    with installed(tmp_path, database.url, "api", "projector") as vitalog:
        api = httpx.Client(
            base_url=f"{vitalog.url}/api/v1", headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False, timeout=30
        )
        off, root = {"works": False}, {"email": EMAIL, "name": "Root", "roles": ["admin"], "password": PASSWORD}
        early = vitalog.cli("access", "bootstrap-token", "off")
        assert early.returncode == 6
        assert "First create an administrator" in early.stderr
        assert api.post("/users", json=root).status_code == 201
        switched = vitalog.cli("access", "bootstrap-token", "off")
        assert (switched.returncode, switched.stdout) == (0, "The admin token is switched off.\n")
        assert api.post("/access/bootstrap-token", json=off).status_code == 401

        refused = vitalog.cli("status", "--once")
        assert refused.returncode == 6
        assert "vitalog login" in refused.stderr
        found = json.loads(vitalog.cli("doctor", "--json").stdout)["findings"]
        states = {finding["check"]: finding["state"] for finding in found}
        assert states["token"] == "skipped", "it is as an administrator wants it"
        assert "api" not in states
        assert vitalog.cli("access", "bootstrap-token", "off", "--here").returncode == 2

        here = {"VITALOG_DATABASE_URL": database.url, "VITALOG_KEK": "5a" * 32}
        on = vitalog.cli("access", "bootstrap-token", "on", "--here", **here)
        assert (on.returncode, on.stdout) == (0, "The admin token works.\n"), on.stderr
        eventually(lambda: api.get("/me").status_code == 200)
        events = api.get("/events", params={"type": "identity.bootstrap-token-switched"}).json()["items"]
        assert [(event["data"]["works"], event["actor"].partition(":")[0]) for event in events] == [
            (False, "admin"),
            (True, "shell"),
        ]
        api.close()
