"""An operator's own tables: judged by from the start on, or refused with the file and the reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from domain.checkups import tables
from infra.clinical_tables import MAX_BYTES, MAX_FILES, read_tables, use_tables
from infra.errors import UserError
from infra.settings import Settings
from infra.supervisor import up

OURS = (files("domain.checkups") / "tables" / "ksso-bmi.json").read_text(encoding="utf-8")
OWN = OURS.replace('"edition": "', '"edition": "our own ', 1)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    before = tables.load()
    yield tmp_path
    tables.use(before)


def settings(folder: Path) -> Settings:
    return Settings.from_environment({"VITALOG_TABLES_DIR": str(folder)})


def test_without_the_setting_the_tables_are_ours() -> None:
    assert read_tables(Settings.from_environment({})) == tables.load({})


def test_a_table_of_the_directory_takes_the_place_of_ours(folder: Path) -> None:
    (folder / "bmi.json").write_text("\ufeff" + OWN, encoding="utf-8")
    (folder / "notes.txt").write_text("not a table")
    use_tables(settings(folder))
    table = tables.load().get("ksso-bmi")
    assert table is not None
    assert table.edition.startswith("our own ")
    assert len(tables.load().all) == len(tables.BUILT_IN)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("broken.json", b"{", "broken.json: "),
        ("text.json", b"\xff\xfe", "text.json cannot be read: it is not UTF-8."),
        ("huge.json", b" " * (MAX_BYTES + 1), "huge.json cannot be read: it is longer than 1000000 bytes."),
        ("other.json", OURS.replace("39156-5", "99999-9").encode(), "99999-9 is none of the codes"),
    ],
)
def test_a_table_that_cannot_be_used_is_named_with_the_reason(folder: Path, name: str, data: bytes, why: str) -> None:
    (folder / name).write_bytes(data)
    with pytest.raises(UserError) as refused:
        read_tables(settings(folder))
    assert name in str(refused.value)
    assert why in str(refused.value)
    assert "VITALOG_TABLES_DIR" in str(refused.value)
    assert refused.value.exit_code == 2


def test_a_directory_that_is_none_or_empty_is_refused_too(folder: Path) -> None:
    with pytest.raises(UserError, match=r"there is no file \*\.json in it"):
        read_tables(settings(folder))
    with pytest.raises(UserError, match="none cannot be read: No such file or directory"):
        read_tables(settings(folder / "none"))
    for number in range(MAX_FILES + 1):
        (folder / f"{number}.json").write_text("{}")
    with pytest.raises(UserError, match="51 files"):
        read_tables(settings(folder))


def test_two_files_with_the_same_scheme_are_refused(folder: Path) -> None:
    (folder / "a.json").write_text(OWN, encoding="utf-8")
    (folder / "b.json").write_text(OWN, encoding="utf-8")
    with pytest.raises(UserError, match=r"b\.json: the scheme ksso-bmi is in another file already"):
        read_tables(settings(folder))


def test_up_says_it_before_anything_is_started(folder: Path) -> None:
    (folder / "broken.json").write_text("{")
    said: list[str] = []
    one = up.Supervisor(replace(settings(folder), data_dir=folder / "data"), say=said.append)
    with pytest.raises(UserError, match=r"broken\.json"):
        one.run()
    assert said == []
    assert not (folder / "data").exists()


def test_the_processes_of_up_are_told_where_they_are(folder: Path) -> None:
    assert up._child_environment(settings(folder))["VITALOG_TABLES_DIR"] == str(folder)
