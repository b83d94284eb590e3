"""What was stored once can be read for ever."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

import domain.monitoring.events
from domain import kernel
from domain.kernel import Event, UnknownEventType, event_type, upcaster

GOLDEN = Path(__file__).parent.parent / "monitoring" / "golden"
FILES = sorted(GOLDEN.glob("*.json"))


@event_type("testing.thing-renamed", version=3)
class ThingRenamed(Event, frozen=True, kw_only=True):
    name: str
    by: str
    why: str = "unknown"


@upcaster("testing.thing-renamed", from_version=1)
def _split(fields):
    return {"name": fields["title"]}


@upcaster("testing.thing-renamed", from_version=2)
def _by(fields):
    return fields | {"by": "somebody"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_golden_event_is_still_read_and_means_the_same(path):
    name, version = path.stem.rsplit(".v", 1)
    golden = json.loads(path.read_text())

    event = kernel.decode(name, int(version), json.dumps(golden["stored"]))

    assert json.loads(json.dumps(msgspec.to_builtins(event))) == golden["means"]
    if int(version) == type(event).schema_version:
        assert json.loads(kernel.encode(event)) == golden["stored"]


def test_every_version_of_every_event_has_a_golden_file():
    expected = {
        f"{name}.v{version}"
        for name, cls in kernel.event_types().items()
        if cls.__module__ == domain.monitoring.events.__name__
        for version in range(1, cls.schema_version + 1)
    }
    assert {path.stem for path in FILES} == expected


def test_old_versions_are_brought_up_to_date_step_by_step():
    assert kernel.decode("testing.thing-renamed", 1, '{"title":"a"}') == ThingRenamed(name="a", by="somebody")
    assert kernel.decode("testing.thing-renamed", 2, '{"name":"a"}') == ThingRenamed(name="a", by="somebody")
    assert kernel.decode("testing.thing-renamed", 3, '{"name":"a","by":"b"}') == ThingRenamed(name="a", by="b")


@pytest.mark.parametrize(("name", "version"), [("testing.nothing", 1), ("testing.thing-renamed", 4)])
def test_what_this_program_does_not_know_is_said_loudly(name, version):
    with pytest.raises(UnknownEventType, match=name):
        kernel.decode(name, version, "{}")


def test_a_poison_event_is_told_from_an_unknown_one():
    with pytest.raises(msgspec.DecodeError):
        kernel.decode("testing.thing-renamed", 3, '{"name":')


def test_a_name_is_taken_once():
    with pytest.raises(ValueError, match="already taken"):
        event_type("testing.thing-renamed")(ThingRenamed)
