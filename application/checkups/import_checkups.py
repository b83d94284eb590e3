"""``ImportCheckups``: many checkups at once, of patients there are and of new ones; all of them in one append, or none.

Nothing is stored while a row is wrong, unless the caller says to skip such rows: then the good ones land together. What
is reported of a row does not depend on whether anything is stored.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from application.checkups.import_patients import ImportedPatients
from application.checkups.import_rows import ImportReport, ImportRow, RowReport
from application.checkups.record_checkup import checkup_id_of
from application.commands import ATTEMPTS, Context, Services, in_stream
from application.ports.ledger import NewEvent, VersionConflict
from application.ports.subject_keys import SubjectErased
from domain.checkups import recording
from domain.checkups.checkup import Checkup
from domain.checkups.events import CheckupRecorded, checkup_stream
from domain.checkups.faults import Faults


async def import_checkups(
    services: Services,
    rows: Sequence[ImportRow],
    context: Context,
    *,
    source: str,
    confirm: bool = False,
    skip_bad: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Import the rows; ids follow from the request, so that repeating the command finds what it stored.

    ``source``: kept with every checkup (``csv``, ``fhir``). ``confirm``: unusual values are meant. ``skip_bad``: store
    the good rows though others are wrong. ``dry_run``: store nothing.

    Raises:
        VersionConflict: others keep changing the same patients.
        LedgerUnavailable: nothing was stored.
    """
    for _ in range(ATTEMPTS):
        plan = await asyncio.to_thread(_plan, services, rows, context, source, confirm)
        if plan.done_before or dry_run or (plan.bad and not skip_bad) or not plan.events:
            return plan.report(stored=plan.done_before)
        try:
            position = await services.writer.append(plan.events)
        except (VersionConflict, SubjectErased):
            # Somebody else got an identifier, or a patient was erased: look again.
            continue
        return plan.report(stored=True, position=position)
    raise VersionConflict("Others keep changing the same patients. Try again.")


class _Plan(msgspec.Struct):
    """What would be stored, and what is wrong."""

    rows: list[RowReport]
    events: list[NewEvent]
    done_before: bool = False
    position: int | None = None

    @property
    def bad(self) -> int:
        return sum(1 for row in self.rows if row.faults)

    def report(self, *, stored: bool, position: int | None = None) -> ImportReport:
        good = len(self.rows) - self.bad
        return ImportReport(
            rows=self.rows,
            good=good,
            bad=self.bad,
            stored=good if stored else 0,
            position=position if position is not None else self.position,
        )


class _Recorded(msgspec.Struct, frozen=True):
    """A row that is good, so that later ones can be the same."""

    row: int
    event: CheckupRecorded


def _plan(services: Services, rows: Sequence[ImportRow], context: Context, source: str, confirm: bool) -> _Plan:
    patients = ImportedPatients(services, context)
    at = services.clock.now()
    plan = _Plan([], [])
    recorded: dict[str, list[_Recorded]] = {}
    for number, row in enumerate(rows, 1):
        faults = Faults()
        faults.found += row.faults
        checkup_id = checkup_id_of(context, number)
        patient = None
        if row.patient is not None:
            with faults.at("/patient"):
                patient = patients.find(row.patient, number, at)
        own = _own(patients.checkups(patient.id), checkup_id) if patient else None
        if own is not None and patient is not None:
            plan.done_before = True
            plan.rows.append(RowReport(row=number, patient_id=patient.id, checkup_id=checkup_id))
            plan.position = services.ledger.read_stream(checkup_stream(patient.id, checkup_id), limit=1)[0].position
            continue
        event: CheckupRecorded | None = None
        if row.details is not None and patient is not None:
            with faults.at("/checkup"):
                event = recording.record(
                    checkup_id,
                    patient.id,
                    patient.personal,
                    row.details,
                    row.given,
                    at=at,
                    confirm=confirm,
                    source=source,
                )
        same = None
        if event is not None and patient is not None:
            same = _duplicate(event, patients.checkups(patient.id), recorded.get(patient.id, []))
            if same is not None:
                faults.add("/checkup", same.message)
        if faults.found or event is None or patient is None:
            plan.rows.append(RowReport(row=number, faults=faults.found, duplicate_of=same.of if same else None))
            continue
        recorded.setdefault(patient.id, []).append(_Recorded(number, event))
        plan.events += patients.registration(patient)
        plan.events += in_stream(checkup_stream(patient.id, checkup_id), 0, [event], context)
        plan.rows.append(RowReport(row=number, patient_id=patient.id, checkup_id=checkup_id, new_patient=patient.new))
    return plan


def _own(known: Sequence[Checkup], checkup_id: str) -> Checkup | None:
    return next((one for one in known if one.id == checkup_id), None)


class _Same(msgspec.Struct, frozen=True):
    of: str
    message: str


def _duplicate(event: CheckupRecorded, known: Sequence[Checkup], before: Sequence[_Recorded]) -> _Same | None:
    """What the checkup repeats: one that counts, or an earlier row."""
    for checkup in known:
        alike = checkup.voided is None and (checkup.date, checkup.kind) == (event.date, event.kind)
        # The days first: of thousands of rows hardly any two share one.
        if alike and recording.same_results(checkup.results.measurements, event.results.measurements):
            return _Same(checkup.id, f"The same checkup is recorded already, as {checkup.id}.")
    for earlier in before:
        alike = (earlier.event.date, earlier.event.kind) == (event.date, event.kind)
        if alike and recording.same_results(earlier.event.results.measurements, event.results.measurements):
            return _Same(earlier.event.checkup_id, f"Row {earlier.row} is the same checkup.")
    return None
