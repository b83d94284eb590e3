"""What was stored of users once can be read for ever."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

import domain.identity.events
from domain import kernel

FILES = sorted((Path(__file__).parent / "golden").glob("*.json"))
WHO = {"user-created", "user-revised", "account-linked", "account-unlinked", "logged-in", "login-failed"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_golden_event_is_still_read_and_means_the_same(path: Path) -> None:
    name, version = path.stem.rsplit(".v", 1)
    golden = json.loads(path.read_text())
    event = kernel.decode_open(name, int(version), json.dumps(golden["stored"]))
    assert json.loads(json.dumps(msgspec.to_builtins(event))) == golden["means"]
    if int(version) == type(event).schema_version:
        assert json.loads(kernel.encode(event)) == golden["stored"]


def test_every_version_of_every_event_has_a_golden_file() -> None:
    expected = {
        f"{name}.v{version}"
        for name, cls in kernel.event_types().items()
        if cls.__module__ == domain.identity.events.__name__
        for version in range(1, cls.schema_version + 1)
    }
    assert {path.stem for path in FILES} == expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_tells_who_a_user_is_or_where_they_were_is_sealed(path: Path) -> None:
    name = path.stem.rsplit(".v", 1)[0]
    assert kernel.event_class(name).sealed is (name.removeprefix("identity.") in WHO)
