"""Checkups and what follows from them, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from infra.cli.output import clock, one_line
from infra.cli.tables import print_card, print_table
from infra.words import language, t

if TYPE_CHECKING:
    from domain.checkups.reasons import Text

View = Mapping[str, Any]


def print_checkup(one: View) -> None:
    """Everything of one checkup."""
    voided = one["voided"]
    print_card(
        [
            (t("Checkup"), f"{one['date']}  {kind_word(one['kind'])}"),
            (t("VOID"), voided and f"{voided['reason']} ({voided['by']}, {clock(voided['at'])})"),
            (t("Place"), one["place"]),
            (t("Clinician"), one["clinician"]),
            (t("Note"), one["note"]),
            (t("Patient"), one["patient_id"]),
            (t("Recorded"), f"{clock(one['recorded_at'])}, {one['recorded_by']}"),
            (t("Changed"), f"{clock(one['changed_at'])}, {one['changed_by']}" if one["version"] > 1 else None),
            (t("Version"), one["version"]),
            (t("Id"), one["id"]),
        ]
    )
    print_results(one)
    for addendum in one["addenda"]:
        print(one_line(f"{t('Addendum')} {clock(addendum['at'])}, {addendum['by']}: {addendum['text']}"))


def print_results(one: View) -> None:
    """Measurements where there are any, what was derived, what it is judged as."""
    if "measurements" in one:
        titles = (t("WHAT"), t("VALUE"), t("AS GIVEN"), t("ID"))
        print_table(titles, [_measurement(each) for each in one["measurements"]], right=(1, 2))
    if one["derived"]:
        print_table((t("DERIVED"), t("VALUE"), t("BY")), [_derived(each) for each in one["derived"]], right=(1,))
    if one["judgements"]:
        titles = (t("JUDGED"), t("CLASS"), t("BY"))
        print_table(titles, [_judgement(each) for each in one["judgements"]])


def print_checkups(items: Iterable[View]) -> None:
    """One line a checkup."""
    titles = (t("DATE"), t("KIND"), t("PLACE"), t("RESULTS"), t("CHANGED"), t("ID"))
    print_table(
        titles,
        [
            (
                one["date"],
                kind_word(one["kind"]) + (f"  {t('VOID')}" if one["voided"] else ""),
                one["place"],
                one["measurements"],
                t("version {n}", n=one["version"]) if one["version"] > 1 else None,
                one["id"],
            )
            for one in items
        ],
        right=(3,),
    )


def kind_word(kind: str) -> str:
    """In the user's language."""
    from api.checkup_words import KINDS

    return _said(KINDS, kind)


def where_word(word: str) -> str:
    """An arm or a position of the body, in the user's language."""
    from api.checkup_words import ARMS, POSITIONS

    said = _said({**ARMS, **POSITIONS}, word)
    return said if language() == "ko" else said.lower()


def _said(words: Mapping[Any, Text], key: str) -> str:
    """What the key is called in the user's language; itself when it has no name."""
    text = words.get(key)
    return key if text is None else text.ko if language() == "ko" else text.en


def _measurement(one: View) -> tuple[object, ...]:
    from api.checkup_words import unit_shown

    parts: list[View] = one.get("components") or []
    where = ", ".join(where_word(word) for word in (one.get("arm"), one.get("position")) if word)
    name = one["name"] + (f" ({where})" if where else "")
    if parts:
        value = "/".join(str(part["value"]) for part in parts)
        given = "/".join(str(part["given"]) for part in parts)
    elif one["text"] is not None:
        return name, one["text"], None, one["id"]
    else:
        value, given = f"{one['comparator'] or ''}{one['value']}", str(one["given"])
    unit, given_unit = unit_shown(one["unit"]), unit_shown(one["given_unit"])
    as_given = f"{given} {given_unit}" if (given, given_unit) != (value, unit) else None
    return name, f"{value} {unit}" + (" !" if one["confirmed"] else ""), as_given, one["id"]


def _derived(one: View) -> tuple[object, ...]:
    from api.checkup_words import reason_text, unit_shown

    shown = f"{one['value']} {unit_shown(one['unit'])}" if one["value"] is not None else None
    return one["name"], shown or reason_text(one["reason"], language()), one["rule"]


def _judgement(one: View) -> tuple[object, ...]:
    import msgspec

    from api.checkup_words import grade_name, reason_text, scheme_title
    from domain.checkups.results import Judgement

    judgement = msgspec.convert({name: value for name, value in one.items() if value is not None}, Judgement)
    grade = grade_name(judgement, language())
    if judgement.grade is None and judgement.reason:
        grade += f": {reason_text(judgement.reason, language())}"
    return one["name"], grade, f"{scheme_title(judgement.scheme, language())}, {judgement.edition}"
