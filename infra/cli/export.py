"""``vitalog export``: everything about a patient, in a form that other systems read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from infra.cli.output import say
from infra.cli.people import PatientRef, Purpose
from infra.words import t

_PAGE = 200


def export(
    *,
    patient: PatientRef,
    out: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE.json", help=t("Where to; else patient.json."))
    ] = Path("patient.json"),
    purpose: Purpose = None,
) -> None:
    """Write everything recorded about a patient to a file, as a FHIR R4 Bundle. It needs a purpose."""
    from infra.cli.client import Client
    from infra.cli.people import patient_id
    from infra.cli.results import write_private_file

    with Client() as client:
        bundle = client.bundle(
            f"/Patient/{patient_id(client, patient, purpose)}/$everything", _count=_PAGE, purpose=purpose
        )
    write_private_file(out, (json.dumps(bundle, ensure_ascii=False, indent=2) + "\n").encode())
    entries: list[Any] = bundle.get("entry", [])
    say(t("Written to {file}.", file=out) + " " + t("{n} resources.", n=len(entries)))
