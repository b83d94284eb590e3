"""The command line, as those use it who enter, correct, read and erase people's checkups."""

from __future__ import annotations

import io
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from pyotp.totp import TOTP

from infra.cli import import_rows, main
from infra.cli.address import Address
from infra.cli.client import Client
from tests.support.databases import fresh_database
from tests.support.installation import Installation, installed
from tests.support.servers import ROOT

_PASSWORD = "correct horse battery staple"


class People(Installation):
    """With what people type, and several people at it. Commands run in this process, because they are many."""

    def cli(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.typed("", *arguments, **environment)

    def typed(self, text: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """With something on standard input, which is no terminal."""
        out, err = io.StringIO(), io.StringIO()
        code: Any = 0
        with (
            patch.dict(os.environ, self.user_environment | environment, clear=True),
            patch.object(sys, "argv", ["vitalog", *arguments]),
            patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()))),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                main()
            except SystemExit as ended:
                code = ended.code
        return subprocess.CompletedProcess(arguments, int(code or 0), out.getvalue(), err.getvalue())

    def done(self, *arguments: str, **environment: str) -> str:
        """What a command printed that has to work."""
        finished = self.cli(*arguments, **environment)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    def patient(self, **environment: str) -> str:
        who = ("--name", "김하늘", "--birth-date", "1980-03-01", "--sex", "female", "--phone", "010-1234-5678")
        return self.done("patient", "add", *who, "--quiet", **environment).strip()

    def checkup(self, patient: str, *measured: str) -> str:
        return self.done("checkup", "add", patient, "--date", "2026-11-03", "--quiet", *measured).strip()

    def logged_in(self, role: str, directory: Path) -> dict[str, str]:
        """The environment of a new user with that role, who has logged in."""
        email, own = f"{role}-{uuid4().hex[:8]}@example.org", {"XDG_CONFIG_HOME": str(directory / role)}
        made = self.typed(f"{_PASSWORD}\n", "user", "add", email, "--name", role, "--role", role, "--password-stdin")
        assert made.returncode == 0, made.stderr
        entered = self.typed(f"{_PASSWORD}\n", "login", "--email", email, "--password-stdin", **own)
        assert entered.returncode == 0, entered.stderr
        return own


@pytest.fixture(scope="module")
def vitalog(_postgres: dict[str, Any], run_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    home = tmp_path_factory.mktemp("people")
    with (
        fresh_database(_postgres["owner_url"], _postgres["app_password"], run_dir) as database,
        installed(home, database.url, "api", "projector") as installation,
    ):
        installation.__class__ = People
        assert isinstance(installation, People)
        installation.user_environment["XDG_CONFIG_HOME"] = str(home / "config")
        yield installation


def _blocks(document: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / document).read_text(), re.MULTILINE | re.DOTALL)


