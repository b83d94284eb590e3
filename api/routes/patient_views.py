"""What the routes of patients and checkups share: known ids, the person behind a credential, shapes of answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date
from email.utils import format_datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import Query, Request
from starlette.responses import Response

from api.answers import JSON
from api.commands import Done, carry_out, expected_version
from api.context import Api
from api.gate import context_of
from api.inputs import bad_parameter, read_time
from api.problems import Problem
from api.reads import record_read
from application.checkups.histories import HistoryEntry
from application.checkups.reading import AsOf, as_of_day
from application.commands import Context, StaleVersion
from application.ports.ledger import RecordedEvent
from domain.checkups.patient import Patient

PATIENTS = "/api/v1/patients"
CHECKUPS = "/api/v1/checkups"
AsOfParameter = Annotated[
    str | None,
    Query(
        max_length=40,
        description="As known then: an RFC 3339 time, a calendar day (until its end, UTC), or a ledger position.",
    ),
]
IF_MATCH: dict[str, Any] = {
    "parameters": [
        {
            "name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"},
            "description": 'The ETag that was read, such as "3"; or *.',
        }
    ]
}  # fmt: skip
"""For the document of a POST that edits what there is."""
_NO_MOMENT = (
    "Use a time with its offset, such as 2026-11-20T00:00:00Z (a + is written %2B), a day such as 2026-11-20, "
    "or a position of the ledger such as 107."
)
_FUTURE = "What will be known later cannot be told: as_of lies in the future."
_encode = msgspec.json.Encoder(decimal_format="number").encode


def encoded(value: Any) -> msgspec.Raw:
    """JSON with decimals as numbers, exactly as they are; to be a member of any other answer."""
    return msgspec.Raw(_encode(value))


def answer(value: Any, *, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer with decimals as numbers."""
    return Response(_encode(value), 200, headers, JSON)


def headers_of(events: Sequence[RecordedEvent]) -> dict[str, str]:
    """``ETag`` and ``Last-Modified`` of a record that came to be by these events."""
    last = events[-1]
    modified = last.recorded_at.astimezone(UTC).replace(microsecond=0)
    return {"ETag": f'"{last.version}"', "Last-Modified": format_datetime(modified, usegmt=True)}


def known_patient(patient_id: str) -> str:
    """The id. Raises ``Problem``: it is none that Vitalog gives out."""
    return _known(patient_id, unknown_patient)


def known_checkup(checkup_id: str) -> str:
    """The id. Raises ``Problem``: it is none that Vitalog gives out."""
    return _known(checkup_id, unknown_checkup)


def unknown_patient(patient_id: str) -> Problem:
    """The 404."""
    return Problem("unknown-patient", id=patient_id[:60])


def unknown_checkup(checkup_id: str) -> Problem:
    """The 404."""
    return Problem("unknown-checkup", id=checkup_id[:60])


def person_of(request: Request) -> str:
    """The person behind the credential, as ``user:{user_id}``: two keys of one user are one person. The bootstrap token
    is its own.
    """
    principal = context_of(request.scope).principal
    assert principal is not None, "the guard has let nobody else in"
    return principal.actor if principal.user_id is None else f"user:{principal.user_id}"


async def read_as_of(api: Api, text: str | None) -> AsOf | None:
    """The parameter ``as_of``.

    Raises:
        Problem: it is neither time, day nor position, or lies in the future.
    """
    if text is None:
        return None
    if text.isascii() and text.isdigit():
        position = int(text)
        if position > await api.services.events.head():
            raise bad_parameter("as_of", _FUTURE)
        return AsOf(position=position)
    try:
        day = date.fromisoformat(text) if len(text) == len("2026-11-20") else None
    except ValueError:
        day = None
    now = api.now()
    if day is not None:
        if day > now.date():
            raise bad_parameter("as_of", _FUTURE)
        return AsOf(time=as_of_day(day))
    at = read_time(text, "as_of", now, _NO_MOMENT)
    if at > now:
        raise bad_parameter("as_of", _FUTURE)
    return AsOf(time=at)


async def edit(
    api: Api,
    request: Request,
    work: Callable[[Context], Awaitable[Done]],
    *,
    missing: Problem,
    patient_id: str,
    permission: str,
    history: Callable[[], Awaitable[list[HistoryEntry]]],
) -> Response:
    """Carry out an edit; a stale one is answered with what changed since the version that the caller named.

    ``permission``: who may be told. ``history``: of the record.
    """
    try:
        return await carry_out(api, request, work, missing=missing)
    except StaleVersion as stale:
        members: dict[str, Any] = {"version": stale.current}
        named = expected_version(request, required=False)
        principal = context_of(request.scope).principal
        if named is not None and named >= 0 and principal is not None and principal.may(permission):
            await record_read(api, request, [patient_id])
            changes = [entry for entry in await history() if entry.version > named]
            members["changes"] = encoded(changes)
        raise Problem("stale", current=stale.current, members=members, headers={"ETag": f'"{stale.current}"'}) from None


def patient_view(patient: Patient, events: Sequence[RecordedEvent], as_of: AsOf | None = None) -> dict[str, Any]:
    """A patient as answered."""
    first, last = events[0], events[-1]
    path = f"{PATIENTS}/{patient.id}"
    return {
        "id": patient.id,
        "version": patient.version,
        **plain(patient.personal),
        "legal_hold": plain(patient.hold),
        "erasure_request": plain(patient.erasure),
        "registered_at": patient.registered_at,
        "recorded_at": first.recorded_at,
        "recorded_by": first.actor,
        "changed_at": last.recorded_at,
        "changed_by": last.actor,
        "position": last.position,
        **({} if as_of is None else {"as_of": as_of.position if as_of.position is not None else as_of.time}),
        "links": {"self": path, "history": f"{path}/history", "checkups": f"{path}/checkups"},
    }


def history_view(record_id: str, entries: Sequence[HistoryEntry], path: str) -> dict[str, Any]:
    """A history as answered."""
    return {"id": record_id, "version": entries[-1].version, "items": entries, "links": {"record": path}}


def plain(value: Any) -> Any:
    """A struct as JSON objects, with every field, absent ones as null."""
    match value:
        case msgspec.Struct():
            return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
        case list() | tuple():
            return [plain(one) for one in value]  # type: ignore[reportUnknownVariableType]
        case _:
            return value


def _known(given: str, unknown: Callable[[str], Problem]) -> str:
    try:
        canonical = str(UUID(given))
    except ValueError:
        canonical = ""
    if canonical != given:
        raise unknown(given)
    return given
