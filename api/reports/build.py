"""Puts the report together: from a patient and the events of their checkups to words and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from decimal import ROUND_DOWN, Decimal
from itertools import groupby

import msgspec

from api.checkup_words import KINDS, SEXES, named, reason_text, said, scheme_title, unit_shown
from api.languages import Language
from api.reports.courses import courses
from api.reports.histories import Corrected, Histories, histories
from api.reports.report import Correction, Criteria, Fact, Report, fact
from api.reports.rows import MAIN, bands_of, classes, count, groups, value_text
from api.reports.words import Words
from application.ports.ledger import RecordedEvent
from domain.checkups.analytes import ANALYTES
from domain.checkups.checkup import Checkup
from domain.checkups.deriving import person_on
from domain.checkups.events import MeasurementAmended
from domain.checkups.patient import Patient
from domain.checkups.personal import Personal
from domain.checkups.remarks import DISCLAIMER, Earlier, remarks
from domain.checkups.results import Measurement
from domain.checkups.tables import load
from domain.checkups.units import plain

MOST_LISTED = 100
"""Checkups and corrections: a list of thousands is read by nobody, and takes the printer's time."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What report is wanted."""

    language: Language
    start: date
    end: date
    """Both days belong to the period."""
    now: datetime
    zone: tzinfo
    position: int
    """How far the ledger had come when it was read."""


def build(patient: Patient, checkup_events: Iterable[RecordedEvent], asked: Asked) -> Report:
    """The report on everything that the events tell of the period."""
    words = Words(asked.language)
    history = histories(checkup_events, start=asked.start, end=asked.end)
    latest, personal = history.latest, patient.personal
    results = groups(history, latest, personal, words) if latest else []
    charts = courses(history, personal, words)
    judged = any(row.grade or row.reference for group in results for row in group.rows)
    listed, earlier = _corrections(history), history.shown[:-1][::-1]
    day = words.day
    return Report(
        language=asked.language,
        title=words("title.animal" if personal.species else "title"),
        clinic=(latest.place or "") if latest else "",
        name=personal.name,
        who=_who(patient, latest.date if latest else asked.end, words),
        period=f"{day(asked.start)} – {day(asked.end)}",
        checkup=_about(latest, words) if latest else [],
        words_beside=_beside(latest, words) if latest else [],
        counts=[(name, tone, n) for (name, tone), n in count(results).items()],
        groups=results,
        class_note=_class_note(personal, words, judged=judged),
        judged=judged,
        shaded=any(chart.shaded for chart in charts),
        classes=classes(latest, asked.language) if latest else [],
        derived=_derived(latest, words) if latest else [],
        remarks=_remarks(history, latest, words) if latest else [],
        disclaimer=words("disclaimer.animal") if personal.species else said(DISCLAIMER, asked.language),
        charts=charts,
        corrections=[_correction(one, words, asked.zone) for one in listed],
        corrections_more=_more("more.corrections", len(history.corrections) - len(listed), words),
        voided=[_voided(one, words) for one in history.voided],
        earlier=[Fact(day(one.date), _place(one, words)) for one in earlier[:MOST_LISTED]],
        earlier_more=_more("more.checkups", len(earlier) - MOST_LISTED, words),
        criteria=_criteria(latest, personal, asked.language) if latest else [],
        about=_source(patient, latest, asked, words),
        footer=words("no.diagnosis"),
        words=words.all(),
    )


def _who(patient: Patient, on: date, words: Words) -> list[Fact]:
    personal = patient.personal
    facts = [fact(words("name"), personal.name), fact(words("birth"), _birth(personal, on, words))]
    facts.append(fact(words("sex"), _sex(personal, words)))
    if personal.species:
        kind = " · ".join(filter(None, (words.species(personal.species), personal.breed)))
        facts.append(fact(words("species"), kind))
    if personal.guardian:
        guardian = personal.guardian
        facts.append(fact(words("guardian"), ", ".join(filter(None, (guardian.name, guardian.phone)))))
    if personal.identifiers:
        numbers = ", ".join(f"{one.system} {one.value}" for one in personal.identifiers)
        facts.append(fact(words("identifiers"), numbers))
    return facts


def _sex(personal: Personal, words: Words) -> str:
    # Korean has other words for the sexes of animals.
    if personal.species and personal.sex in {"male", "female"}:
        return words(f"{personal.sex}.animal")
    return said(SEXES[personal.sex], words.language)


def _birth(personal: Personal, on: date, words: Words) -> str:
    if personal.birth_date is None:
        return words("unknown")
    key = "birth.age.animal" if personal.species else "birth.age"
    return words(key, date=words.day(personal.birth_date), age=person_on(personal, on).age)


def _about(checkup: Checkup, words: Words) -> list[Fact]:
    facts = [
        (words("date"), words.day(checkup.date)),
        (words("kind"), said(KINDS[checkup.kind], words.language)),
        (words("place"), checkup.place),
        (words("clinician"), checkup.clinician),
    ]
    return [fact(label, value) for label, value in facts if value]


def _class_note(personal: Personal, words: Words, *, judged: bool) -> str:
    if judged:
        return words("class.note", scheme=scheme_title(MAIN, words.language))
    return words("change.note") if personal.species else ""


