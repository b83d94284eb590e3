"""`vitalog doctor` finds what is wrong, and says what to do."""

from __future__ import annotations

import fcntl
import json
import socket
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.cli import checks_api, checks_here, checks_servers
from infra.cli.findings import Finding
from infra.settings import Settings
from tests.support.databases import Database
from tests.support.installation import free_port, installed


def _states(findings: Iterable[Finding]) -> dict[str, str]:
    return {finding.check: finding.state for finding in findings}


def _settings(directory: Path, **environment: str) -> Settings:
    return Settings.from_environment({"VITALOG_DATA_DIR": str(directory), **environment})


def test_it_finds_the_one_thing_that_is_wrong_and_knows_a_remedy(database: Database, tmp_path: Path) -> None:
    with installed(tmp_path, database.url, "api", "projector") as vitalog:
        environment = {
            name: vitalog.process_environment[name]
            for name in ("VITALOG_DATABASE_URL", "VITALOG_NATS_URL", "VITALOG_MASTER_KEY_FILE")
        }
        # The port check is for a machine where nothing runs; here the API itself holds it.
        done = vitalog.cli("doctor", "--json", VITALOG_PORT=str(free_port()), **environment)
        found = json.loads(done.stdout)
        wrong = {finding["check"] for finding in found["findings"] if finding["state"] in {"warning", "problem"}}
        assert done.returncode == 1
        assert wrong == {"nats", "ready"}  # the API says of NATS what we see ourselves
        assert all(finding["remedy"] for finding in found["findings"] if finding["check"] in wrong)
        assert {"api", "postgres", "clock", "projection:monitor_status"} <= {
            finding["check"] for finding in found["findings"] if finding["state"] == "ok"
        }
        assert database.url not in done.stdout


def test_a_read_model_that_stands_still_is_a_problem_and_one_that_lags_for_a_moment_is_not() -> None:
    now = datetime.now(UTC)
    view = {"name": "incidents", "position": 1, "lag": 2, "dead_letters": 0, "state": "running"}
    moving = view | {"updated_at": now.isoformat()}
    still = view | {"updated_at": (now - timedelta(minutes=1)).isoformat()}
    assert [finding.state for finding in checks_api.check_projection(moving)] == ["ok"]
    assert [finding.state for finding in checks_api.check_projection(still)] == ["problem"]
    assert [finding.state for finding in checks_api.check_projection(still | {"lag": 0})] == ["ok"]


def test_a_setting_that_cannot_be_is_found_before_everything_else(tmp_path: Path) -> None:
    from tests.support.installation import Installation

    done = Installation(tmp_path, "postgresql:///none").cli("doctor", VITALOG_PORT="70000")
    assert done.returncode == 1
    assert "70000" in done.stdout


def test_secrets_that_others_can_read_are_a_problem(tmp_path: Path) -> None:
    (tmp_path / "admin-token").write_text("x")
    (tmp_path / "admin-token").chmod(0o644)
    assert _states(checks_here.check_data_dir(_settings(tmp_path)))["secrets"] == "problem"
    (tmp_path / "admin-token").chmod(0o600)
    assert "secrets" not in _states(checks_here.check_data_dir(_settings(tmp_path)))


def test_a_database_without_its_master_key_is_a_problem_and_a_new_directory_is_not(tmp_path: Path) -> None:
    assert _states(checks_here.check_master_key(_settings(tmp_path))) == {"master_key": "skipped"}
    (tmp_path / "postgres").mkdir()
    assert _states(checks_here.check_master_key(_settings(tmp_path))) == {"master_key": "problem"}
    (tmp_path / "master.key").write_bytes(b"too short")
    assert _states(checks_here.check_master_key(_settings(tmp_path))) == {"master_key": "problem"}
    (tmp_path / "master.key").write_bytes(bytes(32))
    assert _states(checks_here.check_master_key(_settings(tmp_path))) == {"master_key": "ok"}


def test_people_s_records_without_their_key_are_a_problem_and_a_new_directory_is_not(tmp_path: Path) -> None:
    assert _states(checks_here.check_kek(_settings(tmp_path))) == {"kek": "skipped"}
    (tmp_path / "kek.made").touch()
    assert _states(checks_here.check_kek(_settings(tmp_path))) == {"kek": "problem"}
    (tmp_path / "kek.keys").write_text("too short\n")
    assert _states(checks_here.check_kek(_settings(tmp_path))) == {"kek": "problem"}
    (tmp_path / "kek.keys").write_text("5a" * 32 + "\n")
    assert _states(checks_here.check_kek(_settings(tmp_path))) == {"kek": "ok"}
    (tmp_path / "kek.keys").chmod(0o644)
    assert _states(checks_here.check_data_dir(_settings(tmp_path)))["secrets"] == "problem"


def test_up_is_running_while_it_holds_the_lock_and_not_after_it_was_killed(tmp_path: Path) -> None:
    assert checks_here.is_up(_settings(tmp_path)) is False
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert checks_here.is_up(_settings(tmp_path)) is True
    assert checks_here.is_up(_settings(tmp_path)) is False


def test_a_port_that_somebody_else_uses_is_found(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = _settings(tmp_path, VITALOG_PORT=str(other.getsockname()[1]))
        assert _states(checks_here.check_port(settings, running=False)) == {"port": "problem"}
    assert _states(checks_here.check_port(settings, running=False)) == {"port": "ok"}


def test_a_variable_that_is_no_setting_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VITALOG_PROT", "8080")
    (finding,) = [finding for finding in checks_here.check_settings() if finding.counts]
    assert "VITALOG_PORT" in finding.message


def test_waiting_migrations_are_found(postgres_url: str, database: Database, tmp_path: Path) -> None:
    current = _settings(tmp_path, VITALOG_DATABASE_URL=database.owner_url)
    assert _states(checks_servers.check_postgres(current))["migrations"] == "ok"
    empty = postgres_url.rpartition("/")[0] + "/template1?" + postgres_url.partition("?")[2]
    behind = _settings(tmp_path, VITALOG_DATABASE_URL=empty)
    assert _states(checks_servers.check_postgres(behind))["migrations"] == "problem"


def test_a_database_that_is_away_is_said_to_be_away_without_its_password(tmp_path: Path) -> None:
    away = _settings(tmp_path, VITALOG_DATABASE_URL=f"postgresql://me:hunter2@127.0.0.1:{free_port()}/x")
    (finding,) = checks_servers.check_postgres(away)
    assert finding.state == "problem"
    assert "hunter2" not in finding.message + finding.remedy
