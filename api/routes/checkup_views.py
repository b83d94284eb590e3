"""Checkups as they are answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.checkup_words import named
from api.languages import Language
from api.routes.patient_views import CHECKUPS, PATIENTS, plain
from application.checkups.reading import AsOf
from application.ports.ledger import RecordedEvent
from domain.checkups.checkup import Checkup
from domain.checkups.events import AddendumAdded, CheckupVoided
from domain.checkups.results import Results


def checkup_view(
    checkup: Checkup, events: Sequence[RecordedEvent], language: Language, as_of: AsOf | None = None
) -> dict[str, Any]:
    """A checkup in full, and who recorded, added to and voided it."""
    first, last = events[0], events[-1]
    path = f"{CHECKUPS}/{checkup.id}"
    added = [one.actor for one in events if isinstance(one.event, AddendumAdded)]
    voided_by = next((one.actor for one in events if isinstance(one.event, CheckupVoided)), None)
    return {
        "id": checkup.id,
        "patient_id": checkup.patient_id,
        "version": checkup.version,
        "kind": checkup.kind,
        "date": checkup.date,
        "place": checkup.place,
        "clinician": checkup.clinician,
        "note": checkup.note,
        "source": checkup.source,
        **results_view(checkup.results, language),
        "addenda": [
            {"at": addendum.at, "by": by, "text": addendum.text}
            for addendum, by in zip(checkup.addenda, added, strict=True)
        ],
        "voided": None if checkup.voided is None else {**plain(checkup.voided), "by": voided_by},
        "recorded_at": first.recorded_at,
        "recorded_by": first.actor,
        "changed_at": last.recorded_at,
        "changed_by": last.actor,
        "position": last.position,
        **({} if as_of is None else {"as_of": as_of.position if as_of.position is not None else as_of.time}),
        "links": {
            "self": path,
            "history": f"{path}/history",
            "patient": f"{PATIENTS}/{checkup.patient_id}",
        },
    }


def results_view(results: Results, language: Language) -> dict[str, Any]:
    """What was measured and what follows from it, with names for people."""
    names = {one.code: named(one.code, one.display, language) for one in results.measurements}
    return {
        "measurements": [{"name": names[one.code], **plain(one)} for one in results.measurements],
        **follow_ups(results, language),
    }


def follow_ups(results: Results, language: Language) -> dict[str, Any]:
    """What was derived and judged."""
    return {
        "derived": [{"name": named(one.code, None, language), **plain(one)} for one in results.derived],
        "judgements": [{"name": named(one.code, None, language), **plain(one)} for one in results.judgements],
    }


def listed(checkup: Checkup) -> dict[str, Any]:
    """A checkup of a list."""
    return {
        "id": checkup.id,
        "version": checkup.version,
        "kind": checkup.kind,
        "date": checkup.date,
        "place": checkup.place,
        "clinician": checkup.clinician,
        "measurements": len(checkup.results.measurements),
        "addenda": len(checkup.addenda),
        "voided": checkup.voided is not None,
        "links": {"self": f"{CHECKUPS}/{checkup.id}"},
    }
