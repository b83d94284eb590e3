"""A small clinic for tests of reports and FHIR: one patient, two checkups, one correction, over the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PERSON = {
    "name": "정하늘",
    "birth_date": "1971-05-17",
    "sex": "female",
    "phone": "010-1234-5678",
    "identifiers": [{"system": "chart", "value": "A-1001"}],
}
FIRST = [
    {"code": "height", "value": 162, "unit": "cm"},
    {"code": "weight", "value": 72.5, "unit": "kg"},
    {"code": "blood-pressure", "systolic": 132, "diastolic": 86, "unit": "mmHg"},
    {"code": "fasting-glucose", "value": 5.9, "unit": "mmol/L"},
    {"code": "creatinine", "value": 0.8, "unit": "mg/dL"},
    {"code": "urine-protein", "text": "±"},
]
SECOND = [
    {"code": "height", "value": 162, "unit": "cm"},
    {"code": "weight", "value": 70.1, "unit": "kg"},
    {"code": "blood-pressure", "systolic": 126, "diastolic": 80, "unit": "mmHg"},
    {"code": "fasting-glucose", "value": 98, "unit": "mg/dL"},
]


@dataclass
class Clinic:
    http: Any
    patient: str
    first: str
    second: str

    async def amend(
        self, checkup: str, code: str, value: float, unit: str, reason: str = "misread", **more: Any
    ) -> Any:
        body = {"measurement": {"code": code, "value": value, "unit": unit}, "reason": reason}
        path = f"/api/v1/checkups/{checkup}/measurements/{code}/amend"
        answer = await self.http.post(path, json=body | more, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def void(self, checkup: str, reason: str = "another person's") -> None:
        path = f"/api/v1/checkups/{checkup}/void"
        answer = await self.http.post(path, json={"reason": reason}, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text

    async def fhir(self, path: str, status: int = 200, **headers: str) -> Any:
        answer = await self.http.get(f"/fhir{path}", headers=headers)
        assert answer.status_code == status, answer.text
        assert answer.headers["Content-Type"] == "application/fhir+json"
        return answer.json()


async def register(http: Any, **changes: Any) -> str:
    answer = await http.post("/api/v1/patients", json=PERSON | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def record(http: Any, patient: str, measurements: list[dict[str, Any]], date: str, **more: Any) -> str:
    body = {"kind": "national-general", "date": date, "place": "서울의원", "measurements": measurements, **more}
    answer = await http.post(f"/api/v1/patients/{patient}/checkups", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def open_clinic(http: Any) -> Clinic:
    patient = await register(http)
    first = await record(http, patient, FIRST, "2026-03-02", clinician="한의사")
    second = await record(http, patient, SECOND, "2026-11-12")
    return Clinic(http, patient, first, second)
