"""What was stored once can be read for ever: every version of every event, as it stands in the golden files."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from domain import catalog, kernel

TESTS = Path(__file__).parent.parent
CONTEXTS = {module.__name__.split(".")[1] for module in catalog.CONTEXTS}
FILES = sorted(path for context in sorted(CONTEXTS) for path in (TESTS / context / "golden").glob("*.json"))

SEALED_OF_USERS = {"user-created", "user-revised", "account-linked", "account-unlinked", "logged-in", "login-failed"}
OPEN_OF_PATIENTS = {"patient-erased", "identifier-claimed", "identifier-released"}


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
        if name.partition(".")[0] in CONTEXTS
        for version in range(1, cls.schema_version + 1)
    }
    assert {path.stem for path in FILES} == expected


def test_what_tells_something_about_a_person_is_sealed_and_nothing_else() -> None:
    """Of users: who they are and where they were. Of patients: everything but the erasure and the fingerprints."""
    for name, cls in kernel.event_types().items():
        context, _, what = name.partition(".")
        if context in CONTEXTS:
            personal = {
                "monitoring": False,
                "identity": what in SEALED_OF_USERS,
                "checkups": what not in OPEN_OF_PATIENTS,
            }
            assert cls.sealed is personal[context], name
