"""What follows from a checkup's measurements: body mass index, estimated filtration rate, and judgements.

Sources:

- Body mass index, LOINC 39156-5: weight in kg divided by the square of the height in m (WHO, Technical Report Series
  894, Geneva 2000). Rounded half-even to 2 decimals.
- eGFR, LOINC 98979-8: Inker LA et al., New creatinine- and cystatin C-based equations to estimate GFR without race, N
  Engl J Med 2021;385:1737-49: 142 · min(Scr/κ, 1)^α · max(Scr/κ, 1)^-1.200 · 0.9938^age · 1.012 [female], Scr in mg/dL;
  κ 0.7, α -0.241 for women; κ 0.9, α -0.302 for men. For adults from 18. Rounded half-even to 1 decimal.

What is judged is the rounded value, the one that people see: a class can be checked against it. Of a code that was
measured more than once the last measurement counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction

from domain.checkups.analytes import ANALYTES, BMI, CREATININE, EGFR, HEIGHT, WEIGHT
from domain.checkups.judging import Person, judge, spoken
from domain.checkups.personal import Personal
from domain.checkups.results import Derived, Judgement, Measurement
from domain.checkups.tables import Tables, load
from domain.checkups.units import plain, rounded

BMI_RULE = "BMI (WHO TRS 894)"
EGFR_RULE = "CKD-EPI 2021"
EGFR_ADULTS_FROM = 18
_EXACT = Context(prec=34)
"""Decimal powers are the same on every machine; floating-point ones need not be."""


def derive(
    measurements: Sequence[Measurement], *, personal: Personal, on: date, tables: Tables | None = None
) -> tuple[tuple[Derived, ...], tuple[Judgement, ...]]:
    """What is derived, and how the tables (None: those that come with Vitalog) judge measured and derived values.

    ``on`` is the day of the checkup. A value is listed as soon as one of its inputs was measured; when it cannot be
    derived, with the reason.
    """
    last = {one.code: one for one in measurements}
    person = person_on(personal, on)
    derived: list[Derived] = []
    if HEIGHT in last or WEIGHT in last:
        derived.append(_bmi(last.get(HEIGHT), last.get(WEIGHT), person))
    if CREATININE in last:
        derived.append(_egfr(last[CREATININE], person))
    return tuple(derived), judge(measurements, derived, person, tables or load())


def person_on(personal: Personal, on: date) -> Person:
    """What tables and reference bands ask of a patient on a day."""
    age = None if personal.birth_date is None else completed_years(personal.birth_date, on)
    return Person(sex=personal.sex, age=age, species=personal.species)


def completed_years(born: date, on: date) -> int:
    """Age in completed years on a day; negative before birth. Whoever was born on 29 February completes a year on 1
    March where the year has no such day.
    """
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def ckd_epi_2021(creatinine: Decimal, age: int, *, female: bool) -> Decimal:
    """mL/min per 1.73 m², rounded half-even to 1 decimal, of an adult; ``creatinine`` in mg/dL, above 0."""
    kappa, alpha = (Decimal("0.7"), Decimal("-0.241")) if female else (Decimal("0.9"), Decimal("-0.302"))
    ratio = _EXACT.divide(creatinine, kappa)
    power = _EXACT.power(ratio, alpha if ratio < 1 else Decimal("-1.2"))
    value = _EXACT.multiply(_EXACT.multiply(Decimal(142), power), _EXACT.power(Decimal("0.9938"), age))
    if female:
        value = _EXACT.multiply(value, Decimal("1.012"))
    return plain(value.quantize(Decimal("0.1"), rounding="ROUND_HALF_EVEN"))


def _bmi(height: Measurement | None, weight: Measurement | None, person: Person) -> Derived:
    inputs = {one.id: spoken(one) for one in (height, weight) if one is not None}
    value, reason = None, None
    if person.species is not None:
        reason = "no-table-for-species"
    elif height is None:
        reason = "no-height"
    elif weight is None:
        reason = "no-weight"
    else:
        assert height.value is not None, "a height is a number"
        assert weight.value is not None, "a weight is a number"
        value = rounded(Fraction(weight.value) / (Fraction(height.value) / 100) ** 2, 2)
    return Derived(code=BMI, rule=BMI_RULE, value=value, unit=ANALYTES[BMI].unit, inputs=inputs, reason=reason)


def _egfr(creatinine: Measurement, person: Person) -> Derived:
    inputs = {creatinine.id: spoken(creatinine), "sex": person.sex}
    if person.age is not None:
        inputs["age"] = str(person.age)
    value, reason = None, _no_egfr(creatinine, person)
    if reason is None:
        assert creatinine.value is not None, "a creatinine is a number"
        assert person.age is not None, "checked"
        value = ckd_epi_2021(creatinine.value, person.age, female=person.sex == "female")
    return Derived(code=EGFR, rule=EGFR_RULE, value=value, unit=ANALYTES[EGFR].unit, inputs=inputs, reason=reason)


def _no_egfr(creatinine: Measurement, person: Person) -> str | None:
    if person.species is not None:
        return "no-table-for-species"
    if person.age is None:
        return "no-birth-date"
    if person.age < 0:
        return "before-birth"
    if person.age < EGFR_ADULTS_FROM:
        return "too-young"
    if person.sex not in {"male", "female"}:
        return "sex-needed"
    return "limit-only" if creatinine.comparator is not None else None
