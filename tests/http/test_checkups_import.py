"""Importing: every row is reported, and either all good rows are stored in one append or nothing is."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

WEIGHT = {"code": "weight", "value": 70, "unit": "kg"}
HEIGHT = {"code": "height", "value": 175, "unit": "cm"}
HONG = {"name": "홍길동", "birth_date": "1980-02-29", "identifiers": [{"system": "chart", "value": "A-17"}]}
DOE = {"name": "Jane Doe", "birth_date": "1990-01-01", "sex": "female"}


def checkup(day: str = "2026-05-01", *measurements: Any) -> dict[str, Any]:
    return {"kind": "employment", "date": day, "measurements": list(measurements or (WEIGHT, HEIGHT))}


def row(patient: Any, *more: Any) -> dict[str, Any]:
    return {"patient": patient, "checkup": checkup(*more)}


async def send(product: Any, rows: list[Any], *, query: str = "", key: str | None = None, **more: Any) -> Any:
    headers = {"Accept-Language": "en"} | ({"Idempotency-Key": key} if key else {})
    return await product.http.post(f"/api/v1/checkups/import{query}", json={"rows": rows, **more}, headers=headers)


async def head(product: Any) -> int:
    return await product.services.events.head()


def faults(answer: Any) -> dict[int, list[str]]:
    return {one["row"]: [error["pointer"] for error in one["errors"]] for one in answer.json()["rows"] if not one["ok"]}


async def checkups_of(product: Any, patient_id: str) -> list[Any]:
    return (await product.http.get(f"/api/v1/patients/{patient_id}/checkups")).json()["items"]


async def test_patients_by_id_by_identifier_and_new_ones_are_imported_in_one_append(product: Any) -> None:
    known = (await product.http.post("/api/v1/patients", json=HONG)).json()["id"]
    before = await head(product)
    answer = await send(
        product,
        [
            row({"id": known}, "2024-05-01"),
            row({"identifier": {"system": "chart", "value": "A-17"}}, "2025-05-01"),
            row({"register": DOE}, "2025-05-01"),
            row({"register": DOE}, "2026-05-01"),
        ],
    )
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["good"], told["bad"], told["stored"]) == (4, 0, 4)
    assert [one["patient_id"] for one in told["rows"][:2]] == [known, known]
    assert [one["new_patient"] for one in told["rows"]] == [False, False, True, True]
    new = told["rows"][2]["patient_id"]
    assert told["rows"][3]["patient_id"] == new
    assert [one["date"] for one in await checkups_of(product, new)] == ["2026-05-01", "2025-05-01"]
    stored = (await product.http.get(f"/api/v1/events?after={before}&limit=5")).json()["items"]
    assert [one["type"] for one in stored].count("checkups.patient-registered") == 1
    assert len({one["recorded_at"] for one in stored}) == 1
    assert told["position"] == stored[-1]["position"]
    shown = (await product.http.get(f"/api/v1/checkups/{told['rows'][0]['checkup_id']}")).json()
    assert (shown["source"], shown["derived"][0]["value"]) == ("csv", 22.86)


async def test_a_wrong_row_is_reported_and_nothing_lands(product: Any) -> None:
    before = await head(product)
    rows = [
        row({"register": DOE}),
        row({"id": str(uuid4())}),
        row({"identifier": {"system": "chart", "value": "?"}}),
        row({"id": "x", "register": DOE}),
        row({}),
        row({"register": DOE | {"name": " ", "phone": "x"}}),
        row({"register": DOE}, "1980-01-01", WEIGHT | {"unit": "cm"}),
        row({"register": DOE}, "2026-01-01", WEIGHT | {"value": 250}),
        {"patient": {"register": DOE}},
        row({"register": DOE | {"birth_date": "soon"}}) | {"color": "red"},
    ]
    refused = await send(product, rows)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/import-refused")
    expected = {
        2: ["/patient/id"],
        3: ["/patient/identifier"],
        4: ["/patient"],
        5: ["/patient"],
        6: ["/patient/register/name", "/patient/register/phone"],
        7: ["/checkup/date", "/checkup/measurements/0/unit"],
        8: ["/checkup/measurements/0/value"],
        9: ["/checkup"],
        10: ["/patient/register/birth_date", "/color"],
    }
    assert faults(refused) == expected
    assert refused.json()["rows"][7]["errors"][0]["unusual"] is True
    assert await head(product) == before
    dry = await send(product, rows, query="?dry_run=true", skip_bad=True)
    assert (dry.status_code, dry.json()["stored"], faults(dry)) == (200, 0, expected)
    assert await head(product) == before


async def test_bad_rows_are_skipped_only_when_that_is_asked_for(product: Any) -> None:
    rows = [row({"id": str(uuid4())}), row({"register": DOE}), row({"register": DOE}, "2199-01-01")]
    answer = await send(product, rows, skip_bad=True)
    assert (answer.status_code, answer.json()["stored"], answer.json()["bad"]) == (201, 1, 2)
    assert list(faults(answer)) == [1, 3]
    assert len(await checkups_of(product, answer.json()["rows"][1]["patient_id"])) == 1


async def test_skipping_bad_rows_stores_nothing_when_all_are_bad(product: Any) -> None:
    before = await head(product)
    answer = await send(product, [row({"id": str(uuid4())})], skip_bad=True)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/import-refused")
    assert await head(product) == before


async def test_unusual_values_are_imported_when_they_are_confirmed(product: Any) -> None:
    rows = [row({"register": DOE}, "2026-01-01", WEIGHT | {"value": 250})]
    assert (await send(product, rows)).status_code == 422
    assert (await send(product, rows, confirm=True)).status_code == 201


async def test_the_same_checkup_again_is_a_fault_be_it_recorded_or_in_the_same_import(product: Any) -> None:
    first = await send(product, [row({"register": HONG})])
    patient_id, checkup_id = (first.json()["rows"][0][name] for name in ("patient_id", "checkup_id"))
    same = WEIGHT | {"value": 70000, "unit": "g"}
    again = await send(
        product,
        [
            row({"id": patient_id}, "2026-05-01", HEIGHT, same),
            row({"id": patient_id}, "2026-05-02"),
            row({"id": patient_id}, "2026-05-02"),
            row({"id": patient_id}, "2026-05-01", HEIGHT),
        ],
    )
    assert faults(again) == {1: ["/checkup"], 3: ["/checkup"]}
    assert again.json()["rows"][0]["duplicate_of"] == checkup_id
    voided = await product.http.post(
        f"/api/v1/checkups/{checkup_id}/void", json={"reason": "x"}, headers={"If-Match": "*"}
    )
    assert voided.status_code == 200
    assert (await send(product, [row({"id": patient_id})])).status_code == 201


async def test_an_identifier_of_somebody_else_is_a_fault_of_the_row(product: Any) -> None:
    await product.http.post("/api/v1/patients", json=HONG)
    chart = [{"system": "chart", "value": "B-1"}]
    answer = await send(
        product,
        [
            row({"register": HONG | {"name": "Somebody else"}}),
            row({"register": DOE | {"identifiers": chart}}),
            row({"register": DOE | {"name": "Another", "identifiers": chart}}),
        ],
    )
    assert faults(answer) == {
        1: ["/patient/register/identifiers/0"],
        3: ["/patient/register/identifiers/0"],
    }


async def test_repeating_an_import_with_its_key_stores_nothing_twice(product: Any) -> None:
    known = (await product.http.post("/api/v1/patients", json=HONG)).json()["id"]
    rows = [row({"id": known}), row({"register": DOE}), row({"id": str(uuid4())})]
    first = await send(product, rows, key="file-7", skip_bad=True)
    before = await head(product)
    second = await send(product, rows, key="file-7", skip_bad=True)
    assert second.json() == first.json()
    # The answer was lost, as after a crash: the command runs again and finds what it stored.
    async with product.services.database.connection() as db:
        await db.execute("DELETE FROM api.answers")
    third = await send(product, rows, key="file-7", skip_bad=True)
    assert third.status_code == 201, third.text
    assert [one.get("checkup_id") for one in third.json()["rows"]] == [
        one.get("checkup_id") for one in first.json()["rows"]
    ]
    assert (third.json()["stored"], await head(product)) == (2, before)


async def test_two_imports_at_once_cannot_both_register_one_identifier(product: Any) -> None:
    answers = await asyncio.gather(*(send(product, [row({"register": HONG})]) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]


async def test_an_erased_patient_gets_no_checkups(product: Any) -> None:
    first = (await send(product, [row({"register": HONG})])).json()["rows"][0]["patient_id"]
    product.services.commands.keys.destroy([first])
    assert faults(await send(product, [row({"id": first}, "2026-01-01")])) == {1: ["/patient/id"]}


async def test_rows_and_body_are_bounded(product: Any) -> None:
    many = await send(product, [{}] * 5_001)
    assert (many.status_code, many.json()["errors"][0]["pointer"]) == (422, "/rows")
    note = "x" * 9_000
    large = [row({"register": DOE}, f"2026-01-{day:02}") for day in range(1, 31)]
    for one in large:
        one["checkup"]["note"] = note
    assert (await send(product, large, query="?dry_run=true")).status_code == 200
    headers = {"Content-Type": "application/json"}
    over = await product.http.post("/api/v1/checkups/import", content=b" " * (16 * 1024 * 1024 + 1), headers=headers)
    assert over.status_code == 413


async def test_faults_are_told_in_korean(product: Any) -> None:
    answer = await product.http.post(
        "/api/v1/checkups/import",
        json={"rows": [row({"id": str(uuid4())}), row({"register": DOE}, "soon"), row({}), row({"register": DOE})] * 2},
        headers={"Accept-Language": "ko"},
    )
    for told in answer.json()["rows"]:
        for error in told.get("errors", []):
            assert any("가" <= letter <= "힣" for letter in error["detail"]), error
