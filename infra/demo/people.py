"""Invented people: children, adults, the elderly, and two animals. No name is that of anybody we know."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from random import Random
from typing import Any, Literal

from domain.checkups.personal import Guardian, Identifier, Personal, Sex
from infra.demo.plan import Plan

Age = Literal["child", "adult", "elder", "animal"]
IDENTIFIER_SYSTEM = "urn:vitalog:demo"
"""No patient of a real installation has an identifier of this system: by it invented patients are told apart."""


@dataclass(frozen=True, slots=True)
class Person:
    """One of them."""

    number: int
    id: str
    personal: Personal
    age: Age
    korean: bool
    place: str
    clinician: str
    conditions: frozenset[str]
    """``pressure``, ``glucose``, ``lipids``: what rises over the years and is followed up."""


def person(plan: Plan, number: int) -> Person:
    """The ``number``-th one, from 0."""
    dice = plan.dice(f"person/{number}")
    animal = _animal(plan.patients, number)
    korean = animal == 0 if animal is not None else dice.random() < 0.75
    words = _names()["korean" if korean else "international"]
    age: Age = "animal" if animal is not None else dice.choices(("child", "adult", "elder"), (3, 12, 5))[0]
    personal = (
        _animal_personal(plan, number, animal, dice)
        if animal is not None
        else _personal(plan, number, korean, age, dice)
    )
    likely = {"child": 0.0, "adult": 0.3, "elder": 0.55, "animal": 0.0}[age]
    conditions = frozenset(name for name in ("pressure", "glucose", "lipids") if dice.random() < likely)
    return Person(
        number=number,
        id=plan.id(f"patient/{number}"),
        personal=personal,
        age=age,
        korean=korean,
        place=dice.choice(words["places"]),
        clinician=dice.choice(words["clinicians"]),
        conditions=conditions,
    )


def new_phone(dice: Random) -> str:
    """Korean mobile numbers have no range set apart for fiction; 010-0000 is not given to anybody."""
    return f"010-0000-{dice.randrange(10_000):04d}"


def _animal(patients: int, number: int) -> int | None:
    """Which animal it is; None: a person. The last two patients are animals, where there are more than a few."""
    return number - (patients - 2) if patients >= 4 and number >= patients - 2 else None


def _personal(plan: Plan, number: int, korean: bool, age: Age, dice: Random) -> Personal:
    words = _names()["korean" if korean else "international"]
    sex: Sex = dice.choice(("female", "male"))
    name = dice.choice(words["family"]) + dice.choice(words[sex]) if korean else dice.choice(words[sex])
    years = {"child": (1, 15), "adult": (20, 64), "elder": (65, 93), "animal": (1, 10)}[age]
    days = dice.randint(years[0] * 365, years[1] * 365)
    guardian = None
    if age == "child":
        parent = (
            (name[: 2 if name.startswith(("남궁", "선우")) else 1] + "지원")
            if korean
            else f"{name.split()[-1]} (parent)"
        )
        guardian = Guardian(name=parent, phone=new_phone(dice))
    place = f"{dice.choice(words['towns'])} {dice.choice(words['streets'])} {dice.randint(1, 99)}"
    return Personal(
        name=name,
        birth_date=plan.begin.date() - timedelta(days=days),
        sex=sex,
        phone=None if age == "child" else new_phone(dice),
        email=f"demo-{plan.seed}-{number}@example.org" if age == "adult" and dice.random() < 0.7 else None,
        address=place,
        identifiers=(identifier(plan, number),),
        guardian=guardian,
    )


def _animal_personal(plan: Plan, number: int, animal: int, dice: Random) -> Personal:
    given = _names()["animals"][animal]
    born: date = plan.begin.date() - timedelta(days=dice.randint(400, 3_000))
    return Personal(
        name=given["name"],
        birth_date=born,
        sex=dice.choice(("female", "male")),
        identifiers=(identifier(plan, number),),
        guardian=Guardian(name=given["guardian"], phone=new_phone(dice)),
        species=given["species"],
        breed=given["breed"],
    )


def identifier(plan: Plan, number: int) -> Identifier:
    """The number of the invented chart."""
    return Identifier(system=IDENTIFIER_SYSTEM, value=f"{plan.seed}-{number:04d}")


@cache
def _names() -> dict[str, Any]:
    return json.loads(resources.files("infra.demo").joinpath("names.json").read_text(encoding="utf-8"))
