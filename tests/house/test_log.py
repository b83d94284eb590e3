"""Logs are structured, and hold no secret."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

_PROGRAM = """
import logging, structlog
from infra import log
from infra.settings import Settings
settings = Settings.from_environment({
    "VITALOG_ADMIN_TOKEN": "s3cret-token", "VITALOG_DATABASE_URL": "postgresql://u:s3cret-password@db/v",
    "VITALOG_LOG_FORMAT": "%s",
})
log.configure(settings, process="api")
one = structlog.get_logger("one")
structlog.contextvars.bind_contextvars(correlation_id="c-1")
one.info("asked", target="https://user:s3cret-in-url@host/x", headers={"Authorization": "Bearer s3cret-header"})
one.info("asked", nested=[{"password": "s3cret-nested"}, "s3cret-token"])
try:
    raise ValueError("could not reach postgresql://u:s3cret-password@db/v with s3cret-token")
except ValueError:
    one.exception("failed")
    logging.getLogger("a.library").exception("said %%s", "s3cret-password")
"""


def _said(log_format: str) -> str:
    done = subprocess.run([sys.executable, "-c", _PROGRAM % log_format], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_secret_reaches_a_log(log_format: str) -> None:
    said = _said(log_format)
    assert said.count("c-1") == 4
    assert "could not reach" in said
    # The source lines that a traceback quotes are part of the log as well.
    assert "s3cret" not in said


def test_json_logs_are_one_object_per_line_with_time_level_process_and_correlation_id() -> None:
    first, *_, last = [json.loads(line) for line in _said("json").splitlines()]
    assert first["message"] == "asked"
    assert {"at", "level", "logger", "process", "correlation_id"} <= first.keys()
    assert first["process"] == "api"
    assert last["logger"] == "a.library"
    assert "ValueError" in last["exception"]
