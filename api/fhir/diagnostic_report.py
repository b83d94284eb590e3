"""DiagnosticReport: one per checkup, with everything that was found."""

from __future__ import annotations

from collections.abc import Sequence

from api.checkup_words import KINDS
from api.fhir.codes import KIND, Resource, concept, lean
from domain.checkups.checkup import Checkup


def report_resource(checkup: Checkup, observation_ids: Sequence[str]) -> Resource:
    """Content without ``meta``, ``status`` and ``issued``; ``observation_ids`` are all that are or were in it."""
    words = [checkup.note, *(addendum.text for addendum in checkup.addenda)]
    return lean(
        {
            "resourceType": "DiagnosticReport",
            "id": checkup.id,
            "code": concept(KIND, checkup.kind, KINDS[checkup.kind].en),
            "subject": {"reference": f"Patient/{checkup.patient_id}"},
            "effectiveDateTime": checkup.date.isoformat(),
            "performer": [{"display": checkup.place}] if checkup.place else [],
            "resultsInterpreter": [{"display": checkup.clinician}] if checkup.clinician else [],
            "result": [{"reference": f"Observation/{one}"} for one in observation_ids],
            "conclusion": "\n\n".join(text for text in words if text),
        }
    )
