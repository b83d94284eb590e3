"""Observation: a measurement, or a value derived from some, with the classes that published tables put it in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from api.checkup_words import ARMS, POSITIONS, judged
from api.fhir.codes import (
    CATEGORY,
    HL7,
    INTERPRETATION,
    JUDGEMENT,
    LOINC,
    PROFILES,
    SNOMED,
    Resource,
    concept,
    lean,
    quantity,
)
from domain.checkups.analytes import ANALYTES, DIASTOLIC, SYSTOLIC
from domain.checkups.checkup import Checkup
from domain.checkups.deriving import person_on
from domain.checkups.personal import Personal
from domain.checkups.results import Derived, Judgement, Measurement
from domain.checkups.tables import Band, reference

VITAL_SIGNS = {
    "8302-2": "bodyheight", "29463-7": "bodyweight", "39156-5": "bmi", "85354-9": "bp", "8867-4": "heartrate",
    "8310-5": "bodytemp", "9279-1": "resprate", "2708-6": "oxygensat",
}  # fmt: skip
"""R4 profile of each vital sign (http://hl7.org/fhir/R4/observation-vitalsigns.html)."""
_ALSO_VITAL = {"8280-0", SYSTOLIC, DIASTOLIC}
_PULSE_OXIMETRY = "59408-5"
ARM = {"left": "368208006", "right": "368209003"}
"""SNOMED CT codes of the upper arms."""
POSITION = {"sitting": "33586001", "standing": "10904000", "supine": "40199007"}
"""SNOMED CT codes of how somebody sits, stands (upright), or lies (supine)."""
_STANDARD = {"normal": ("N", "Normal"), "suspected": ("A", "Abnormal")}
"""Our grades that HL7's ObservationInterpretation has a code for."""
TRANSLATION = f"{PROFILES}/iso21090-PQ-translation"
BODY_POSITION = f"{PROFILES}/observation-bodyPosition"
_DERIVED = "d-"


Bands = dict[tuple[str, int | None, str, str | None], Resource | None]
"""Reference ranges that were looked up already, by code, age, sex and species."""


def observations_of(checkup: Checkup, personal: Personal, bands: Bands) -> dict[str, Resource]:
    """Content without ``meta``, ``status`` and ``issued``, by id: ``{checkup_id}.{measurement_id}``, and
    ``{checkup_id}.d-{code}`` of what is derived. What could not be derived is no observation.
    """
    results = checkup.results
    found: dict[str, Resource] = {}
    counts = {measurement.code: measurement for measurement in results.measurements}
    for measurement in results.measurements:
        # Of what was measured more than once, the last measurement was judged.
        last = counts[measurement.code] is measurement
        judgements = [judgement for judgement in results.judgements if judgement.code == measurement.code and last]
        normal = _Normal(personal, checkup.date, bands)
        content = _shared(checkup, measurement.id, measurement.code, measurement.display, judgements, normal)
        found[content["id"]] = lean(content | _measured(measurement, normal))
    for derived in results.derived:
        if derived.value is None:
            continue
        judgements = [judgement for judgement in results.judgements if judgement.code == derived.code]
        normal = _Normal(personal, checkup.date, bands)
        content = _shared(checkup, f"{_DERIVED}{derived.code}", derived.code, None, judgements, normal)
        found[content["id"]] = lean(content | _derived(checkup, derived))
    return found


def category_of(code: str) -> str | None:
    """``vital-signs`` or ``laboratory``; None for a code that Vitalog has no name for."""
    if code in VITAL_SIGNS or code in _ALSO_VITAL:
        return "vital-signs"
    return "laboratory" if code in ANALYTES else None


def _shared(
    checkup: Checkup, id: str, code: str, display: str | None, judgements: Iterable[Judgement], normal: _Normal
) -> Resource:
    analyte = ANALYTES.get(code)
    band = None if analyte is None or analyte.kind == "pressure" else normal.range_of(code)
    name = analyte.display["en"] if analyte else display
    codes = [lean({"system": LOINC, "code": code, "display": name})]
    if code == "2708-6":
        codes.append({"system": LOINC, "code": _PULSE_OXIMETRY})
    category = category_of(code)
    profiles = [f"{PROFILES}/{profile}" for profile in ("vitalsigns", VITAL_SIGNS.get(code)) if profile]
    return {
        "resourceType": "Observation",
        "id": f"{checkup.id}.{id}",
        "meta": {"profile": profiles} if category == "vital-signs" else {},
        "category": [concept(CATEGORY, category)] if category else [],
        "code": lean({"coding": codes, "text": name}),
        "subject": {"reference": f"Patient/{checkup.patient_id}"},
        "effectiveDateTime": checkup.date.isoformat(),
        "interpretation": [_interpretation(judgement) for judgement in judgements],
        "referenceRange": [band] if band else [],
    }


def _measured(measurement: Measurement, normal: _Normal) -> Resource:
    parts: Resource = {}
    unit = measurement.unit
    if measurement.components:
        parts["component"] = [
            lean(
                {
                    "code": concept(LOINC, part.code, ANALYTES[part.code].display["en"]),
                    "valueQuantity": quantity(part.value, unit),
                    "referenceRange": [band] if (band := normal.range_of(part.code)) else [],
                }
            )
            for part in measurement.components
        ]
    elif measurement.value is not None:
        parts["valueQuantity"] = _as_given(measurement, quantity(measurement.value, unit, measurement.comparator))
    elif measurement.text is not None:
        steps = measurement.code in ANALYTES
        parts |= {"valueCodeableConcept": {"text": measurement.text}} if steps else {"valueString": measurement.text}
    if measurement.arm:
        parts["bodySite"] = concept(SNOMED, ARM[measurement.arm], text=ARMS[measurement.arm].en)
    if measurement.position:
        words = concept(SNOMED, POSITION[measurement.position], text=POSITIONS[measurement.position].en)
        parts["extension"] = [{"url": BODY_POSITION, "valueCodeableConcept": words}]
    if measurement.confirmed:
        parts["note"] = [{"text": "Unusual, and confirmed when it was entered."}]
    return parts


def _as_given(measurement: Measurement, value: Resource) -> Resource:
    """With what was given in another unit, as FHIR's own extension for it."""
    if measurement.given is None or measurement.given_unit in (None, measurement.unit):
        return value
    given = quantity(measurement.given, measurement.given_unit, measurement.comparator)
    return {"extension": [{"url": TRANSLATION, "valueQuantity": given}], **value}


def _derived(checkup: Checkup, derived: Derived) -> Resource:
    assert derived.value is not None
    counts = {measurement.code: measurement.id for measurement in checkup.results.measurements}
    sources = [counts[code] for code in derived.inputs if code in counts]
    return {
        "valueQuantity": quantity(derived.value, derived.unit),
        "method": {"text": derived.rule},
        "derivedFrom": [{"reference": f"Observation/{checkup.id}.{source}"} for source in sources],
    }


def _interpretation(judgement: Judgement) -> Resource:
    text = judged(judgement, "en")
    if judgement.grade is None:
        return {"text": text}
    own = {"system": f"{JUDGEMENT}:{judgement.scheme}", "version": judgement.edition, "code": judgement.grade}
    standard = _STANDARD.get(judgement.grade)
    codings = [{"system": INTERPRETATION, "code": standard[0], "display": standard[1]}] if standard else []
    return {"coding": [*codings, own], "text": text}


class _Normal:
    """What the tables call normal for a person on a day. The limits are numbers where they belong to the band, as R4
    wants them; what goes up to but not including a limit is said in words alone.
    """

    def __init__(self, personal: Personal, on: date, known: Bands) -> None:
        self._person = person_on(personal, on)
        self._known = known

    def range_of(self, code: str) -> Resource | None:
        """None: no table says."""
        person = self._person
        key = code, person.age, person.sex, person.species
        if key not in self._known:
            band = reference(code, sex=person.sex, age=person.age, species=person.species)
            self._known[key] = None if band is None else _range(band)
        return self._known[key]


def _range(band: Band) -> Resource:
    return lean(
        {
            "low": None if band.low is None else quantity(band.low, band.unit),
            "high": quantity(band.high, band.unit) if band.high is not None and band.high_in else None,
            "type": concept(f"{HL7}/referencerange-meaning", "normal", "Normal Range"),
            "text": f"{band.printed} {band.unit} ({band.scheme}, {band.edition})",
        }
    )
