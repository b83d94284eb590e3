"""What is unusual in a month, and the signature of whoever looked through it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from application.ports.ledger import NewEvent
from domain.identity.events import UserCreated, user_stream
from tests.http.staff import log_in
from tests.support.waiting import eventually_async
from tests.views.people import People


def _tuesday() -> datetime:
    day = (datetime.now(UTC) + timedelta(hours=9)).replace(day=1) - timedelta(days=10)
    return (day - timedelta(days=day.weekday() - 1)).replace(hour=3, minute=0, second=0, microsecond=0)


NOON = _tuesday()
"""Of a Tuesday in Seoul, in the month before this one."""
MONTH = f"{NOON:%Y-%m}"
EARLIER = f"{NOON - timedelta(days=60):%Y-%m}"
Append = Callable[[list[NewEvent], datetime], Awaitable[int]]


@pytest.fixture
def seoul(product: Any) -> Any:
    """An installation nine hours ahead of UTC."""
    object.__setattr__(product.services, "time_zone", "Asia/Seoul")
    return product


@pytest.fixture
def append(seoul: Any) -> Append:
    """Append events, and let the trail say that the ledger took them at another time, a second apart."""

    async def append(events: list[NewEvent], when: datetime) -> int:
        position = await seoul.services.commands.writer.append(events)

        async def arrived() -> bool:
            return await seoul.services.database.reached(("activity",), position)

        await eventually_async(arrived)
        with psycopg.connect(seoul.url, autocommit=True) as db:
            db.execute(
                "UPDATE activity.entries SET at = %s + (position - %s) * interval '1 second' WHERE position > %s",
                [when, position - len(events) + 1, position - len(events)],
            )
        return position

    return append


async def got(product: Any, path: str, client: Any = None) -> Any:
    head = await product.services.events.head()
    joint = "&" if "?" in path else "?"
    answer = await (client or product.http).get(f"/api/v1{path}{joint}min_position={head}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def user(people: People, name: str, patient_id: str | None = None) -> str:
    user_id = people.uuid()
    created = UserCreated(
        user_id=user_id, at=people.now, email=f"{user_id}@example.org", name=name, roles=("clinician",),
        patient_id=patient_id,
    )  # fmt: skip
    people.write(user_stream(user_id), created, actor="admin")
    return user_id


async def test_each_unusual_read_is_shown_with_the_events_it_was_made_from(seoul: Any, append: Append) -> None:
    people = People()
    people.now = NOON
    patients = [people.patient(name) for name in ("김민준", "이서연", "Anna Berg", *["박지후"] * 30)]
    kim = user(people, "김하나", patients[1])
    berg = user(people, "Bo Berg")
    clerk = user(people, "최하은")
    await append(people.take(), NOON)

    people.read(f"user:{kim}", patients[0])
    people.read(f"user:{kim}", patients[1])  # their own
    people.read(f"user:{berg}", patients[2], purpose="treatment")
    people.read(f"user:{berg}", patients[3])
    namesakes = await append(people.take(), NOON)
    people.read(f"user:{kim}", patients[1])
    people.read(f"user:{kim}", patients[3])
    night = await append(people.take(), NOON + timedelta(hours=9))
    for patient in patients[3:]:
        people.read(f"user:{clerk}", patient)
    last = await append(people.take(), NOON + timedelta(days=1))

    found = await got(seoul, f"/audit/unusual?month={MONTH}")
    assert [(one["kind"], one["actor"], one["actor_name"], one["positions"]) for one in found["items"]] == [
        ("namesake", f"user:{kim}", "김하나", [namesakes - 3]),
        ("namesake", f"user:{berg}", "Bo Berg", [namesakes - 1]),
        ("out-of-hours", f"user:{kim}", "김하나", [night]),
        ("many-patients", f"user:{clerk}", "최하은", list(range(last - 29, last + 1))),
    ]
    assert found["items"][3]["patients"] == 30
    assert found["items"][0]["patient_ids"] == [patients[0]]
    assert "family name" in found["items"][0]["why"]
    assert found["thresholds"] == {"patients": 30, "within_s": 3600, "opens": "07:00", "closes": "20:00"}
    # Whoever looks through what is unusual does nothing unusual; that they did is on record.
    this_month = datetime.now(UTC).strftime("%Y-%m")
    assert all(
        one["kind"] != "many-patients" for one in (await got(seoul, f"/audit/unusual?month={this_month}"))["items"]
    )
    trail = await got(seoul, f"/audit?subject={patients[0]}")
    assert trail["items"][0]["operation"] == "GET /api/v1/audit/unusual"


async def test_a_month_is_reviewed_signed_and_no_longer_overdue(seoul: Any, append: Append) -> None:
    auditor, auditor_id = await log_in(seoul, "auditor", name="Aud Itor")
    people = People()
    patient = people.patient()
    await append(people.take(), NOON - timedelta(days=90))
    people.read("user:someone", patient)
    await append(people.take(), NOON - timedelta(days=60))  # two months earlier
    people.read("user:someone", patient)
    people.read("user:someone", patient)
    newest = await append(people.take(), NOON + timedelta(hours=10))  # at night
    people.read("user:someone", patient)
    await append(people.take(), datetime.now(UTC))
    current = f"{datetime.now(UTC) + timedelta(hours=9):%Y-%m}"

    months = {one["month"]: one for one in (await got(seoul, "/audit/reviews", auditor))["items"]}
    assert list(months) == [current, MONTH, EARLIER]
    assert [(one["reads"], one["flagged"], one["over"], one["overdue"]) for one in months.values()][1:] == [
        (2, 1, True, False),
        (1, 0, True, True),
    ]
    assert months[current]["over"] is False

    body = {"month": MONTH, "conclusion": "followed-up", "note": "asked user someone"}
    key = {"Idempotency-Key": "a month"}
    signed = await auditor.post("/api/v1/audit/reviews", json=body, headers=key)
    assert signed.status_code == 201, signed.text
    assert (signed.json()["reads"], signed.json()["flagged"]) == (2, 1)
    assert signed.json()["until_position"] >= newest
    repeated = await auditor.post("/api/v1/audit/reviews", json=body, headers=key)
    assert repeated.json() == signed.json()
    second = await seoul.http.post("/api/v1/audit/reviews", json=body | {"conclusion": "nothing-found", "note": None})
    assert (second.status_code, second.json()["type"]) == (409, "/problems/refused"), second.text
    other = await auditor.post("/api/v1/audit/reviews", json=body | {"month": EARLIER}, headers=key)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    unseen = await auditor.post("/api/v1/audit/reviews", json=body | {"month": EARLIER, "flagged": 2})
    assert (unseen.status_code, unseen.json()["errors"][0]["pointer"]) == (422, "/flagged")
    assert (await auditor.post("/api/v1/audit/reviews", json=body | {"month": EARLIER})).status_code == 201

    months = {one["month"]: one for one in (await got(seoul, "/audit/reviews", auditor))["items"]}
    assert months[EARLIER]["overdue"] is False
    (review,) = months[MONTH]["reviews"]
    assert (review["by"], review["by_name"], review["conclusion"], review["note"]) == (
        f"user:{auditor_id}", "Aud Itor", "followed-up", "asked user someone",
    )  # fmt: skip
    assert months[MONTH]["flagged"] == 1
    quiet = {"month": "2026-01", "conclusion": "nothing-found", "flagged": 0}
    assert (await seoul.http.post("/api/v1/audit/reviews", json=quiet)).status_code == 201
    (listed,) = [one for one in (await got(seoul, "/audit/reviews"))["items"] if one["month"] == "2026-01"]
    assert (listed["reads"], len(listed["reviews"]), listed["overdue"]) == (0, 1, False)
    trail = await got(seoul, "/audit?type=identity.month-reviewed&actor=user:" + auditor_id)
    assert [entry["actor"] for entry in trail["items"]] == [f"user:{auditor_id}"] * 2


async def test_of_several_who_sign_at_the_same_moment_one_has_signed(seoul: Any) -> None:
    body = {"month": EARLIER, "conclusion": "nothing-found"}
    answers = await asyncio.gather(*(seoul.http.post("/api/v1/audit/reviews", json=body) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    (month,) = (await got(seoul, "/audit/reviews"))["items"]
    assert len(month["reviews"]) == 1


async def test_a_month_that_is_not_over_and_a_note_that_is_missing_are_refused(seoul: Any) -> None:
    this_month = datetime.now(UTC).strftime("%Y-%m")
    for body, pointer in (
        ({"month": this_month, "conclusion": "nothing-found"}, "/month"),
        ({"month": "2026-13", "conclusion": "nothing-found"}, "/month"),
        ({"month": MONTH, "conclusion": "escalated"}, "/note"),
        ({"month": MONTH, "conclusion": "fine"}, "/conclusion"),
        ({"month": MONTH}, "/conclusion"),
    ):
        answer = await seoul.http.post("/api/v1/audit/reviews", json=body, headers={"Accept-Language": "ko"})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
        assert any("가" <= letter <= "힣" for letter in answer.json()["errors"][0]["detail"])
    clinician, _ = await log_in(seoul, "clinician")
    refused = await clinician.post("/api/v1/audit/reviews", json={"month": "2026-09", "conclusion": "nothing-found"})
    assert refused.status_code == 403
    assert (await got(seoul, "/audit?type=identity.month-reviewed"))["items"] == []


async def test_two_keys_of_one_user_are_one_person(seoul: Any, append: Append) -> None:
    people = People()
    people.now = NOON
    patients = [people.patient("박지후") for _ in range(30)]
    await append(people.take(), NOON)
    nurse, nurse_id = await log_in(seoul, "clinician")
    asked = {"label": "x", "scopes": ["patients.read"], "expires_at": "2027-01-01T00:00:00Z"}
    key = (await nurse.post("/api/v1/api-keys", json=asked)).json()["id"]
    for number, patient in enumerate(patients):
        people.read(f"user:{nurse_id}" if number % 2 else f"api-key:{key}", patient)
    await append(people.take(), NOON)
    found = await got(seoul, f"/audit/unusual?month={MONTH}")
    assert [(one["kind"], one["actor"], one["patients"]) for one in found["items"]] == [
        ("many-patients", f"user:{nurse_id}", 30)
    ]
