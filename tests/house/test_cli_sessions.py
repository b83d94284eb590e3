"""What the command line keeps of whoever logged in, and what it makes of servers that are not Vitalog."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from infra.cli import sessions
from infra.cli.address import Address
from infra.cli.client import Client
from infra.cli.output import UNAVAILABLE
from infra.errors import UserError

_ANSWER: dict[str, Any] = {
    "user": {"email": "ada@example.org"},
    "refresh_token": "r",
    "access_token": "a",
    "expires_in": 600,
}


class _Stranger(BaseHTTPRequestHandler):
    """A web server that knows nothing of Vitalog: the first part of the path says what it answers."""

    def do_GET(self) -> None:
        bodies = {"html": (200, b"<html>"), "list": (200, b"[1]"), "moved": (302, b""), "error": (500, b"oh")}
        status, body = bodies[self.path.split("/")[1]]
        self.send_response(status)
        self.send_header("Location", "http://example.org/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        """Quietly."""


@pytest.fixture
def stranger() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Stranger) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's configuration directory."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "vitalog"


def test_a_session_is_kept_for_its_owner_alone_and_forgotten(home: Path) -> None:
    sessions.keep("http://a", _ANSWER)
    assert sessions.known("http://a") == "ada@example.org"
    assert sessions.known("http://b") is None
    assert sessions.access_token("http://a") == "a"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "sessions.json").stat().st_mode) == 0o600
    sessions.forget("http://a")
    assert sessions.known("http://a") is None


def test_a_link_in_the_place_of_the_session_is_replaced_and_never_written_through(home: Path, tmp_path: Path) -> None:
    home.mkdir(parents=True)
    other = tmp_path / "somebody's"
    other.write_text("untouched")
    (home / "sessions.json").symlink_to(other)
    sessions.keep("http://a", _ANSWER)
    assert other.read_text() == "untouched"
    assert not (home / "sessions.json").is_symlink()


@pytest.mark.parametrize(
    "content",
    ["", "no json", "[]", '{"http://a": 3}', '{"http://a": {"email": "x"}}', "[" * 100_000],
    ids=["empty", "text", "list", "number", "incomplete", "deep"],
)
def test_what_is_no_session_is_nobody_s(home: Path, content: str) -> None:
    home.mkdir(parents=True)
    (home / "sessions.json").write_text(content)
    assert sessions.known("http://a") is None
    assert sessions.access_token("http://a") is None


def test_an_end_that_is_no_number_has_passed(home: Path, stranger: str) -> None:
    sessions.keep(f"{stranger}/html", _ANSWER)
    kept = json.loads((home / "sessions.json").read_text())
    kept[f"{stranger}/html"]["expires_at"] = "never"
    (home / "sessions.json").write_text(json.dumps(kept))
    with pytest.raises(UserError, match="does not renew"):
        sessions.access_token(f"{stranger}/html", trust_env=False)
    assert sessions.known(f"{stranger}/html") == "ada@example.org", "it may still be renewed by the right server"


@pytest.mark.parametrize("kind", ["html", "list", "moved", "error"])
def test_a_server_that_is_not_vitalog_is_said_to_be_none(stranger: str, kind: str) -> None:
    with Client(Address(f"{stranger}/{kind}", "token", "here")) as client:
        for ask in (lambda: client.get("/me"), lambda: client.post("/login", {}), lambda: list(client.items("/users"))):
            with pytest.raises(UserError, match="not Vitalog speaking") as refused:
                ask()
            assert refused.value.exit_code == UNAVAILABLE


def test_nobody_who_answers_is_told_as_such() -> None:
    with Client(Address("http://127.0.0.1:9", None, "")) as client, pytest.raises(UserError, match="Nothing answers"):
        client.get("/me")
