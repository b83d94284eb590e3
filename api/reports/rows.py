"""From results to lines of the report: values as people write them, bands, classes, and what it was last time."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from api.checkup_words import grade_name, named, scheme_title, unit_shown
from api.languages import Language
from api.reports.histories import Histories, Result, is_limit, numbers_of, results_of
from api.reports.report import Class, Group, Row
from api.reports.words import Words, number, signed
from domain.checkups.analytes import ANALYTES, BLOOD_PRESSURE, DIASTOLIC, SYSTOLIC
from domain.checkups.checkup import Checkup
from domain.checkups.deriving import person_on
from domain.checkups.personal import Personal
from domain.checkups.results import Judgement, Measurement
from domain.checkups.showing import as_shown
from domain.checkups.tables import Band, Tables, load, reference

MAIN = "kr-national"
"""The table whose classes stand beside the results; others have a list of their own."""
_GROUPS = {
    "group.body": ("8302-2", "29463-7", "39156-5", "8280-0"),
    "group.vitals": ("85354-9", SYSTOLIC, DIASTOLIC, "8867-4", "8310-5", "9279-1", "2708-6"),
    "group.sugar": ("1558-6", "4548-4"),
    "group.lipids": ("2093-3", "2085-9", "2089-1", "13457-7", "18262-6", "2571-8"),
    "group.liver": ("1920-8", "1742-6", "2324-2"),
    "group.kidney": ("2160-0", "98979-8", "20454-5"),
    "group.blood": ("718-7",),
}
GROUP_OF = {code: group for group, codes in _GROUPS.items() for code in codes}
ORDER = {code: place for place, code in enumerate(GROUP_OF)}


def groups(history: Histories, checkup: Checkup, personal: Personal, words: Words) -> list[Group]:
    """The results of a checkup, those that belong together beside one another."""
    every: list[Result] = [*checkup.results.measurements]
    measured = {one.code for one in checkup.results.measurements}
    every += [one for one in checkup.results.derived if one.value is not None and one.code not in measured]
    found: dict[str, list[Row]] = {}
    for result in sorted(every, key=lambda one: ORDER.get(one.code, len(ORDER))):
        title = words(GROUP_OF.get(result.code, "group.other"))
        found.setdefault(title, []).append(_row(history, checkup, result, personal, words))
    return [Group(title, rows) for title, rows in found.items()]


def _row(history: Histories, checkup: Checkup, result: Result, personal: Personal, words: Words) -> Row:
    language = words.language
    counts = results_of(checkup).get(result.code) is result
    judgement = judgement_of(checkup, result.code, MAIN) if counts else None
    last, last_on, change = _last(history, checkup, result, words) if counts else ("", "", "")
    return Row(
        name=_name(result, language),
        value=_value(result, words),
        unit=unit_shown(result.unit),
        given=_given(result, words),
        reference=band_text(result.code, personal, checkup),
        grade=grade_name(judgement, language) if judgement else "",
        tone=tone_of(judgement),
        last=last,
        last_on=last_on,
        change=change,
        marks=history.marks(checkup, result.id) if isinstance(result, Measurement) else (),
    )


def classes(checkup: Checkup, language: Language) -> list[Class]:
    """What tables other than the main one say."""
    results = results_of(checkup)
    return [
        Class(
            name=named(one.code, None, language),
            value=f"{value_text(results[one.code])} {unit_shown(results[one.code].unit)}".strip(),
            scheme=scheme_title(one.scheme, language),
            grade=grade_name(one, language),
            tone=tone_of(one),
        )
        for one in checkup.results.judgements
        if one.scheme != MAIN and one.code in results and one.grade is not None
    ]


def judgement_of(checkup: Checkup, code: str, scheme: str) -> Judgement | None:
    """The class that a table put the result in."""
    return next((one for one in checkup.results.judgements if (one.code, one.scheme) == (code, scheme)), None)


def tone_of(judgement: Judgement | None, tables: Tables | None = None) -> str:
    """``good`` for what the table calls normal, ``look`` for its worst class, ``watch`` for what lies between."""
    if judgement is None or judgement.grade is None:
        return "none"
    table = (tables or load()).get(judgement.scheme)
    if judgement.grade == (table.normal if table and table.normal else "normal"):
        return "good"
    return "look" if table is not None and judgement.grade == list(table.grades)[-1] else "watch"


def band_text(code: str, personal: Personal, checkup: Checkup) -> str:
    """What is normal for this person on that day, as its source prints it."""
    person = person_on(personal, checkup.date)

    bands = (reference(part, sex=person.sex, age=person.age, species=person.species) for part in _parts(code))
    return " / ".join(band.printed for band in bands if band and band.printed)


def bands_of(checkup: Checkup, personal: Personal) -> list[Band]:
    """Every band that the report names."""
    person = person_on(personal, checkup.date)
    found = [
        reference(part, sex=person.sex, age=person.age, species=person.species)
        for code in results_of(checkup)
        for part in _parts(code)
    ]
    return [band for band in found if band is not None]


def _parts(code: str) -> tuple[str, ...]:
    """What of a result has a reference band."""
    if code == BLOOD_PRESSURE:
        return SYSTOLIC, DIASTOLIC
    return (code,) if code in ANALYTES and ANALYTES[code].kind != "steps" else ()


def value_text(result: Result) -> str:
    """``132/86``, ``<5``, ``±``, ``26.7``."""
    if not isinstance(result, Measurement):
        return "/".join(map(number, numbers_of(result)))
    if result.text is not None:
        return result.text
    return (result.comparator or "") + "/".join(map(number, shown_numbers(result)))


def shown_numbers(result: Result) -> tuple[Decimal, ...]:
    """The numbers as they stand in the report and in its remarks: never rounded up to a limit they have not reached."""
    values = numbers_of(result)
    if not isinstance(result, Measurement):
        return values
    codes = [part.code for part in result.components] or [result.code]
    return tuple(as_shown(value, code, result) for value, code in zip(values, codes, strict=False))


def _value(result: Result, words: Words) -> str:
    text = value_text(result)
    return words.step(text) if result.code in ANALYTES and ANALYTES[result.code].kind == "steps" else text


def _name(result: Result, language: Language) -> str:
    if not isinstance(result, Measurement):
        return named(result.code, None, language)
    again = result.id.partition(".")[2]
    name = named(result.code, result.display, language)
    return f"{name} ({again})" if again else name


def _given(result: Result, words: Words) -> str:
    if not isinstance(result, Measurement) or result.given_unit in (None, result.unit):
        return ""
    given = [part.given for part in result.components] or ([] if result.given is None else [result.given])
    value = "/".join(number(one) for one in given)
    return words("given", value=f"{value} {unit_shown(result.given_unit)}") if given else ""


def _last(history: Histories, checkup: Checkup, result: Result, words: Words) -> tuple[str, str, str]:
    """The last value before this checkup, its day when it is not that of the checkup before, and the change."""
    previous = history.before(checkup)
    for earlier in reversed(history.every[: history.every.index(checkup)]):
        was = results_of(earlier).get(result.code)
        if was is None or was.unit != result.unit:
            continue
        on = "" if previous is not None and earlier.id == previous.id else words.day(earlier.date)
        return _value(was, words), on, _change(result, was)
    return "", "", ""


def _change(result: Result, was: Result) -> str:
    # Of what is shown, so that the change is the difference of the two numbers that stand there.
    now, then = shown_numbers(result), shown_numbers(was)
    if is_limit(result) or is_limit(was) or not now or len(now) != len(then):
        return ""
    return "/".join(signed(new - old) for new, old in zip(now, then, strict=True))


def count(rows: Sequence[Group]) -> dict[tuple[str, str], int]:
    """How many results are in each class: by name and tone."""
    found: dict[tuple[str, str], int] = {}
    for row in (row for group in rows for row in group.rows if row.grade):
        found[row.grade, row.tone] = found.get((row.grade, row.tone), 0) + 1
    order = ("good", "watch", "look", "none")
    return dict(sorted(found.items(), key=lambda item: order.index(item[0][1])))
