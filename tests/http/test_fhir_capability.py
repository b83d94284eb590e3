"""What the server says it can do, against what it does: every interaction has its route, and every route is told."""

from __future__ import annotations

import re
from typing import Any

import pytest_asyncio
from fastapi.routing import APIRoute

from tests.fhir.conftest import Faults, faults
from tests.http.clinic import Clinic, open_clinic
from tests.http.support import Product

__all__ = ["faults"]
_ROUTES = {
    "search-type": "/fhir/{kind}",
    "read": "/fhir/{kind}/[id]",
    "history-instance": "/fhir/{kind}/[id]/_history",
    "vread": "/fhir/{kind}/[id]/_history/[id]",
}
_VALUES = {
    "patient": "{patient}", "subject": "Patient/{patient}", "code": "29463-7", "date": "ge2026",
    "category": "laboratory", "status": "final", "_id": "{first}.29463-7", "_lastUpdated": "ge2020",
    "identifier": "chart|A-1001",
    "name": "정하늘", "phone": "010-1234-5678", "target": "Patient/{patient}", "recorded": "gt2020",
    "agent": "admin", "subtype": "checkups.patient-registered",
}  # fmt: skip


@pytest_asyncio.fixture
async def clinic(product: Product) -> Clinic:
    return await open_clinic(product.http)


async def stated(product: Product) -> dict[str, Any]:
    statement = (await product.http.get("/fhir/metadata")).json()
    return {one["type"]: one for one in statement["rest"][0]["resource"]}


async def test_every_interaction_that_is_stated_has_a_route_and_every_route_is_stated(product: Product) -> None:
    told = {"/fhir", "/fhir/metadata"}
    for kind, resource in (await stated(product)).items():
        told |= {_ROUTES[one["code"]].format(kind=kind) for one in resource["interaction"]}
        told |= {f"/fhir/{kind}/[id]/${one['name']}" for one in resource.get("operation", [])}
    routes = {
        re.sub(r"\{\w+\}", "[id]", route.path)
        for route in product.app.routes
        if isinstance(route, APIRoute) and route.path.startswith("/fhir")
    }
    assert routes == told


async def test_every_parameter_that_is_stated_is_heeded(product: Product, clinic: Clinic) -> None:
    told = await stated(product)
    for kind, name in [(kind, one["name"]) for kind, resource in told.items() for one in resource["searchParam"]]:
        basis = "" if kind in {"Patient", "AuditEvent"} else f"&patient={clinic.patient}"
        value = _VALUES[name].format(patient=clinic.patient, first=clinic.first)
        query = f"{name}={value}&purpose=treatment{basis if name != 'patient' else ''}"
        if kind == "Patient" and name == "_lastUpdated":
            query += f"&_id={clinic.patient}"
        bundle = await clinic.fhir(f"/{kind}?{query}", Prefer="handling=strict")
        assert f"{name}=" in bundle["link"][0]["url"], name
    ignored = await clinic.fhir(f"/AuditEvent?subject=Patient/nobody&patient={clinic.patient}&_count=1")
    assert [entry["search"]["mode"] for entry in ignored["entry"]] == ["match", "outcome"]
    for kind in told:
        await clinic.fhir(f"/{kind}?patient={clinic.patient}&colour=blue", 400, Prefer="handling=strict")


async def test_what_does_nothing_is_told(clinic: Clinic, faults: Faults) -> None:
    for query in ("_sort=_lastUpdated", "_summary=true", "_summary=text", "_include=Patient:link"):
        bundle = await clinic.fhir(f"/Patient?_id={clinic.patient}&{query}")
        assert bundle["entry"][-1]["search"]["mode"] == "outcome", query
        assert faults(bundle) == []
        await clinic.fhir(f"/Patient?_id={clinic.patient}&{query}", 400, Prefer="return=minimal; handling=strict")


async def test_a_search_can_be_counted_alone(clinic: Clinic) -> None:
    bundle = await clinic.fhir(f"/Observation?patient={clinic.patient}&_summary=count&_count=5")
    assert (bundle["total"], bundle.get("entry")) == (13, None)


