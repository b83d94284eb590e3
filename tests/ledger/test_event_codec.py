"""Older versions are brought up to date; what is unknown or broken is said loudly."""

from __future__ import annotations

import msgspec
import pytest

from domain import kernel
from domain.kernel import Event, UnknownEventType, event_type, upcaster


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
