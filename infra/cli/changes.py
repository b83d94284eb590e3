"""Histories as people read them: who changed what, when and why, and what it said before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from infra.cli.output import clock, one_line
from infra.words import language, t

_UNSAID = {"code", "scheme", "edition", "rule", "unit", "given_unit", "inputs"}
"""What follows from the rest, or from the names shown; ``--json`` has it."""
_OF_THE_ENTRY = {
    ("addenda", "at"), ("addenda", "by"), ("voided", "at"), ("voided", "by"), ("voided", "reason"),
    ("erasure_request", "at"), ("erasure_request", "by"), ("legal_hold", "placed_at"),
}  # fmt: skip
"""What the first line of an entry says already: who, when and why."""

_ORDER = ("date", "kind", "place", "clinician", "note", "measurements", "derived", "judgements")


def change_lines(entry: Mapping[str, Any]) -> Iterable[str]:
    """One entry of a history: when, who, what, why; and every field with its value before and after."""
    from api.audit_texts import sentence

    done = sentence(str(entry["type"]), None, language())
    reason = f"  ({entry['reason']})" if entry.get("reason") else ""
    yield one_line(f"{clock(entry['recorded_at'])}  v{entry['version']}  {entry['actor']}: {done}{reason}")
    for line in changed(entry["changes"]):
        yield one_line(f"    {line}")


def changed(changes: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """Every field with its value before and after, what was measured before what follows from it."""
    changes = sorted(changes, key=_place)
    values = {change["field"] for change in changes}
    for change in changes:
        parts = str(change["field"]).strip("/").split("/")
        if _UNSAID & set(parts[1:]) or (parts[0], parts[-1]) in _OF_THE_ENTRY:
            continue
        if parts[-1] == "given" and f"/{'/'.join([*parts[:-1], 'value'])}" in values:
            continue  # the value in the canonical unit is shown
        yield f"{_name(parts)}: {_value(parts, change['old'])} → {_value(parts, change['new'])}"


def print_history(history: Mapping[str, Any]) -> None:
    """Oldest first."""
    for entry in history["items"]:
        print("\n".join(change_lines(entry)))


def _place(change: Mapping[str, Any]) -> int:
    """What was measured before what follows from it."""
    first = str(change["field"]).split("/")[1]
    return _ORDER.index(first) if first in _ORDER else len(_ORDER)


def _name(parts: list[str]) -> str:
    from api.checkup_words import named, scheme_title

    match parts:
        case ["measurements", which, "components", code, leaf]:
            return _leaf(f"{named(_code(which), None, language())}, {named(code, None, language())}", leaf)
        case ["measurements" | "derived", which, leaf]:
            return _leaf(named(_code(which), None, language()), leaf)
        case ["judgements", which, leaf]:
            scheme, _, code = which.partition(":")
            return _leaf(f"{named(code, None, language())} ({scheme_title(scheme, language())})", leaf)
        case ["addenda", _, "text"]:
            return t("Addendum")
        case ["identifiers", _, leaf]:
            return f"{t('Identifier')}, {t('given by')}" if leaf == "system" else t("Identifier")
        case ["guardian", leaf]:
            return f"{t('Guardian')}, {_name([leaf])}"
        case _:
            words = {
                "name": t("Name"),
                "birth_date": t("Birth date"),
                "sex": t("Sex"),
                "phone": t("Phone"),
                "email": t("E-mail"),
                "address": t("Address"),
                "date": t("Date"),
                "kind": t("Kind"),
                "place": t("Place"),
                "clinician": t("Clinician"),
                "note": t("Note"),
                "species": t("Species"),
                "breed": t("Breed"),
                "legal_hold/until": t("Legal hold until"),
                "legal_hold/reason": t("Reason of the legal hold"),
                "erasure_request/ground": t("Erasure asked for"),
            }
            return words.get("/".join(parts), "/".join(parts))


def _code(measurement_id: str) -> str:
    """``29463-7`` of ``29463-7.2``."""
    return measurement_id.partition(".")[0]


def _leaf(name: str, leaf: str) -> str:
    words = {
        "arm": t("arm"),
        "position": t("position of the body"),
        "reason": t("why there is none"),
        "comparator": t("above or below a limit"),
        "display": t("name as given"),
        "confirmed": t("confirmed as meant"),
    }
    return name if leaf in {"value", "text", "grade"} else f"{name}, {words.get(leaf, leaf)}"


def _value(parts: list[str], value: Any) -> str:
    if value is None:
        return "–"
    match parts:
        case ["judgements", which, "grade"]:
            from api.checkup_words import grade_name
            from domain.checkups.results import Judgement

            scheme, _, code = which.partition(":")
            return grade_name(Judgement(code=code, scheme=scheme, edition="", grade=str(value)), language())
        case ["measurements", _, "arm" | "position"]:
            from infra.cli.checkup_views import where_word

            return where_word(str(value))
        case [_, _, "reason"]:
            from api.checkup_words import reason_text

            return reason_text(str(value), language())
        case [_, _, "confirmed"]:
            return t("yes") if value else t("no")
        case ["sex"] | ["erasure_request", "ground"]:
            from infra.cli.patient import ground_word, sex_word

            return sex_word(str(value)) if parts == ["sex"] else ground_word(str(value))
        case ["kind"]:
            from infra.cli.checkup_views import kind_word

            return kind_word(str(value))
        case _:
            return str(value)
