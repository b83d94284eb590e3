"""Forgetting users: administrators forget anybody, and a patient's own account goes with the patient."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from application.commands import Context, in_stream
from application.identity.users import version_of
from application.ports.ledger import VersionConflict
from domain.identity.events import RoleGranted, SessionEnded, logins_stream, user_stream
from tests.http.people import PASSWORD, created, events_of, login, person

USERS, PATIENTS = "/api/v1/users", "/api/v1/patients"


async def erased_patient(product: Any, patient_id: str) -> None:
    kim = await person(product, "kim", "clinician")
    asked = await product.http.post(
        f"{PATIENTS}/{patient_id}/erasure", json={"ground": "subject-request"}, headers=kim.headers
    )
    assert asked.status_code == 202, asked.text
    confirmed = await product.http.post(f"{PATIENTS}/{patient_id}/erasure/confirm")
    assert confirmed.status_code == 200, confirmed.text


async def test_a_user_is_forgotten_and_nothing_of_theirs_works(product: Any) -> None:
    ann = await person(product, "ann", "viewer")
    assert (await product.http.get("/api/v1/me", headers=ann.headers)).status_code == 200
    erased = await product.http.delete(f"{USERS}/{ann.id}")
    assert erased.status_code == 200, erased.text
    assert (await product.http.get("/api/v1/me", headers=ann.headers)).status_code == 401
    assert (await product.http.get(f"{USERS}/{ann.id}")).status_code == 410
    listed = await product.http.get(f"{USERS}?min_position={erased.json()['position']}")
    assert listed.json()["items"] == []
    assert (await login(product, "ann")).status_code == 401
    assert product.services.commands.keys.of([ann.id]) == {}
    again = await product.http.delete(f"{USERS}/{ann.id}")
    assert (again.status_code, again.json()["version"]) == (200, erased.json()["version"])
    assert len(await events_of(product, "user-erased")) == 1
    # The address is free again; whoever has it now is somebody else.
    assert await created(product, "ann", "viewer") != ann.id


async def test_whoever_is_unknown_is_not_erased_and_the_last_administrator_stays(product: Any) -> None:
    assert (await product.http.delete(f"{USERS}/00000000-0000-4000-8000-000000000000")).status_code == 404
    ann = await person(product, "ann", "admin")
    off = await product.http.post("/api/v1/access/bootstrap-token", json={"works": False}, headers=ann.headers)
    assert off.status_code == 200, off.text
    refused = await product.http.delete(f"{USERS}/{ann.id}", headers=ann.headers)
    assert refused.status_code == 409, refused.text
    assert (await product.http.get("/api/v1/me", headers=ann.headers)).status_code == 200


async def test_a_patient_s_own_account_goes_with_the_patient(product: Any) -> None:
    registered = await product.http.post(PATIENTS, json={"name": "홍길동"})
    patient_id = registered.json()["id"]
    hong = await person(product, "hong", "patient", patient_id=patient_id)
    nurse = await person(product, "nurse", "patient", "viewer", patient_id=patient_id)
    other = await person(product, "other", "viewer")
    await erased_patient(product, patient_id)
    assert (await product.http.get("/api/v1/me", headers=hong.headers)).status_code == 401
    assert (await product.http.get(f"{USERS}/{hong.id}")).status_code == 410
    assert (await product.http.get(f"{USERS}/{nurse.id}")).json()["roles"] == ["viewer"]
    assert (await product.http.get(f"{USERS}/{other.id}")).json()["enabled"]
    keys = product.services.commands.keys.of([hong.id, nurse.id, other.id])
    assert keys.keys() == {nurse.id, other.id}
    assert PASSWORD not in (await product.http.get("/api/v1/events?limit=1000")).text


async def test_what_began_before_an_erasure_is_not_recorded_after_it(product: Any) -> None:
    ann = await person(product, "ann", "viewer")
    await product.http.delete(f"{USERS}/{ann.id}")
    commands, now = product.services.commands, product.services.commands.clock.now()
    context = Context("user:x", str(uuid4()))
    head = commands.ledger.head()
    for stream, event in (
        (user_stream(ann.id), RoleGranted(user_id=ann.id, at=now, role="admin")),
        (logins_stream(ann.id), SessionEnded(user_id=ann.id, at=now, session_id="s", why="logged-out")),
    ):
        version = await version_of(commands, stream)
        with pytest.raises(VersionConflict):
            await commands.writer.append(in_stream(stream, version, [event], context))
    assert commands.ledger.head() == head