async def test_lists_and_open_ends_mean_what_r4_says(clinic: Clinic) -> None:
    path = f"/Observation?patient={clinic.patient}"
    assert (await clinic.fhir(f"{path}&code=,"))["total"] == 0
    assert (await clinic.fhir(f"{path}&code=,29463-7,"))["total"] == 2
    for until in ("le9999-12-31", "le9999-12", "lt9999"):
        assert (await clinic.fhir(f"{path}&date={until}"))["total"] == 13
    assert (await clinic.fhir("/Patient?identifier=chart|B,chart|A-1001"))["total"] == 1
    assert (await clinic.fhir("/Patient?identifier=chart|B\\,chart|A-1001"))["total"] == 0
    await clinic.fhir(f"/Observation?patient={clinic.patient},{clinic.patient}", 400)


async def test_a_form_that_is_not_wanted_is_not_sent(clinic: Clinic) -> None:
    path = f"/Patient/{clinic.patient}"
    await clinic.fhir(path, 406, Accept="application/fhir+xml, application/fhir+json;q=0")
    await clinic.fhir(path, Accept="application/fhir+xml;q=0, application/fhir+json; fhirVersion=4.0; q=0.1")


async def test_recent_changes_are_found_by_when_they_were_recorded(clinic: Clinic) -> None:
    path = f"/Provenance?patient={clinic.patient}"
    assert (await clinic.fhir(f"{path}&recorded=ge2020"))["total"] == 3
    assert (await clinic.fhir(f"{path}&recorded=lt2020"))["total"] == 0
    assert (await clinic.fhir(f"{path}&_lastUpdated=lt2020"))["total"] == 0
    assert (await clinic.fhir(f"/Patient?_id={clinic.patient}&_lastUpdated=gt2020"))["total"] == 1
    assert (await clinic.fhir(f"/Patient?_id={clinic.patient}&_lastUpdated=lt2020"))["total"] == 0
    await clinic.fhir(f"/Patient?_id={clinic.patient}&_lastUpdated=soon", 400)
    assert (await clinic.fhir("/AuditEvent?_lastUpdated=lt2020")).get("entry") is None


async def test_a_history_tells_what_stood_at_a_time(clinic: Clinic) -> None:
    first = (await clinic.fhir(f"/Observation/{clinic.second}.29463-7"))["meta"]["lastUpdated"]
    await clinic.amend(clinic.second, "29463-7", 70.9, "kg")
    path = f"/Observation/{clinic.second}.29463-7/_history"
    last = (await clinic.fhir(f"/Observation/{clinic.second}.29463-7"))["meta"]["lastUpdated"]

    async def versions(query: str) -> list[str]:
        bundle = await clinic.fhir(f"{path}?{query}")
        return [entry["resource"]["meta"]["versionId"] for entry in bundle.get("entry", [])]

    assert await versions(f"_at={first}") == ["1"]
    assert await versions("_at=2020") == []
    assert await versions("_at=2200-01-01") == ["2"]
    assert await versions(f"_at={first[:4]}") == ["2", "1"]
    assert await versions(f"_since={last}") == ["2"]
    await clinic.fhir(f"{path}?_at=ge2026", 400)


async def test_everything_can_be_narrowed_to_a_time_of_results(clinic: Clinic) -> None:
    path = f"/Patient/{clinic.patient}/$everything?purpose=treatment&_type=DiagnosticReport,Patient"

    async def found(query: str) -> list[str]:
        bundle = await clinic.fhir(f"{path}&{query}")
        return [entry["resource"].get("effectiveDateTime", "patient") for entry in bundle["entry"]]

    assert await found("start=2026-06") == ["patient", "2026-11-12"]
    assert await found("end=2026-06") == ["patient", "2026-03-02"]
    assert await found("start=2026-03-02&end=2026-03-02") == ["patient", "2026-03-02"]
    await clinic.fhir(f"{path}&start=once", 400)
