"""What a column may tell: the names of targets in a mapping file, and the column headings that suggest them."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from importlib import resources

PATIENT = (
    "id", "identifier", "name", "birth_date", "sex", "phone", "email", "address", "species", "breed",
    "guardian.name", "guardian.phone", "guardian.email",
)  # fmt: skip
CHECKUP = ("date", "kind", "place", "clinician", "note")
SYSTOLIC, DIASTOLIC, PRESSURE = "blood-pressure.systolic", "blood-pressure.diastolic", "blood-pressure"

_UNITS_WANTED: dict[str, str] = {
    "height": "cm", "weight": "kg", "waist": "cm", PRESSURE: "mmHg", SYSTOLIC: "mmHg", DIASTOLIC: "mmHg",
    "pulse": "/min", "temperature": "°C", "respiratory-rate": "/min", "spo2": "%", "fasting-glucose": "mg/dL",
    "hba1c": "%", "total-cholesterol": "mg/dL", "hdl-cholesterol": "mg/dL", "ldl-cholesterol": "mg/dL",
    "triglycerides": "mg/dL", "ast": "U/L", "alt": "U/L", "ggt": "U/L", "creatinine": "mg/dL", "haemoglobin": "g/dL",
}  # fmt: skip
_UNIT_IN_HEADING = re.compile(r"[(\[（]\s*([^()\[\]（）]+?)\s*[)\]）]\s*$")


def heading_of(name: str) -> tuple[str, str | None]:
    """A column heading without the unit it ends with, and that unit when it is one: ``체중(kg)`` is ``체중`` in
    ``kg``; ``AST(SGOT)`` has none.
    """
    from domain.checkups import units

    found = _UNIT_IN_HEADING.search(name)
    if found is None or units.ucum(found[1]) is None:
        return name, None
    return name[: found.start()], found[1]


def suggested(name: str) -> str | None:
    """The target that a heading suggests, ``ignored`` for what Vitalog derives or needs not; None: no idea."""
    return _by_heading().get(_folded(name))


def usual_unit(target: str) -> str | None:
    """What Korean checkup results are usually written in; None for what has no unit."""
    return _UNITS_WANTED.get(target)


def _folded(name: str) -> str:
    said = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\s_\-./·]+", "", said)


@cache
def _by_heading() -> dict[str, str]:
    text = resources.files("infra.csv_import").joinpath("headings.json").read_text(encoding="utf-8")
    found: dict[str, list[str]] = json.loads(text)
    return {_folded(heading): target for target, headings in found.items() for heading in headings}
