"""A checkup in plain sentences, English and Korean: each says by which rule and edition it speaks, none is a diagnosis.

The sentences only repeat what is stored: results, classes, reasons, and the same of the checkup before. They advise
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

import msgspec

from domain.checkups.analytes import ANALYTES
from domain.checkups.judging import Person
from domain.checkups.reasons import REASONS, Text
from domain.checkups.results import Derived, Judgement, Results
from domain.checkups.showing import numbers, readable, result_of, shown, signed
from domain.checkups.tables import Band, Tables, load, reference
from domain.checkups.trends import change

CHANGE_RULE = "change since last"

DISCLAIMER = Text(
    "These remarks place results in published tables and compare them with earlier ones. They are not a diagnosis and "
    "do not replace the judgement of a doctor, who knows what no table does. Please discuss them with one.",
    "이 설명은 검사 결과를 공개된 판정 기준과 이전 결과에 견주어 본 것입니다. 진단이 아니며, 기준표에 나타나지 않는 "
    "사정까지 고려하는 의사의 판단을 대신할 수 없습니다. 결과에 대해서는 의사와 상담하시기 바랍니다.",
)
"""To be shown once, below the remarks."""


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence or two about one result."""

    code: str
    """LOINC of what it is about."""
    en: str
    ko: str
    rule: str
    """By which it speaks: a table's scheme, a formula, or ``change since last``."""
    edition: str
    """Of the rule; empty for a comparison, which has none."""


class Earlier(msgspec.Struct, frozen=True):
    """The checkup before, and its day."""

    on: date
    results: Results


def remarks(
    results: Results,
    *,
    on: date,
    last: Earlier | None = None,
    person: Person | None = None,
    tables: Tables | None = None,
) -> tuple[Remark, ...]:
    """Remarks on a checkup of a day, in the order of the analytes: its classes, what could not be derived, and what
    changed since the checkup before.

    For ``person`` (``deriving.person_on``; None: nobody is said to be within a range) also how values that no table
    judges stand to their reference bands. ``tables`` (None: those that come with Vitalog) give the names of classes;
    judgements stay as they are stored.
    """
    known = tables or load()
    return tuple(remark for code in _codes(results) for remark in _of(code, results, on, last, person, known))


def _of(
    code: str, results: Results, on: date, last: Earlier | None, person: Person | None, tables: Tables
) -> Iterator[Remark]:
    yield from (_not_derived(one) for one in results.derived if one.code == code and one.reason)
    judgements = [one for one in results.judgements if one.code == code]
    before = last.results if last else Results()
    yield from (_judged(judgement, results, before, tables) for judgement in judgements)
    if not judgements and person is not None:
        yield from _beside_band(code, results, person, tables)
    if last is not None:
        yield from _compared(code, results, last, on)


def _codes(results: Results) -> list[str]:
    present = {one.code for one in (*results.measurements, *results.derived, *results.judgements)}
    return [code for code in ANALYTES if code in present] + sorted(present - ANALYTES.keys())


def _name(code: str, results: Results) -> Text:
    if code in ANALYTES:
        return Text(ANALYTES[code].display["en"], ANALYTES[code].display["ko"])
    display = next((one.display for one in results.measurements if one.code == code and one.display), code)
    return Text(display, display)


def _not_derived(derived: Derived) -> Remark:
    reason, name = _reason(derived.reason), _name(derived.code, Results())
    return Remark(
        code=derived.code,
        en=f"{name.en} was not calculated by {derived.rule}: {_inner(reason.en)}",
        ko=f"{name.ko}: {derived.rule} 값을 계산하지 않았습니다. {reason.ko}",
        rule=derived.rule,
        edition=derived.rule,
    )


