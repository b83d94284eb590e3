"""Provenance: who changed what, when and why; one per event that changed a resource."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from api.fhir.codes import ACTOR, EVENT, HL7, Resource, instant, lean
from api.fhir.versions import Version
from application.ports.ledger import RecordedEvent
from domain.checkups.events import CheckupVoided

_OPERATION = f"{HL7}/v3-DataOperation"
_AUTHOR = {"coding": [{"system": f"{HL7}/provenance-participant-type", "code": "author", "display": "Author"}]}


def provenances_of(versions: Iterable[Version]) -> list[Resource]:
    """One for each event that made some of the versions, which must be in the order of the ledger."""
    by_event = groupby(versions, key=lambda version: version.event.position)
    return [_provenance(list(made)) for _, made in by_event]


def _provenance(made: list[Version]) -> Resource:
    recorded = made[0].event
    event = recorded.event
    reason: str | None = getattr(event, "reason", None)
    voided = isinstance(event, CheckupVoided)
    operation = "NULLIFY" if voided else "CREATE" if recorded.version == 1 else "UPDATE"
    before = [version for version in made if version.before is not None]
    return lean(
        {
            "resourceType": "Provenance",
            "id": provenance_id(recorded),
            "meta": {"versionId": "1", "lastUpdated": instant(recorded.recorded_at)},
            "target": [{"reference": version.reference} for version in made],
            "recorded": instant(recorded.recorded_at),
            "reason": [{"text": reason}] if reason else [],
            "activity": {
                "coding": [{"system": _OPERATION, "code": operation}, {"system": EVENT, "code": recorded.type}]
            },
            "agent": [{"type": _AUTHOR, "who": agent(recorded.actor)}],
            "entity": [
                {
                    "role": "revision",
                    "what": {"reference": f"{version.kind}/{version.id}/_history/{version.before}"},
                }
                for version in before
            ],
        }
    )


def provenance_id(recorded: RecordedEvent) -> str:
    """``{id of the patient or checkup}.v{version of its stream}``."""
    return f"{recorded.stream.rpartition(':')[2]}.v{recorded.version}"


def agent(actor: str) -> Resource:
    """A reference to whom events name as their actor; there is no Practitioner resource behind it."""
    return {"identifier": {"system": ACTOR, "value": actor}, "display": actor}
