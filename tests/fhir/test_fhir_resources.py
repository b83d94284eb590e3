"""Our resources, in every odd case, before the independent judge; and what they say."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
import pytest

from api.fhir.bundle import history, searchset
from api.fhir.codes import encode
from api.fhir.provenance import provenances_of
from api.fhir.versions import Record, record_of
from domain.checkups import amending
from domain.checkups.patient import revise
from domain.checkups.personal import Personal
from tests.fhir.conftest import Faults
from tests.fhir.support import BEGAN, CHECKUP, DOG, JUNG, PATIENT, WHOLE, Story, given, pressure

BASE = "https://vitalog.example/fhir"


def whole(story: Story) -> Record:
    record = record_of(story.events, [])
    assert record is not None
    return record


def as_sent(resource: Any) -> Any:
    return json.loads(encode(resource))


def everything(record: Record) -> Iterable[Any]:
    for version in record.versions:
        yield as_sent(version.resource)
    for provenance in provenances_of(record.versions):
        yield as_sent(provenance)
    yield as_sent(history(BASE, record.versions[::-1], self_url=f"{BASE}/Patient/{PATIENT}/_history", total=3))
    latest = [version.resource for version in record.latest()]
    yield as_sent(searchset(BASE, latest, self_url=BASE, next_url=f"{BASE}?_cursor=1", total=len(latest)))


def amended() -> Story:
    story = Story()
    story.checkup(*WHOLE, place="Seoul clinic", clinician="Dr Han", note="Fasting for 9 hours.")
    change = {"personal": JUNG, "reason": "typed wrongly", "at": BEGAN}
    story.change(amending.amend(story.state(), "29463-7", given("weight", "71", "kg"), **change))
    story.change(amending.withdraw(story.state(), "2160-0", **change))
    story.change(amending.add(story.state(), given("ast", "25", "U/L"), **change))
    story.change(amending.amend_details(story.state(), {"date": date(2026, 3, 1), "kind": "employment"}, **change))
    story.change(amending.add_addendum(story.state(), "Ate breakfast after all.", at=BEGAN))
    return story


def voided() -> Story:
    story = amended()
    story.change(amending.void(story.state(), reason="another person's", at=BEGAN))
    story.change(amending.add_addendum(story.state(), "See the other record.", at=BEGAN))
    return story


def animal() -> Story:
    story = Story(DOG)
    story.checkup(given("weight", "17.25", "kg"), given("temperature", "38.5", "Cel"), pressure("150", "90"))
    return story


def barely_known() -> Story:
    story = Story(Personal(name='</div><script>alert(1)</script> #import "x" $x$ 👩‍⚕️'))
    story.checkup(given("height", "162", "cm"), given("weight", "70", "kg"), given("creatinine", "0.8", "mg/dL"))
    return story


def revised() -> Story:
    story = Story()
    new = msgspec.structs.replace(JUNG, birth_date=None, sex="other", phone=None, identifiers=())
    from domain.checkups.patient import evolve

    state = evolve(None, story.events[0].event)
    assert state is not None
    for event in revise(state, new, "asked for it", BEGAN):
        story.append(f"patient:{PATIENT}", event)
    return story


@pytest.mark.parametrize("tell", [amended, voided, animal, barely_known, revised])
def test_every_version_of_every_resource_is_valid(tell: Any, faults: Faults) -> None:
    record = whole(tell())
    for resource in everything(record):
        assert faults(resource) == [], json.dumps(resource, ensure_ascii=False, indent=1)
    kinds = {version.kind for version in record.versions}
    assert kinds == ({"Patient"} if tell is revised else {"Patient", "Observation", "DiagnosticReport"})


def test_a_blood_pressure_is_a_panel_with_two_components() -> None:
    story = Story()
    story.checkup(*WHOLE)
    (panel,) = [as_sent(v.resource) for v in whole(story).of("Observation", f"{CHECKUP}.85354-9")]
    assert panel["component"][0]["code"]["coding"][0]["code"] == "8480-6"
    assert panel["component"][0]["valueQuantity"] == {
        "value": 132,
        "unit": "mm[Hg]",
        "system": "http://unitsofmeasure.org",
        "code": "mm[Hg]",
    }
    assert panel["component"][1]["valueQuantity"]["value"] == 86
    assert panel["bodySite"]["text"] == "Left upper arm"
    assert "valueQuantity" not in panel
    assert panel["category"][0]["coding"][0]["code"] == "vital-signs"


def test_the_last_of_two_measurements_is_the_one_that_was_judged() -> None:
    story = Story()
    story.checkup(*WHOLE)
    first, second = (
        whole(story).of("Observation", f"{CHECKUP}.{name}")[0].resource for name in ("85354-9", "85354-9.2")
    )
    assert "interpretation" not in first
    systems = [one["coding"][-1]["system"] for one in second["interpretation"]]
    assert systems == ["urn:vitalog:judgement:kr-national", "urn:vitalog:judgement:acc-aha-bp"]
    assert second["interpretation"][0]["coding"][-1]["code"] == "borderline"
    assert second["interpretation"][0]["text"] == "Korean national health checkup criteria: Normal B (borderline)"


def test_what_was_given_in_another_unit_is_told_beside_the_canonical_value() -> None:
    story = Story()
    story.checkup(*WHOLE)
    (height,) = [as_sent(v.resource) for v in whole(story).of("Observation", f"{CHECKUP}.8302-2")]
    assert height["valueQuantity"]["value"] == 162
    assert height["valueQuantity"]["code"] == "cm"
    assert height["valueQuantity"]["extension"][0]["valueQuantity"]["code"] == "m"
    assert height["valueQuantity"]["extension"][0]["valueQuantity"]["value"] == 1.62


def test_a_derived_value_names_its_rule_and_what_it_was_made_from() -> None:
    story = Story()
    story.checkup(*WHOLE)
    (bmi,) = [as_sent(v.resource) for v in whole(story).of("Observation", f"{CHECKUP}.d-39156-5")]
    sources = {one["reference"] for one in bmi["derivedFrom"]}
    assert sources == {f"Observation/{CHECKUP}.8302-2", f"Observation/{CHECKUP}.29463-7"}
    assert bmi["method"]["text"] == "BMI (WHO TRS 894)"


def test_an_ordinal_a_limit_and_an_unknown_code_keep_what_they_say() -> None:
    story = Story()
    story.checkup(*WHOLE)
    record = whole(story)

    def said(name: str) -> Any:
        return record.of("Observation", f"{CHECKUP}.{name}")[0].resource

    assert said("20454-5")["valueCodeableConcept"] == {"text": "±"}
    assert said("2324-2")["valueQuantity"]["comparator"] == "<"
    assert said("5778-6")["valueString"] == "Yellow"
    assert said("5778-6")["code"]["text"] == "Color of Urine"
    assert "category" not in said("5778-6")


def test_a_correction_makes_a_new_version_only_of_what_it_changed() -> None:
    story = Story()
    story.checkup(*WHOLE)
    story.change(
        amending.amend(
            story.state(), "29463-7", given("weight", "71", "kg"), personal=JUNG, reason="typed wrongly", at=BEGAN
        )
    )
    record = whole(story)

    def versions(name: str) -> list[tuple[int, str]]:
        return [(v.number, v.resource["status"]) for v in record.of("Observation", f"{CHECKUP}.{name}")]

    assert versions("29463-7") == [(1, "final"), (2, "corrected")]
    assert versions("d-39156-5") == [(1, "final"), (2, "corrected")]
    assert versions("8302-2") == [(1, "final")]
    assert [v.resource["status"] for v in record.of("DiagnosticReport", CHECKUP)] == ["final", "corrected"]


def test_what_was_withdrawn_or_voided_stays_readable_as_entered_in_error() -> None:
    record = whole(voided())

    def last(name: str) -> Any:
        return as_sent(record.of("Observation", f"{CHECKUP}.{name}")[-1].resource)

    assert last("2160-0")["status"] == "entered-in-error"
    assert last("2160-0")["meta"]["versionId"] == "3"
    assert last("2160-0")["valueQuantity"]["value"] == 0.8
    latest = [v.resource for v in record.latest() if v.kind != "Patient"]
    assert {resource["status"] for resource in latest} == {"entered-in-error"}


def test_a_status_never_goes_back_to_final_or_appended() -> None:
    statuses = [v.resource["status"] for v in whole(amended()).of("DiagnosticReport", CHECKUP)]
    assert statuses == ["final"] + ["corrected"] * 5


def test_provenance_tells_who_when_why_and_what_it_was_before() -> None:
    record = whole(amended())
    provenance = as_sent(provenances_of(record.versions)[2])
    assert provenance["reason"] == [{"text": "typed wrongly"}]
    assert provenance["agent"][0]["who"]["identifier"]["value"] == "user:0b"
    assert f"Observation/{CHECKUP}.29463-7/_history/2" in {one["reference"] for one in provenance["target"]}
    before = {one["what"]["reference"] for one in provenance["entity"]}
    assert f"Observation/{CHECKUP}.29463-7/_history/1" in before


def test_values_are_written_digit_by_digit() -> None:
    story = Story(DOG)
    story.checkup(given("weight", "17.250", "kg"))
    text = encode(whole(story).of("Observation", f"{CHECKUP}.29463-7")[0].resource).decode()
    assert '"value":17.25}' in text or '"value":17.25,' in text
