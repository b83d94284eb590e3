"""The audit trail from the command line, against the real API and projector."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import fresh_database
from tests.support.installation import Installation, installed
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def vitalog(
    _postgres: dict[str, Any], run_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with (
        fresh_database(_postgres["owner_url"], _postgres["app_password"], run_dir) as database,
        installed(tmp_path_factory.mktemp("cli-audit"), database.url, "api", "projector") as installation,
    ):
        yield installation


def test_who_saw_and_changed_a_checkup_and_what_it_said_before(vitalog: Installation, tmp_path: Path) -> None:
    patient = vitalog.cli("patient", "add", "--name", "정하늘", "--birth-date", "1980-03-01", "-q").stdout.strip()
    checkup = vitalog.cli("checkup", "add", patient, "weight=70kg", "-q").stdout.strip()
    changed = vitalog.cli("checkup", "amend", checkup, "weight=71kg", "--reason", "=scale was off")
    assert changed.returncode == 0, changed.stderr
    asked = ("audit", "list", "--subject", checkup, "--details")
    refused = vitalog.cli(*asked)
    assert refused.returncode != 0
    assert "--purpose" in refused.stderr

    def told() -> str:
        done = vitalog.cli(*asked, "--purpose", "quality")
        assert done.returncode == 0, done.stderr
        assert "corrected a measurement" in done.stdout
        return done.stdout

    listed = eventually(told)
    assert "Weight: 70 → 71" in listed
    assert "Reason: =scale was off" in listed
    assert "GET /api/v1/checkups/{checkup_id}" in listed
    korean = vitalog.cli(*asked, "--purpose", "quality", VITALOG_LANG="ko").stdout
    assert "측정값을 정정했습니다" in korean
    assert "사유: =scale was off" in korean
    assert "체중: 70 → 71" in korean

    file = tmp_path / "trail.csv"
    done = vitalog.cli("audit", "export", "-o", str(file), "--subject", patient, "--purpose", "legal", "--details")
    assert done.returncode == 0, done.stderr
    lines = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert {line["type"] for line in lines} >= {"checkups.patient-registered", "checkups.measurement-amended"}
    assert not file.stat().st_mode & 0o077, "it is personal"


def test_a_month_is_signed_for_once(vitalog: Installation) -> None:
    asked = ("audit", "review", "--month", "2026-01", "--conclusion", "nothing-found")
    other = vitalog.cli(*asked, "--flagged", "3")
    assert "seen 3 unusual accesses, and there are 0" in other.stderr
    assert vitalog.cli(*asked, "--flagged", "0").returncode == 0
    again = vitalog.cli(*asked)
    assert again.returncode != 0
    assert "signed for already" in again.stderr
    assert "2026-01" in eventually(lambda: vitalog.cli("audit", "reviews").stdout)