def test_the_readme_s_lines_about_people_work_as_they_stand(vitalog: People, tmp_path: Path) -> None:
    (block,) = [block for block in _blocks("README.md", "sh") if "vitalog patient add" in block]
    command = tmp_path / ".venv" / "bin" / "vitalog"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m infra "$@"\n')
    command.chmod(0o755)
    finished = subprocess.run(
        ["bash", "-e", "-c", block],
        cwd=tmp_path,
        env=vitalog.user_environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "Weight: 74.842741 → 75" in finished.stdout
    assert "Read off the wrong line" in finished.stdout
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    record = json.loads((tmp_path / "record.json").read_text())
    assert {"Patient", "Observation", "DiagnosticReport", "Provenance"} <= {
        entry["resource"]["resourceType"] for entry in record["entry"]
    }
    for name in ("report.pdf", "record.json"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_the_examples_of_the_import_guide_are_imported_as_they_stand(vitalog: People, tmp_path: Path) -> None:
    (tmp_path / "results.csv").write_text(_blocks("docs/import.md", "csv")[0])
    (tmp_path / "map.json").write_text(_blocks("docs/import.md", "json")[0])
    files = (str(tmp_path / "results.csv"), "--mapping", str(tmp_path / "map.json"))
    tried = vitalog.done("import", "csv", *files, "--dry-run").splitlines()
    assert tried[:3] == ["row 2: good", "row 3: good", "row 4: good"], "every row is told of"
    tried = vitalog.json("import", "csv", *files, "--dry-run")
    assert (tried["stored"], tried["good_rows"]) == (0, [2, 3, 4])
    told = vitalog.json("import", "csv", *files)
    assert (told["rows"], told["stored"], told["new_patients"], told["faults"]) == (3, 3, 3, [])
    again = vitalog.cli("import", "csv", *files)
    assert again.returncode == 1
    assert again.stdout.count("recorded already") == 3


def test_what_is_wrong_with_rows_is_told_and_they_are_put_aside(
    vitalog: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.cli.import_rows._CHUNK", 1)  # as in a file of many rows
    rows = [
        "chart,name,date,weight\r\n",
        "D-1,Ada,2026-11-03,70\r\n",
        "D-1,Ada,2026-11-03,70\r\n",  # told only when all rows are looked at together
        "D-2,Bo,2026-02-30,70\r\n",
        "D-3,Cy,2026-11-03,7000\r\n",
        'D-4,"=Dee",2026-11-03,64\r\n',
    ]
    (tmp_path / "in.csv").write_text("".join(rows))
    columns: dict[str, Any] = {"chart": "patient.identifier", "name": "patient.name", "date": "checkup.date"}
    columns["weight"] = {"to": "weight", "unit": "kg"}
    (tmp_path / "map.json").write_text(json.dumps({"columns": columns}))
    files = (str(tmp_path / "in.csv"), "--mapping", str(tmp_path / "map.json"))
    tried = vitalog.cli("import", "csv", *files, "--dry-run")
    assert tried.returncode == 1
    assert [line[:5] for line in tried.stdout.splitlines()[:5]] == [f"row {n}" for n in range(2, 7)]
    assert "5 rows (utf-8): 2 good, 3 bad" in tried.stdout
    refused = vitalog.cli("import", "csv", *files)
    assert refused.returncode == 1
    assert "Nothing was stored." in refused.stdout
    bad = tmp_path / "bad.csv"
    told = vitalog.json("import", "csv", *files, "--skip-bad", str(bad))
    assert (told["stored"], told["bad"], told["new_patients"]) == (2, 3, 2)
    assert [fault["row"] for fault in told["faults"]] == [3, 4, 5]
    assert stat.S_IMODE(bad.stat().st_mode) == 0o600
    assert [line.split(",")[0] for line in bad.read_text().splitlines()] == ["chart", "D-1", "D-2", "D-3"]
    again = vitalog.cli("import", "csv", *files, "--skip-bad", str(bad))
    assert again.returncode == 1, "every row is bad by now, so there is nothing to store"


def test_a_number_that_is_somebody_else_s_is_told_and_not_their_name(vitalog: People, tmp_path: Path) -> None:
    who = ("--name", "Ada Kim", "--birth-date", "1980-03-01", "--sex", "female", "--identifier", "chart|E-1")
    vitalog.done("patient", "add", *who)
    columns = {
        "no": "patient.identifier",
        "name": "patient.name",
        "born": "patient.birth_date",
        "sex": "patient.sex",
        "date": "checkup.date",
        "kg": {"to": "weight", "unit": "kg"},
    }
    (tmp_path / "map.json").write_text(json.dumps({"columns": columns}))
    head = "no,name,born,sex,date,kg\n"
    (tmp_path / "wrong.csv").write_text(head + "E-1,Bo Lee,1981-03-01,M,2026-11-03,70\n")
    (tmp_path / "right.csv").write_text(head + "E-1,ada kim,1980-03-01,,2026-11-03,70\n")
    wrong = vitalog.cli("import", "csv", str(tmp_path / "wrong.csv"), "--mapping", str(tmp_path / "map.json"))
    assert wrong.returncode == 1
    assert all(f"row 2, {column}: " in wrong.stdout for column in ("name", "born", "sex"))
    assert "Ada" not in wrong.stdout
    vitalog.done("import", "csv", str(tmp_path / "right.csv"), "--mapping", str(tmp_path / "map.json"))


def test_a_bundle_that_was_exported_is_taken_in_elsewhere_or_known_here(vitalog: People, tmp_path: Path) -> None:
    patient = vitalog.patient()
    vitalog.checkup(patient, "weight=70kg")
    out = tmp_path / "record.json"
    vitalog.done("export", patient, "-o", str(out), "--purpose", "patient-request")
    done = vitalog.cli("import", "fhir", str(out), "--dry-run")
    assert done.returncode in {0, 6}, done.stderr
    broken = tmp_path / "broken.json"
    broken.write_text('{"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": {}}]}')
    refused = vitalog.cli("import", "fhir", str(broken))
    assert refused.returncode == 6
    assert "Bundle.entry[0]" in refused.stderr


def test_a_change_to_what_others_changed_meanwhile_shows_their_changes(vitalog: People) -> None:
    checkup = vitalog.checkup(vitalog.patient(), "weight=70kg")
    vitalog.done("checkup", "amend", checkup, "weight=71kg", "--reason", "Misread")
    late = vitalog.cli("checkup", "amend", checkup, "weight=72kg", "--reason", "Misread", "--version", "1")
    assert late.returncode == 6
    assert "Weight: 70 → 71" in late.stderr
    assert "--version 2" in late.stderr
    vitalog.done("checkup", "withdraw", checkup, "weight", "--reason", "Another patient's", "--version", "2")
    vitalog.done("checkup", "complete", checkup, "pulse=68/min", "--reason", "Second sheet")
    vitalog.done("checkup", "details", checkup, "--place", "Annex", "--reason", "Moved")
    vitalog.done("checkup", "addendum", checkup, "See again\n2026-11-03 v9 forged")
    vitalog.done("checkup", "void", checkup, "--reason", "Entered twice", "--yes")
    told = vitalog.done("checkup", "history", checkup)
    assert len([line for line in told.splitlines() if not line.startswith("    ")]) == 7, "no line is anybody's text"
    assert "corrected a measurement  (Misread)" in told
    assert "Addendum: – → See again" in told
    assert "Body mass index, why there is none: – → " in told
    assert not [line for line in told.splitlines() if "/" in line.partition(":")[0]], "a pointer is for machines"
    assert "VOID" in vitalog.done("checkup", "show", checkup)


def test_erasing_takes_two_people(vitalog: People, tmp_path: Path) -> None:
    clinician = vitalog.logged_in("clinician", tmp_path)
    patient = vitalog.patient(**clinician)
    vitalog.done("patient", "hold", patient, "--until", "2099-01-01", "--reason", "Dispute", **clinician)
    held = vitalog.cli("patient", "erase", patient, "--ground", "subject-request", **clinician)
    assert held.returncode == 6
    vitalog.done("patient", "release", patient, "--reason", "Settled", **clinician)
    vitalog.done("patient", "erase", patient, "--ground", "subject-request", **clinician)
    told = vitalog.done("patient", "history", patient, **clinician)
    assert "Legal hold until: – → 2099-01-01" in told
    assert "Erasure asked for: – → subject-request" in told
    assert not [line for line in told.splitlines() if "_" in line.partition(": ")[0]], "a pointer is for machines"
    assert vitalog.cli("patient", "confirm-erase", patient, **clinician).returncode == 6
    vitalog.done("patient", "confirm-erase", patient)
    gone = vitalog.cli("patient", "show", patient)
    assert gone.returncode == 4
    assert "Erased" in gone.stderr


def test_who_logs_in_is_kept_for_the_owner_alone_until_logout(vitalog: People, tmp_path: Path) -> None:
    viewer = vitalog.logged_in("viewer", tmp_path)
    (kept,) = (tmp_path / "viewer" / "vitalog").glob("*.json")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert "Roles: viewer" in vitalog.done("whoami", **viewer)
    forbidden = vitalog.cli("patient", "find", "--purpose", "treatment", **viewer)
    assert forbidden.returncode == 6
    assert "patients.read" in forbidden.stderr
    other = vitalog.cli("whoami", VITALOG_TOKEN="vk_00000000_nobody-has-this-key", **viewer)
    assert other.returncode == 6, "VITALOG_TOKEN comes before whoever is logged in"
    assert "key" in other.stderr
    vitalog.done("logout", **viewer)
    assert json.loads(kept.read_text()) == {}
    assert "Roles: admin" in vitalog.done("whoami", **viewer), "the administrator's token is left"


def test_a_session_is_exchanged_unasked_and_its_end_is_said(vitalog: People, tmp_path: Path) -> None:
    viewer = vitalog.logged_in("viewer", tmp_path)
    (kept,) = (tmp_path / "viewer" / "vitalog").glob("*.json")
    sessions = json.loads(kept.read_text())
    (session,) = sessions.values()
    session["expires_at"] = 0
    kept.write_text(json.dumps(sessions))
    vitalog.done("whoami", **viewer)
    (fresh,) = json.loads(kept.read_text()).values()
    assert fresh["refresh_token"] != session["refresh_token"]
    kept.write_text(json.dumps(sessions))  # a stolen copy: the same refresh token a second time
    ended = vitalog.cli("whoami", **viewer)
    assert ended.returncode == 6
    assert "vitalog login" in ended.stderr
    assert json.loads(kept.read_text()) == {}


def test_passwords_are_asked_for_where_nobody_else_sees_them(vitalog: People, tmp_path: Path) -> None:
    viewer = vitalog.logged_in("viewer", tmp_path)
    for arguments in (("login", "--email", "a@example.org"), ("account", "password")):
        nobody = vitalog.cli(*arguments, **viewer)
        assert nobody.returncode == 2
        assert "--password-stdin" in nobody.stderr
    wrong = vitalog.typed("wrong\nanother horse battery\n", "account", "password", "--password-stdin", **viewer)
    assert wrong.returncode == 6
    right = vitalog.typed(f"{_PASSWORD}\nanother horse battery\n", "account", "password", "--password-stdin", **viewer)
    assert right.returncode == 0, right.stderr
    assert vitalog.cli("account", "totp").returncode == 6, "the administrator's token is nobody's account"


def test_users_and_keys_are_managed(vitalog: People, tmp_path: Path) -> None:
    email = f"user-{uuid4().hex[:8]}@example.org"
    made = vitalog.json("user", "add", email, "--name", "Uma", "--role", "viewer")
    assert len(made["password"]) >= 12
    vitalog.done("user", "grant", email, "operator")
    vitalog.done("user", "revoke", email, "viewer")
    assert vitalog.json("user", "show", email)["roles"] == ["operator"]
    vitalog.done("user", "disable", email)
    shut = vitalog.typed(made["password"], "login", "--email", email, "--password-stdin", XDG_CONFIG_HOME=str(tmp_path))
    assert shut.returncode == 6
    vitalog.done("user", "enable", email)
    assert email in vitalog.done("user", "list")
    assert vitalog.cli("user", "show", "nobody@example.org").returncode == 4
    admin = vitalog.logged_in("admin", tmp_path)
    key = vitalog.done("api-key", "add", "nightly", "--scope", "patients.read", **admin).strip()
    vitalog.done("patient", "find", "--purpose", "quality", VITALOG_TOKEN=key)
    assert vitalog.cli("patient", "add", "--name", "X", VITALOG_TOKEN=key).returncode == 6
    (listed,) = json.loads(vitalog.done("api-key", "list", "--json", **admin))["items"]
    vitalog.done("api-key", "revoke", listed["id"], **admin)
    assert vitalog.cli("patient", "find", "--purpose", "quality", VITALOG_TOKEN=key).returncode == 6


def test_one_time_codes_are_asked_for_once_they_are_set_up(vitalog: People, tmp_path: Path) -> None:
    viewer = vitalog.logged_in("viewer", tmp_path)
    email = json.loads(vitalog.done("whoami", "--json", **viewer))["user"]["email"]
    proposed = vitalog.typed("000000\n", "account", "totp", **viewer)
    assert proposed.returncode == 6, "a code that is not of this secret"
    with Client(Address(vitalog.url, _token(tmp_path / "viewer"), "")) as client:
        code = TOTP(client.post("/me/totp")["secret"])
        client.post("/me/totp/confirm", {"code": code.now()})
    vitalog.done("logout", **viewer)
    asked = vitalog.typed(f"{_PASSWORD}\n", "login", "--email", email, "--password-stdin", **viewer)
    assert asked.returncode == 2
    assert "One-time code" in asked.stderr
    wrong = vitalog.typed(f"{_PASSWORD}\n", "login", "--email", email, "--password-stdin", "--code", "1", **viewer)
    assert wrong.returncode == 6


def _token(home: Path) -> str:
    (session,) = json.loads((home / "vitalog" / "sessions.json").read_text()).values()
    return session["access_token"]


def test_a_demo_is_filled_in_once_and_can_be_looked_around_in(vitalog: People, tmp_path: Path) -> None:
    vitalog.patient()
    here = {name: value for name, value in vitalog.process_environment.items() if name.startswith("VITALOG_")}
    small = ("demo", "--seed", "5", "--patients", "4", "--months", "1")
    refused = vitalog.cli(*small, **here)
    assert refused.returncode == 6
    assert "not invented" in refused.stderr
    made = json.loads(vitalog.done(*small, "--yes", "--json", **here))
    assert made["events"] > 10_000
    again = json.loads(vitalog.done(*small, "--yes", "--json", **here))
    assert (again["events"], again["password"]) == (0, None)
    own = {"XDG_CONFIG_HOME": str(tmp_path)}
    email = next(user["email"] for user in made["users"] if user["role"] == "clinician")
    entered = vitalog.typed(f"{made['password']}\n", "login", "--email", email, "--password-stdin", **own)
    assert entered.returncode == 0, entered.stderr
    shown = vitalog.done("patient", "show", "urn:vitalog:demo|5-0000", "--purpose", "treatment", **own)
    assert "urn:vitalog:demo|5-0000" in shown


def test_an_import_that_is_interrupted_says_what_became_of_it(
    vitalog: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in.csv").write_text("name,date,kg\nAda,2026-11-03,70kg\nBo,2026-02-30,70kg\n")
    columns = {"name": "patient.name", "date": "checkup.date", "kg": "weight"}
    (tmp_path / "map.json").write_text(json.dumps({"columns": columns}))
    bad = tmp_path / "bad.csv"
    arguments = ("import", "csv", str(tmp_path / "in.csv"), "--mapping", str(tmp_path / "map.json"))

    def interrupted(*_: object, **__: object) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(import_rows, "store", interrupted)
    stopped = vitalog.cli(*arguments, "--skip-bad", str(bad))
    assert stopped.returncode == 130
    assert "either all good rows are stored or none" in stopped.stderr
    assert not bad.exists(), "the same command can be repeated"
    monkeypatch.setattr(import_rows, "check", interrupted)
    stopped = vitalog.cli(*arguments)
    assert stopped.returncode == 130
    assert "nothing was stored" in stopped.stderr


def test_wrong_input_is_answered_in_a_sentence_and_an_exit_code(vitalog: People, tmp_path: Path) -> None:
    patient = vitalog.patient()
    for code, said, arguments in (
        (2, "is no id", ("patient", "show", "김하늘")),
        (4, "", ("patient", "show", str(uuid4()))),
        (4, "No patient has", ("patient", "show", "chart|none", "--purpose", "treatment")),
        (6, "--purpose", ("patient", "find", "김하늘")),
        (6, "weight", ("checkup", "add", patient, "weight=71furlong")),
        (6, "--confirm", ("checkup", "add", patient, "weight=250kg")),
        (6, "below systolic", ("checkup", "add", patient, "bp=80/120")),
        (2, "There is no measurement", ("checkup", "add", patient, "wight=80kg")),
        (6, "birth", ("checkup", "add", patient, "--date", "1979-01-01", "weight=80kg")),
        (2, "cannot be read", ("import", "csv", str(tmp_path / "none"), "--mapping", str(tmp_path / "none"))),
        (2, "report.pdf", ("report", patient, "-o", "report.doc")),
        (2, "no identifier", ("patient", "add", "--name", "X", "--identifier", "A17")),
    ):
        finished = vitalog.cli(*arguments)
        assert (finished.returncode, said in finished.stderr) == (code, True), (arguments, finished.stderr)
        assert "Traceback" not in finished.stderr
    nobody = vitalog.cli("patient", "find", "--purpose", "treatment", VITALOG_URL="http://127.0.0.1:9")
    assert nobody.returncode == 5