def _judged(judgement: Judgement, results: Results, before: Results, tables: Tables) -> Remark:
    table = tables.get(judgement.scheme)
    title = table.title if table else Text(judgement.scheme, judgement.scheme)
    grades: Mapping[str, Text] = table.grades if table else {}
    name, value = _name(judgement.code, results), shown(judgement.code, results)
    edition = judgement.edition
    if judgement.grade is None:
        reason = _reason(judgement.reason)
        en = f"{name.en} {value.en} is not classified ({title.en}, {edition}): {_inner(reason.en)}"
        ko = f"{name.ko} {value.ko}: 판정하지 않았습니다({title.ko}, {edition}). {reason.ko}"
    else:
        grade = grades.get(judgement.grade, Text(judgement.grade, judgement.grade))
        en = f"{name.en} {value.en} falls in the class “{grade.en}” ({title.en}, {edition})."
        ko = f"{name.ko} {value.ko}: ‘{grade.ko}’ 구간에 해당합니다({title.ko}, {edition})."
        was = _class_before(judgement, before)
        if was is not None and was != judgement.grade:
            old = grades.get(was, Text(was, was))
            en += f" Last time the class was “{old.en}”."
            ko += f" 지난 검진에서는 ‘{old.ko}’ 구간이었습니다."
    return Remark(code=judgement.code, en=en, ko=ko, rule=judgement.scheme, edition=edition)


def _class_before(judgement: Judgement, before: Results) -> str | None:
    """The class last time, by the same edition of the same table: classes of different editions are not compared."""
    same = (judgement.code, judgement.scheme, judgement.edition)
    return next((one.grade for one in before.judgements if (one.code, one.scheme, one.edition) == same), None)


def _beside_band(code: str, results: Results, person: Person, tables: Tables) -> Iterator[Remark]:
    band = reference(code, sex=person.sex, age=person.age, species=person.species, tables=tables)
    values = list(numbers(code, results).values())
    table = tables.get(band.scheme) if band else None
    if band is None or table is None or len(values) != 1:
        return
    where = _side(values[0], band)
    limits = f"{band.printed} {readable(band.unit)}"
    name, value = _name(code, results), shown(code, results)
    yield Remark(
        code=code,
        en=f"{name.en} {value.en} is {where.en} the range {limits} ({table.title.en}, {band.edition}).",
        ko=f"{name.ko} {value.ko}: {limits} {where.ko}({table.title.ko}, {band.edition}).",
        rule=band.scheme,
        edition=band.edition,
    )


def _side(value: Decimal, band: Band) -> Text:
    if band.low is not None and value < band.low:
        return Text("below", "범위보다 낮습니다")
    if band.high is not None and (value > band.high or (value == band.high and not band.high_in)):
        return Text("above", "범위보다 높습니다")
    return Text("within", "범위 안에 있습니다")


def _compared(code: str, results: Results, last: Earlier, on: date) -> Iterator[Remark]:
    now, was = numbers(code, results), numbers(code, last.results)
    units = [one.unit for one in (result_of(code, results), result_of(code, last.results)) if one is not None]
    if not now or now.keys() != was.keys() or units[0] != units[1] or on < last.on:
        return
    # Of what people see, so that the difference is that of the numbers on the page.
    moved = [change([(last.on, was[part]), (on, now[part])]) for part in now]
    name, old, days = _name(code, results), shown(code, last.results), (on - last.on).days
    day = last.on.isoformat()
    since = f"since the checkup of {day} ({days} {'day' if days == 1 else 'days'} before)"
    if not any(one and one.absolute for one in moved):
        en = f"{name.en} is the same as in the checkup of {day} ({days} {'day' if days == 1 else 'days'} before)."
        ko = f"{name.ko}: {days}일 전 검진({day})과 같습니다."
    else:
        percent = moved[0].percent if len(moved) == 1 and moved[0] else None
        amount = "/".join(signed(one.absolute) for one in moved if one)
        amount = f"{amount} {readable(units[0] or '')}" + (f" ({signed(percent)} %)" if percent is not None else "")
        en = f"{name.en} changed by {amount} {since}, from {old.en}."
        ko = f"{name.ko}: {days}일 전 검진({day})의 {old.ko}에서 {amount} 변했습니다."
    yield Remark(code=code, en=en, ko=ko, rule=CHANGE_RULE, edition="")


def _reason(key: str | None) -> Text:
    return REASONS.get(key or "", Text(key or "", key or ""))


def _inner(sentence: str) -> str:
    """A sentence as it goes on after a colon."""
    return sentence[:1].lower() + sentence[1:]
