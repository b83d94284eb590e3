"""Invented health: what would be measured of a person on a day. Values drift over the years and scatter about that."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from random import Random

from domain.checkups.given import GivenMeasurement
from infra.demo.people import Person
from infra.demo.plan import Plan


class Course:
    """One person's values over time."""

    def __init__(self, plan: Plan, person: Person) -> None:
        dice = plan.dice(f"course/{person.number}")
        female = person.personal.sex == "female"
        self._plan, self._person = plan, person
        self._height = dice.gauss(160 if female else 173, 6)
        self._bmi = dice.gauss(22.6 if female else 24.0, 2.6)
        self._gain = dice.gauss(0.2, 0.35)
        self._pressure = dice.gauss(116, 7) + (14 if "pressure" in person.conditions else 0)
        self._glucose = dice.gauss(91, 5) + (16 if "glucose" in person.conditions else 0)
        self._cholesterol = dice.gauss(180, 18) + (45 if "lipids" in person.conditions else 0)
        self._creatinine = dice.gauss(0.72 if female else 0.93, 0.08) + (0.12 if person.age == "elder" else 0)
        self._haemoglobin = dice.gauss(13.4 if female else 15.0, 0.6)
        self._ggt = math.exp(dice.gauss(3.0 if female else 3.4, 0.4))
        self._treated_from = dice.uniform(0.3, 0.8) if dice.random() < 0.6 else None

    def at(self, day: date, *, full: bool) -> list[GivenMeasurement]:
        """What is measured then; ``full``: everything of a national checkup, else what is followed up."""
        dice = self._plan.dice(f"course/{self._person.number}/{day}")
        if self._person.age == "animal":
            return self._of_animal(day, dice)
        if self._person.age == "child":
            return self._of_child(day, dice)
        years = (day - self._plan.begin.date()).days / 365.25
        height = self._height
        weight = self._bmi * (height / 100) ** 2 + self._gain * years + dice.gauss(0, 0.5)
        given = [*self._body(height, weight, dice), self._blood_pressure(years, dice)]
        if full or "glucose" in self._person.conditions:
            given += self._sugar(years, dice)
        if full or "lipids" in self._person.conditions:
            given += self._fats(years, dice)
        if full:
            given += self._rest(years, dice)
        return given

    def _rising(self, name: str, years: float, a_year: float) -> float:
        """How much a condition adds, until it is treated half-way through the demo."""
        if name not in self._person.conditions:
            return 0.3 * years
        risen = a_year * years
        months = self._plan.months / 12
        if self._treated_from is not None and years > self._treated_from * months:
            risen -= 2.2 * a_year * min(1.0, (years - self._treated_from * months) * 2)
        return risen

    def _body(self, height: float, weight: float, dice: Random) -> list[GivenMeasurement]:
        if not self._person.korean and self._person.number % 3 == 0:  # some clinics measure otherwise
            return [
                _number("height", height / 2.54, "[in_i]", 1),
                _number("weight", weight / 0.45359237, "[lb_av]", 1),
                _number("temperature", 97.9 + dice.gauss(0, 0.4), "[degF]", 1),
            ]
        waist = 0.42 * height + 2.2 * (weight / (height / 100) ** 2 - 22) + dice.gauss(3, 2)
        return [
            _number("height", height, "cm", 1),
            _number("weight", weight, "kg", 1),
            _number("waist", max(waist, 55), "cm", 1),
        ]

    def _blood_pressure(self, years: float, dice: Random) -> GivenMeasurement:
        systolic = round(self._pressure + self._rising("pressure", years, 7) + dice.gauss(0, 5))
        diastolic = round(systolic * 0.63 + dice.gauss(2, 3))
        return GivenMeasurement(
            code="blood-pressure",
            systolic=Decimal(systolic),
            diastolic=Decimal(min(diastolic, systolic - 15)),
            unit="mm[Hg]",
            arm=dice.choice(("left", "right")),
            position="sitting",
        )

    def _sugar(self, years: float, dice: Random) -> list[GivenMeasurement]:
        glucose = self._glucose + self._rising("glucose", years, 9) + dice.gauss(0, 4)
        hba1c = 3.25 + glucose / 43 + dice.gauss(0, 0.1)
        in_mmol = not self._person.korean
        return [
            _number("fasting-glucose", glucose / 18.0156, "mmol/L", 1)
            if in_mmol
            else _number("fasting-glucose", glucose, "mg/dL", 0),
            _number("hba1c", hba1c, "%", 1),
        ]

    def _fats(self, years: float, dice: Random) -> list[GivenMeasurement]:
        total = self._cholesterol + self._rising("lipids", years, 12) + dice.gauss(0, 9)
        hdl = dice.gauss(52, 6)
        triglycerides = math.exp(dice.gauss(4.6 + 0.004 * (total - 180), 0.25))
        return [
            _number("total-cholesterol", total, "mg/dL", 0),
            _number("hdl-cholesterol", hdl, "mg/dL", 0),
            _number("ldl-cholesterol", max(total - hdl - min(triglycerides, 300) / 5, 30), "mg/dL", 0),
            _number("triglycerides", max(triglycerides, 30), "mg/dL", 0),
        ]

    def _rest(self, years: float, dice: Random) -> list[GivenMeasurement]:
        creatinine = self._creatinine + (0.03 * years if self._person.age == "elder" else 0) + dice.gauss(0, 0.03)
        protein = dice.choices(("-", "±", "1+"), (90, 7, 3))[0]
        return [
            _number("pulse", dice.gauss(70, 7), "/min", 0),
            _number("ast", math.exp(dice.gauss(3.1, 0.2)), "U/L", 0),
            _number("alt", math.exp(dice.gauss(3.0, 0.3)), "U/L", 0),
            _number("ggt", self._ggt * dice.lognormvariate(0, 0.1), "U/L", 0),
            _number("creatinine", max(creatinine, 0.4), "mg/dL", 2),
            _number("haemoglobin", self._haemoglobin + dice.gauss(0, 0.25), "g/dL", 1),
            GivenMeasurement(code="urine-protein", text=protein),
        ]

    def _of_child(self, day: date, dice: Random) -> list[GivenMeasurement]:
        born = self._person.personal.birth_date
        years = (day - born).days / 365.25 if born else 6.0
        height = 74 + 6.6 * years - 0.04 * years**2 + (self._height - 166) * 0.3  # a rough middle of growth charts
        weight = (13.5 + 0.35 * years) * (height / 100) ** 2 * 1.12 + dice.gauss(0, 0.2)
        return [_number("height", height, "cm", 1), _number("weight", max(weight, 6), "kg", 1)]

    def _of_animal(self, day: date, dice: Random) -> list[GivenMeasurement]:
        dog = self._person.personal.species == "dog"
        years = (day - self._plan.begin.date()).days / 365.25
        weight = (18 if dog else 4.4) * (1 + 0.03 * years) + dice.gauss(0, 0.1)
        return [
            _number("weight", weight, "kg", 2),
            _number("temperature", 38.6 + dice.gauss(0, 0.2), "Cel", 1),
            _number("pulse", 95 if dog else 160, "/min", 0),
        ]


def _number(code: str, value: float, unit: str, places: int) -> GivenMeasurement:
    return GivenMeasurement(code=code, value=Decimal(f"{value:.{places}f}"), unit=unit)
