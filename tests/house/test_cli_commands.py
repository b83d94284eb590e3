"""The command line, against the real API, projector and prober."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.databases import fresh_database
from tests.support.installation import Installation, free_port, installed
from tests.support.waiting import eventually


class _Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"ok": true}')

    def log_message(self, format: str, *args: Any) -> None:
        """Quietly."""


@pytest.fixture(scope="module")
def vitalog(
    _postgres: dict[str, Any], run_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with (
        fresh_database(_postgres["owner_url"], _postgres["app_password"], run_dir) as database,
        installed(tmp_path_factory.mktemp("cli"), database.url, "api", "projector", "prober") as installation,
    ):
        yield installation


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hello) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


def _status(vitalog: Installation, name: str) -> str:
    return vitalog.json("monitor", "show", name)["status"]


def test_one_line_is_enough_to_watch_a_server(vitalog: Installation, server: str) -> None:
    done = vitalog.cli("monitor", "add", server, "--every", "2s", "--json-path", "$.ok", "--json-equals", "true")
    assert done.returncode == 0, done.stderr
    name = server.removeprefix("http://")
    assert name in done.stdout
    assert vitalog.json("monitor", "show", name)["kind"] == "http"
    eventually(lambda: _status(vitalog, name) == "up")


def test_what_stops_answering_is_shown_down_and_the_exit_code_says_so(vitalog: Installation) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # held, so that nobody else can answer there, and never listening
        target = f"127.0.0.1:{silent.getsockname()[1]}"
        vitalog.json("monitor", "add", target, "--name", "gone", "--every", "1s", "--failures", "1")
        eventually(lambda: _status(vitalog, "gone") == "down")
        done = vitalog.cli("status", "--exit-code")
    assert done.returncode == 1
    assert "gone" in done.stdout
    assert "Open incidents" in done.stdout
    vitalog.json("monitor", "remove", "gone")


def test_a_push_monitor_comes_with_the_url_to_ping(vitalog: Installation) -> None:
    done = vitalog.cli("monitor", "add", "nightly", "--push", "--every", "1d", "--grace", "1h")
    url = next(line.partition(": ")[2] for line in done.stdout.splitlines() if line.startswith("Ping URL"))
    assert httpx.get(url, trust_env=False).text == "OK"
    eventually(lambda: _status(vitalog, "nightly") == "up")
    assert vitalog.json("monitor", "show", "nightly")["expect"]["grace_s"] == 3600


def test_a_monitor_is_named_by_id_by_the_beginning_of_it_or_by_name(vitalog: Installation) -> None:
    added = vitalog.json("monitor", "add", "127.0.0.1:1", "--name", "Namensvetter", "--every", "1h")
    for reference in (added["id"], added["id"][:13], "Namensvetter"):
        assert vitalog.json("monitor", "show", reference)["id"] == added["id"]


def test_a_name_that_two_monitors_have_is_answered_with_both_and_nothing_is_done(vitalog: Installation) -> None:
    ids = [vitalog.json("monitor", "add", "127.0.0.1:1", "--name", "twin", "--every", "1h")["id"] for _ in range(2)]
    vitalog.json("monitor", "add", "127.0.0.1:1", "--name", "single", "--every", "1h")
    done = vitalog.cli("monitor", "pause", "single", "twin")
    assert done.returncode == 4
    assert all(monitor_id in done.stderr for monitor_id in ids)
    assert not vitalog.json("monitor", "show", "single")["paused"]


def test_what_is_paused_says_so_until_it_is_resumed_or_removed(vitalog: Installation) -> None:
    vitalog.json("monitor", "add", "127.0.0.1:1", "--name", "resting", "--every", "1h")
    assert vitalog.cli("monitor", "pause", "resting").stdout == "Paused resting.\n"
    assert vitalog.json("monitor", "show", "resting")["paused"]
    assert vitalog.cli("monitor", "resume", "resting").stdout == "Resumed resting.\n"
    assert not vitalog.json("monitor", "show", "resting")["paused"]
    assert vitalog.cli("monitor", "remove", "resting").returncode == 0
    assert vitalog.cli("monitor", "show", "resting").returncode == 4


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["monitor", "show", "nobody"], 4),
        (["monitor", "add", "https://example.org", "--every", "5s", "--timeout", "10s"], 6),
        (["monitor", "add", "https://example.org", "--every", "5 parsecs"], 2),
        (["monitor", "add", "https://example.org", "--cron", "* * * * *"], 2),
        (["monitor", "add", "example.org"], 2),
        (["rebuild", "nothing"], 4),
        (["monitor", "frobnicate"], 2),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_an_exit_code(
    vitalog: Installation, arguments: list[str], code: int
) -> None:
    done = vitalog.cli(*arguments)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert done.stderr.strip() != ""
    assert "Traceback" not in done.stderr


def test_a_refusal_of_the_api_comes_in_the_language_of_the_terminal(vitalog: Installation) -> None:
    arguments = ["monitor", "add", "https://example.org", "--every", "5s", "--timeout", "10s"]
    korean = vitalog.cli(*arguments, VITALOG_LANG="ko").stderr
    assert any("가" <= letter <= "힣" for letter in korean)
    assert korean != vitalog.cli(*arguments).stderr


def test_nobody_there_is_another_exit_code_than_somebody_else_there(vitalog: Installation, server: str) -> None:
    away = vitalog.cli("status", VITALOG_URL=f"http://127.0.0.1:{free_port()}")
    assert (away.returncode, away.stdout) == (5, "")
    assert "vitalog up" in away.stderr
    stranger = vitalog.cli("status", VITALOG_URL="http://127.0.0.1:1")
    assert stranger.returncode == 5
    refused = vitalog.cli("status", VITALOG_ADMIN_TOKEN="not-the-right-token")
    assert refused.returncode == 6
    assert "VITALOG_ADMIN_TOKEN" in refused.stderr


def test_the_token_of_the_data_directory_is_not_sent_to_another_host(vitalog: Installation) -> None:
    token_file = vitalog.directory / "data" / "admin-token"
    token_file.write_text("the-token-of-this-machine")
    from infra.cli.address import find_address
    from infra.settings import Settings

    environment = {"VITALOG_DATA_DIR": str(vitalog.directory / "data")}
    here = find_address(Settings.from_environment(environment))
    there = find_address(Settings.from_environment(environment | {"VITALOG_URL": "https://example.org"}))
    assert (here.token, there.token) == ("the-token-of-this-machine", None)


def test_a_secret_given_to_a_monitor_is_never_shown_again(vitalog: Installation, server: str) -> None:
    header = "Authorization: Bearer hunter2-hunter2"
    vitalog.json("monitor", "add", server, "--name", "secretive", "--header", header, "--every", "1h")
    shown = (
        vitalog.cli("monitor", "show", "secretive").stdout
        + vitalog.cli("events", "tail", "--from", "1", "--no-follow").stdout
    )
    assert "authorization" in shown.lower()
    assert "hunter2" not in shown


def test_events_are_told_as_lines_for_people_and_as_json_for_programs(vitalog: Installation) -> None:
    added = vitalog.json("monitor", "add", "127.0.0.1:1", "--name", "storied", "--every", "1h")
    story = vitalog.cli("events", "tail", "--from", str(added["position"]), "--no-follow").stdout
    assert f"#{added['position']}" in story.splitlines()[0]
    assert "monitor-registered" in story.splitlines()[0]
    assert "storied" in story.splitlines()[0]
    lines = vitalog.cli(
        "events", "tail", "--from", "1", "--no-follow", "--json", "--type", "monitoring.monitor-registered"
    ).stdout.splitlines()
    events = [json.loads(line) for line in lines]
    assert {event["type"] for event in events} == {"monitoring.monitor-registered"}
    assert added["position"] in [event["position"] for event in events]


def test_a_rebuild_is_waited_for_and_stdout_holds_nothing_but_the_result(vitalog: Installation) -> None:
    before = vitalog.json("rebuild", "incidents")
    after = vitalog.json("rebuild", "incidents")
    assert after["generation"] == before["generation"] + 1
    assert after["rebuild"]["state"] == "done"


def test_what_could_steer_the_terminal_is_neither_taken_as_a_name_nor_shown(vitalog: Installation) -> None:
    refused = vitalog.cli("monitor", "add", "127.0.0.1:1", "--name", "evil \x1b[2J \x07", "--every", "1h")
    assert refused.returncode == 6
    assert "name" in refused.stderr
    assert "\x1b" not in refused.stderr
    expect = ["--keyword", "evil \x1b[2J \x07"]
    made = vitalog.json("monitor", "add", "http://127.0.0.1:1/", "--name", "calm", "--every", "1h", *expect)
    shown = (
        vitalog.cli("monitor", "show", made["id"]).stdout
        + vitalog.cli("events", "tail", "--from", "1", "--no-follow").stdout
    )
    assert "calm" in shown
    assert "\x1b" not in shown
    assert "\x07" not in shown