def _beside(checkup: Checkup, words: Words) -> list[Fact]:
    facts = [Fact(words("note"), checkup.note)] if checkup.note else []
    return facts + [Fact(words("addendum", date=words.day(one.at.date())), one.text) for one in checkup.addenda]


def _derived(checkup: Checkup, words: Words) -> list[Fact]:
    facts: list[Fact] = []
    for one in checkup.results.derived:
        name = named(one.code, None, words.language)
        if one.value is None:
            reason = reason_text(one.reason, words.language)
            facts.append(Fact(name, words("derived.not", rule=one.rule, reason=reason)))
            continue
        inputs = ", ".join(
            f"{_input(key, words)} {_input_value(key, value, words)}" for key, value in one.inputs.items()
        )
        facts.append(
            Fact(
                f"{name} {value_text(one)} {unit_shown(one.unit)}".strip(),
                words("derived.how", rule=one.rule, inputs=inputs),
            )
        )
    return facts


def _input(key: str, words: Words) -> str:
    plain = {"sex": ("sex", "성별"), "age": ("age", "나이")}
    if key in plain:
        return plain[key][0 if words.language == "en" else 1]
    return named(key.partition(".")[0], None, words.language)


def _input_value(key: str, value: str, words: Words) -> str:
    if key == "sex" and value in SEXES:
        return said(SEXES[value], words.language)
    amount, _, unit = value.partition(" ")
    analyte = ANALYTES.get(key.partition(".")[0])
    if analyte is not None:
        # Kept to six decimals; as in the table, one more than is usual is enough, and it is cut.
        places = analyte.decimals + 1
        cut = Decimal(amount).quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN)
        amount = amount if len(amount.partition(".")[2]) <= places else f"{plain(cut)}"
    return f"{amount} {unit_shown(unit)}".strip()


def _remarks(history: Histories, latest: Checkup, words: Words) -> list[str]:
    previous = history.before(latest)
    last = Earlier(previous.date, previous.results) if previous else None
    found = remarks(latest.results, on=latest.date, last=last)
    of_one = groupby(found, key=lambda remark: remark.code)
    return [" ".join(one.en if words.language == "en" else one.ko for one in said) for _, said in of_one]


def _corrections(history: Histories) -> Sequence[Corrected]:
    """Those that the results refer to, and the last ones."""
    latest = history.latest
    last = history.corrections[-MOST_LISTED:]
    return [one for one in history.corrections if one.checkup is latest or one in last]


def _more(key: str, n: int, words: Words) -> str:
    return words(key, n=n) if n > 0 else ""


def _correction(one: Corrected, words: Words, zone: tzinfo) -> Correction:
    event = one.event
    if isinstance(event, MeasurementAmended):
        known = event.new or event.old
        item = named(known.code, known.display, words.language) if known else event.measurement_id
        was = _measured(event.old) if event.old else words("missing")
        now = _measured(event.new) if event.new else words("withdrawn")
    else:
        item = ", ".join(words(f"detail.{name}") for name in event.new)
        was, now = (
            ", ".join(_detail(name, values.get(name), words) for name in event.new) for values in (event.old, event.new)
        )
    return Correction(
        number=one.number,
        on=words.moment(one.recorded.recorded_at.astimezone(zone)),
        checkup=words.day(one.checkup.date),
        item=item,
        was=was,
        now=now,
        reason=event.reason,
        by=one.recorded.actor,
    )


def _measured(measurement: Measurement) -> str:
    return f"{value_text(measurement)} {unit_shown(measurement.unit)}".strip()


def _detail(name: str, value: object, words: Words) -> str:
    if value is None:
        return "–"
    if name == "kind" and value in KINDS:
        return said(KINDS[value], words.language)
    return words.day(date.fromisoformat(str(value))) if name == "date" else str(value)


def _voided(checkup: Checkup, words: Words) -> str:
    reason = checkup.voided.reason if checkup.voided else ""
    kind = said(KINDS[checkup.kind], words.language)
    return words("voided", date=words.day(checkup.date), kind=kind, reason=reason)


def _place(checkup: Checkup, words: Words) -> str:
    return ", ".join(filter(None, (said(KINDS[checkup.kind], words.language), checkup.place)))


def _criteria(latest: Checkup, personal: Personal, language: Language) -> list[Criteria]:
    """Every edition by which something that is shown was judged, and those of the reference bands."""
    used = {(one.scheme, one.edition) for one in (*latest.results.judgements, *bands_of(latest, personal))}
    found: list[Criteria] = []
    for table in load().all:
        for edition in sorted(edition for scheme, edition in used if scheme == table.scheme):
            current = edition == table.edition
            found.append(
                Criteria(
                    title=said(table.title, language),
                    edition=edition,
                    source=table.source if current else "",
                    rule=said(table.rule, language) if current else "",
                )
            )
    return found


def _source(patient: Patient, latest: Checkup | None, asked: Asked, words: Words) -> list[Fact]:
    printed = f"{words.moment(asked.now.astimezone(asked.zone))} ({asked.zone})"
    facts = [
        Fact(words("printed"), printed),
        Fact(words("position"), str(asked.position)),
        Fact(words("patient"), patient.id),
    ]
    return facts + ([Fact(words("checkup.id"), latest.id)] if latest else [])
