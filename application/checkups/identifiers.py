"""Whose an identifier is: one stream for each, so that two patients can never both get it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from application.commands import Context, Services, in_stream
from application.ports.ledger import NewEvent
from domain.checkups.events import IdentifierClaimed, IdentifierReleased, identifier_stream
from domain.checkups.faults import Fault, Faulty
from domain.checkups.personal import Identifier
from domain.checkups.searching import identifier_key

TAKEN = "Another patient has this identifier already. Search for it: it may be the same person."


def fingerprint(services: Services, identifier: Identifier) -> str:
    """The keyed hash under which an identifier is known."""
    return services.blind.fingerprint("identifier", identifier_key(identifier))


def holder(services: Services, identifier: Identifier) -> str | None:
    """Id of the patient who has the identifier; None: nobody. Synchronous."""
    return _claim(services, identifier)[1]


def changed_at(services: Services, fingerprint: str) -> int:
    """Position of the newest event about whose an identifier is; 0: nobody ever had it. Synchronous."""
    newest = services.ledger.read_stream(identifier_stream(fingerprint), limit=1, newest_first=True)
    return newest[0].position if newest else 0


def exchange(
    services: Services,
    patient_id: str,
    before: Sequence[Identifier],
    after: Sequence[Identifier],
    at: datetime,
    context: Context,
) -> list[NewEvent]:
    """Claims of what a patient gets and releases of what they give up, for one append with what causes them.

    Synchronous: to be called in a thread.

    Raises:
        Faulty: another patient has one of them; the pointer is ``/identifiers/{place in after}``.
    """
    faults: list[Fault] = []
    events: list[NewEvent] = []
    for place, identifier in enumerate(after):
        if identifier in before:
            continue
        version, owner = _claim(services, identifier)
        if owner is None:
            claimed = IdentifierClaimed(patient_id=patient_id, at=at)
            events += in_stream(_stream(services, identifier), version, [claimed], context)
        elif owner != patient_id:
            faults.append(Fault(pointer=f"/identifiers/{place}", message=TAKEN))
    if faults:
        raise Faulty(faults)
    for identifier in before:
        version, owner = _claim(services, identifier)
        if identifier not in after and owner == patient_id:
            released = IdentifierReleased(patient_id=patient_id, at=at)
            events += in_stream(_stream(services, identifier), version, [released], context)
    return events


def _claim(services: Services, identifier: Identifier) -> tuple[int, str | None]:
    """Version of the identifier's stream, and who has it."""
    newest = services.ledger.read_stream(_stream(services, identifier), limit=1, newest_first=True)
    if not newest:
        return 0, None
    event = newest[0].event
    return newest[0].version, event.patient_id if isinstance(event, IdentifierClaimed) else None


def _stream(services: Services, identifier: Identifier) -> str:
    return identifier_stream(fingerprint(services, identifier))
