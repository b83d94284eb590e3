"""Entries of the audit trail as they are answered: who, what, whose, why; as JSON and as CSV."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from api.audit_details import Details
from api.audit_texts import PURPOSES, sentence
from api.context import Api
from api.languages import Language
from api.principal import Principal
from application.ports.subject_keys import KeyRefused
from projections.queries.audit import Entry, sealed_users, users_behind
from projections.users import opened, row_context

COLUMNS = (
    "position", "at", "actor", "actor_name", "type", "sentence", "subjects", "operation", "purpose", "export",
    "correlation_id", "stream", "details",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for the beginning of a formula (OWASP, CSV injection)."""
_PATIENT_STREAMS = ("patient:", "checkup:")
_encode = msgspec.json.Encoder(decimal_format="number").encode


class Names(msgspec.Struct, frozen=True):
    """What the people behind actors are called."""

    by_actor: Mapping[str, str]
    users: tuple[str, ...]
    """Ids of those whose names are among them."""


NO_NAMES = Names({}, ())


async def names_of(api: Api, principal: Principal, actors: Collection[str]) -> Names:
    """Nothing for whoever may not see users; who was erased, or is no user, is left out.

    Raises:
        LedgerUnavailable: PostgreSQL cannot be reached.
    """
    if not principal.may("users.read") or not actors:
        return NO_NAMES
    async with api.connection() as db:
        behind = await users_behind(db, actors)
        sealed = await sealed_users(db, set(behind.values()))
    keys = await asyncio.to_thread(api.services.commands.keys.of, sorted(sealed))
    named: dict[str, str] = {}
    for user_id, key in keys.items():
        try:
            named[user_id] = opened(key.open_row(row_context(user_id), sealed[user_id])).name
        except KeyRefused:
            continue
    found = {actor: named[user_id] for actor, user_id in behind.items() if user_id in named}
    return Names(found, tuple(sorted(named)))


def entry_view(entry: Entry, names: Names, details: Details | None, language: Language) -> dict[str, Any]:
    """One entry."""
    data = entry.data or {}
    purpose = data.get("purpose") if entry.type == "identity.personal-data-read" else None
    told: dict[str, Any] = {
        "position": entry.position,
        "at": entry.at,
        "actor": entry.actor,
        "actor_name": names.by_actor.get(entry.actor),
        "type": entry.type,
        "sentence": sentence(entry.type, entry.data, language),
        "subjects": entry.subjects,
        "operation": data.get("operation"),
        "purpose": purpose,
        "purpose_name": PURPOSES[purpose][language] if purpose in PURPOSES else None,
        "export": bool(data.get("export", False)),
        "correlation_id": entry.correlation_id,
        "causation_id": entry.causation_id,
        "stream": entry.stream,
    }
    return told if details is None else told | {"details": details}


def shown_about(entries: Iterable[Entry], details: Mapping[int, Details]) -> set[str]:
    """Ids of those people about whom the details say something."""
    return {
        entry.stream.split(":")[1]
        for entry in entries
        if (told := details.get(entry.position)) is not None
        and (told.changes is not None or told.said is not None)
        and (entry.data is None or entry.stream.startswith(_PATIENT_STREAMS))
    }


def csv_header() -> str:
    """The first line, after the mark by which Excel knows UTF-8: a Korean one reads CP949 without it."""
    return f"\ufeff{_line(COLUMNS)}"


def csv_line(view: Mapping[str, Any]) -> str:
    """One entry as a line of RFC 4180; no cell begins a formula."""
    details = view.get("details")
    told = {
        **view,
        "at": view["at"].isoformat().replace("+00:00", "Z"),
        "subjects": " ".join(view["subjects"]),
        "export": "yes" if view["export"] else "",
        "details": "" if details is None else _encode(details).decode(),
    }
    return _line([told[name] for name in COLUMNS])


def _line(cells: Iterable[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([_safe("" if cell is None else str(cell)) for cell in cells])
    return line.getvalue()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
