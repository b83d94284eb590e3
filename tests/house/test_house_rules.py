"""Rules of the house that no linter knows."""

from __future__ import annotations

import re
import tomllib
from itertools import product
from pathlib import Path

import grimp
import pytest

from tests.support.servers import ROOT

LAYERS = ("domain", "application", "projections", "adapters", "api", "infra")
_CONTEXTS = ("monitoring", "checkups", "identity", "wellness", "clinic")


def _context(module: str) -> str | None:
    return next((part for part in module.split(".") if part in _CONTEXTS), None)


def test_a_context_never_imports_another() -> None:
    graph = grimp.build_graph(*LAYERS, cache_dir=None)
    assert any(_context(module) for module in graph.modules)
    crossings = [
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if _context(importer) and _context(imported) and _context(importer) != _context(imported)
    ]
    assert crossings == []


@pytest.mark.parametrize("lock", ["runtime.txt", "dev.txt"])
def test_the_lock_pins_with_hashes_and_names_no_host(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    assert re.findall(r"https?:|file:|--index-url|--extra-index-url|--find-links|--trusted-host| /\w", text) == []
    entries = re.split(r"\n(?=[a-z])", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    wanted = {re.split(r"[\[<>=!~;, ]", requirement)[0] for requirement in declared}
    assert len(entries) > len(wanted) > 20
    assert wanted - {re.split(r"[\[=]", entry)[0] for entry in entries} == set(), "every declared dependency is pinned"
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_both_locks_agree() -> None:
    pins = [
        dict(
            re.findall(
                r"^([a-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", (ROOT / "requirements" / lock).read_text(), re.MULTILINE
            )
        )
        for lock in ("runtime.txt", "dev.txt")
    ]
    assert pins[0].items() <= pins[1].items()


def test_no_test_folder_hides_a_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_test_files_have_names_of_their_own() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("words", [("TO" + "DO", "FIX" + "ME", "X" * 3)])
def test_nothing_is_left_for_later(words: tuple[str, ...]) -> None:
    files = [
        path for layer in (*LAYERS, "tests") for path in (ROOT / layer).rglob("*") if path.suffix in {".py", ".sql"}
    ]
    assert len(files) > 50
    found = [(path, word) for path, word in product(files, words) if re.search(rf"\b{word}\b", path.read_text())]
    assert found == []


def test_the_container_image_installs_as_make_up_does() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert "up: runtime" in makefile
    assert "sh infra/setup.sh $@" in makefile
    assert re.search(r"^RUN sh infra/setup\.sh runtime\b", (ROOT / "infra" / "Dockerfile").read_text(), re.MULTILINE)


def test_every_process_of_the_program_is_a_service() -> None:
    services = re.findall(r"^  (\w[\w-]*):$", (ROOT / "docker-compose.yml").read_text(), re.MULTILINE)
    processes = {
        path.stem for path in Path(ROOT / "infra" / "processes").glob("*.py") if "def run(" in path.read_text()
    }
    assert {"api", "prober", "relay", "projector"} <= processes
    assert processes | {"postgres", "nats", "migrate"} <= set(services)
